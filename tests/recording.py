"""Recordings, films and photographs made on the spot, deposited as originals, and what is heard of copies."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image
from sqlalchemy import select

from app.archive import Archive
from app.models import MediaFile, Testimony
from app.records import MediaRef
from app.services import depositing, publishing

RATE = 48_000


def sound(path: Path, seconds: float, rate: int = 16_000) -> Path:
    """A recording in which something is heard at every moment."""
    chance = np.random.default_rng(3)
    count = int(seconds * rate)
    hum = 0.3 * np.sin(2 * np.pi * 220 * np.arange(count) / rate) + chance.normal(size=count) * 0.1
    samples = (hum.clip(-1, 1) * 32767).astype(np.int16)[None, :]
    with av.open(str(path), "w", format="wav") as box:
        stream = box.add_stream("pcm_s16le", rate=rate, layout="mono")
        for at in range(0, count, 4000):
            frame = av.AudioFrame.from_ndarray(samples[:, at : at + 4000], format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, at
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return path


def film(path: Path, seconds: int, size: tuple[int, int] = (160, 120), rate: int = 5) -> Path:
    """A film that is white but for a grey left half, with a tone."""
    with av.open(str(path), "w", format="mp4") as box:
        shown = box.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        shown.width, shown.height, shown.pix_fmt = *size, "yuv420p"
        heard = box.add_stream("aac", rate=16_000, layout="mono")
        picture = np.full((size[1], size[0], 3), 230, np.uint8)
        picture[:, : size[0] // 2] = 120
        tone = (0.3 * np.sin(2 * np.pi * 300 * np.arange(seconds * 16_000) / 16_000)).astype(np.float32)
        for number in range(seconds * rate):
            picture[number % size[1], :, 0] = 0  # something moves
            box.mux(shown.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        for at in range(0, len(tone), 1024):
            frame = av.AudioFrame.from_ndarray(tone[None, at : at + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, at
            box.mux(heard.encode(frame))
        box.mux(shown.encode(None))
        box.mux(heard.encode(None))
    return path


def photograph(path: Path, size: tuple[int, int] = (400, 300)) -> Path:
    """A photograph that is bright everywhere."""
    Image.new("RGB", size, (250, 220, 180)).save(path, quality=95)
    return path


def give(archive: Archive, identifier: str, path: Path, kind: str) -> str:
    """Deposit a file as an original that readers are given copies of. Returns its identifier."""
    with archive.writing() as session:
        kept = session.scalars(select(Testimony).filter_by(identifier=identifier)).one()
        file = depositing.deposit(kept, MediaRef("", kind, name=path.name, caption="A cassette"), path)
        session.flush()
        publishing.publish(kept)
        return file.identifier


def digest(archive: Archive, original: str) -> tuple[str, str]:
    """The hash of an original's bytes as they stand, and the one it was sealed with."""
    with archive.reading() as session:
        file = session.scalars(select(MediaFile).filter_by(identifier=original)).one()
        with archive.store.open(file.key) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), file.sha256


def refs(answer: Any) -> dict[str, str]:
    """The files that a testimony's JSON offers, by what kind of copy each is."""
    return {m["variant"]: m["ref"] for m in answer.json.get("media", ()) if m.get("ref")}


def copies(archive: Archive, original: str, *, edited: bool) -> list[MediaFile]:
    """The rows of its copies, the plain or the edited ones."""
    with archive.reading() as session:
        root = session.scalars(select(MediaFile).filter_by(identifier=original)).one()
        held = session.scalars(select(MediaFile).filter_by(original_id=root.id)).all()
        session.expunge_all()
        return [m for m in held if bool(m.recipe) is edited]


def heard(data: bytes) -> Iterator[tuple[float, np.ndarray]]:
    """The sound of a file: the second at which each stretch begins, and its samples at 48 kHz."""
    with av.open(io.BytesIO(data)) as box:
        resampler = av.AudioResampler("fltp", "mono", RATE)
        begin: float | None = None
        count = 0
        for frame in box.decode(audio=0):
            if begin is None:
                begin = float(frame.pts * frame.time_base)
            for made in resampler.resample(frame):
                samples = made.to_ndarray()[0]
                yield begin + count / RATE, samples
                count += len(samples)


def loudest(data: bytes, first: float, last: float) -> float:
    """The loudest sample from one second to another."""
    most = 0.0
    for at, samples in heard(data):
        times = at + np.arange(len(samples)) / RATE
        most = max(most, float(np.abs(samples[(times >= first) & (times < last)]).max(initial=0)))
    return most


def length(data: bytes) -> int:
    """How many samples are heard."""
    return sum(len(samples) for _, samples in heard(data))


def frames(data: bytes) -> Iterator[tuple[float, np.ndarray]]:
    """The pictures of a film, with the second of each."""
    with av.open(io.BytesIO(data)) as box:
        for frame in box.decode(video=0):
            yield float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24")
