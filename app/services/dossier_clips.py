"""Clips of a dossier: from the copy an audience may hear, the time of each passage and nothing more."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from app.derivatives import confined
from app.errors import NotFound
from app.formats.dossier import Dossier, Quoted
from app.records import MediaRef, Record
from app.services import hearing, showing

GIB = 2**30
LIMITS = confined.Limits(output=2 * GIB, work=3600, quiet=120.0, whole=7200.0)
AT_ONCE = 20  # clips cut in one go
SOUND, FILM = ("opus", "aac", ""), ("720p", "360p", "")  # copies they are cut from, the first there is


def cut(made: Dossier, data: Path, tell: Callable[[int], None]) -> dict[int, str]:
    """Write the clips of all passages that have one; their paths within the dossier, by passage number.

    None is cut where there is no time, where a line is withheld, or where no copy is open to the audience.
    What cannot be cut is left out: the dossier has its words.
    """
    found: dict[int, str] = {}
    by_testimony: dict[str, list[Quoted]] = defaultdict(list)
    for passage in made.passages:
        if _has_time(passage):
            by_testimony[passage.testimony].append(passage)
    records = {record.identifier: record for record in made.testimonies}
    done = len(made.passages) - sum(map(len, by_testimony.values()))
    tell(done)
    for identifier, passages in by_testimony.items():
        if (copy := _copy(records[identifier])) is not None:
            for first in range(0, len(passages), AT_ONCE):
                found |= _clips(passages[first : first + AT_ONCE], copy, made.audience, data)
        done += len(passages)
        tell(done)
    return found


def _has_time(passage: Quoted) -> bool:
    withheld = any(line.withheld for line in passage.lines)
    timed = passage.start_ms is not None and passage.end_ms is not None
    return timed and not withheld and (passage.end_ms or 0) > (passage.start_ms or 0)


def _copy(record: Record) -> MediaRef | None:
    """The copy of its recording that clips are cut from: of a film the film, where the times are its own."""
    for one in showing.sets(record.media):
        if one.kind in ("audio", "video"):
            return one.of(*(FILM if one.kind == "video" else SOUND))
    return None


def _clips(passages: Sequence[Quoted], copy: MediaRef, audience: str, data: Path) -> dict[int, str]:
    (data / "clips").mkdir(exist_ok=True)
    film = copy.kind == "video"
    names = [f"clips/passage-{p.number:04}.{'mp4' if film else 'flac'}" for p in passages]
    outs = [data / name for name in names]
    ask = {"spans": [[p.start_ms, p.end_ms] for p in passages], "film": film}
    try:
        with hearing.opened(hearing.file(copy.ref, audience)) as source:
            said = confined.work("app.derivatives.clipping", "clip", source, LIMITS, outs, ask)
    except (confined.Failed, NotFound):  # taken back while the dossier was made: its bytes are gone
        said = {}
    lengths = said.get("made") or [0] * len(outs)
    for out, length in zip(outs, lengths, strict=True):
        if not length:
            out.unlink(missing_ok=True)
    return {p.number: name for p, name, length in zip(passages, names, lengths, strict=True) if length}
