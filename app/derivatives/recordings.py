"""Sound and film: opened as the one container they begin like, and a little of each decoded."""

import re
import time
from typing import Any, BinaryIO

import av
from av.container import InputContainer

from app.derivatives.kinds import BY_BRAND, RECORDINGS, Refusal, Refused

PACKETS = 400  # looked through for one that decodes
LARGEST_FRAME = 64_000_000  # points
PATIENCE = 6.0  # seconds of work to find a length that no header tells


def look(file: BinaryIO, head: bytes, name: str) -> dict[str, Any]:
    """Kind, length and size of a recording. Raises Refused."""
    av.logging.set_level(None)
    try:
        options = {"protocol_whitelist": ""}  # nothing but this file
        with av.open(file, "r", format=name, metadata_errors="ignore", options=options) as box:
            return _look(box, head, name)
    except (Refused, MemoryError):
        raise
    except Exception:  # what libav raises for a bad file is of any kind
        raise Refused(Refusal.DAMAGED) from None


def _look(box: InputContainer, head: bytes, name: str) -> dict[str, Any]:
    films = [s for s in box.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    sounds = list(box.streams.audio)
    if not films and not sounds:
        raise Refused(Refusal.SILENT)
    shown = films[0] if films else None
    if shown and shown.width * shown.height > LARGEST_FRAME:
        raise Refused(Refusal.TOO_HARD)
    _decode(box, [*films[:1], *sounds[:1]])
    return {
        "kind": "video" if shown else "audio",
        "mimetype": _mimetype(name, head, bool(shown)),
        "duration_ms": _duration(box),
        "width": shown.width if shown else None,
        "height": shown.height if shown else None,
    }


def _decode(box: InputContainer, streams: list[Any]) -> None:
    """One frame of anything will do: a telephone's film may have lost its sound. Raises Refused for none."""
    for stream in streams:
        stream.codec_context.thread_count = 1
    for number, packet in enumerate(box.demux(streams)):
        try:
            if packet.decode():
                return
        except av.error.InvalidDataError:
            pass
        if number > PACKETS:
            break
    raise Refused(Refusal.DAMAGED)


def _mimetype(name: str, head: bytes, film: bool) -> str:
    brand = ""
    if name == "matroska" and re.search(rb"\x42\x82.{1,8}webm", head, re.DOTALL):
        brand = "webm"
    elif name == "mov" and head[4:12] == b"ftypqt  ":
        brand = "qt"
    elif name == "mov" and head[4:11] == b"ftyp3gp":
        brand = "3gp"
    sound, shown = BY_BRAND[brand] if brand else RECORDINGS[name]
    return shown or sound if film else sound


def _duration(box: InputContainer) -> int | None:
    """Milliseconds by the header, by the streams, or by the last packet: browsers record without a length."""
    if box.duration and box.duration > 0:
        return round(box.duration / 1000)
    lengths = [float(s.duration * s.time_base) for s in box.streams if s.duration and s.time_base]
    if lengths:
        return round(max(lengths) * 1000)
    end, last = time.process_time() + PATIENCE, 0.0
    for number, packet in enumerate(box.demux()):
        if packet.pts is not None and packet.time_base:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if number % 500 == 0 and time.process_time() > end:
            return None
    return round(last * 1000) or None
