"""A testimony that can be heard and one that can be seen, with the copies that are made of a recording."""

import io
import json
import shutil
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from sqlalchemy import select

from app.archive import Archive
from app.cli.base import OPERATOR
from app.formats import webvtt
from app.models import Claim, Derivation, DerivationState, MediaFile, Question, Testimony
from app.records import Agent, Chapter, Mark, Record, Script
from app.services import accessioning, deriving, exchanging, publishing
from app.storage import store

RATE = 48_000


def heard(archive: Archive, shared: Path, *, film: bool = False) -> str:
    """A sonnet read aloud (53 s), with chapters and passages that bear on a claim; returns its identifier."""
    name = "sonnet1_librivox"
    lines, _ = webvtt.load((shared / "media/audio" / f"{name}.vtt").read_bytes())
    other = tuple(replace(line, text=f"На другом языке: {line.number}") for line in lines)
    with archive.writing() as session:
        if not session.scalar(select(Claim).filter_by(ref="beauty")):
            question = Question(text="Is beauty kept?", is_published=True)
            session.add(
                Claim(text="Beauty should never die.", ref="beauty", question=question, is_published=True)
            )
            session.flush()
        record = Record(
            f"{name}-{'film' if film else 'sound'}",
            "A sonnet, read aloud",
            language="en",
            agents=(Agent("A reader"),),
            scripts=(Script("en", lines), Script("ru", other, kind="translation")),
            chapters=(
                Chapter("From fairest creatures", first=0, last=3),
                Chapter("Thine own bright eyes", first=5, last=8),
            ),
            marks=(
                Mark("beauty", 2, 3, "supports", "saw"),
                Mark("beauty", 6, 6, "contradicts", "inferred"),
                Mark("beauty", 10, 11, "qualifies", "heard_from"),
            ),
        )
        collection = exchanging.find_collection("Voices", record)
        kept = accessioning.accession(record, collection, OPERATOR, publish=True)
        told = session.scalar(select(Testimony).filter_by(identifier=kept.identifier))
        samples = decoded(shared / "media/audio" / f"{name}.mp3")[: 15 * RATE if film else None]
        length = len(samples) * 1000 // RATE
        original = beside(told, b"sealed", "original", "", "audio/mpeg", film=film, is_open=True)
        session.flush()
        session.add(  # these are its copies: the worker makes none
            Derivation(
                media_id=original.id, state=DerivationState.DONE, percent=100, program=deriving.PROGRAM
            )
        )
        files = [
            ("access", "opus", "audio/webm", sound(samples)),
            ("waveform", "peaks", "application/json", peaks(samples)),
        ]
        if film:
            files += [("access", "720p", "video/mp4", moving(samples, 640, 360))]
            files += [("access", "360p", "video/mp4", moving(samples, 320, 180))]
        for use, variant, mimetype, data in files:
            made = beside(told, data, use, variant, mimetype, film=film)
            made.original_id, made.duration_ms = original.id, length
        publishing.publish(told)
        return kept.identifier


def beside(
    told: Testimony, data: bytes, use: str, variant: str, mimetype: str, *, film: bool, **more
) -> MediaFile:
    kept = store().save(io.BytesIO(data))
    kind = "video" if film else "audio"
    file = MediaFile(
        use=use,
        variant=variant,
        kind=kind,
        mimetype=mimetype,
        key=kept.key,
        size=kept.size,
        sha256=kept.sha256,
        **more,
    )
    told.media.append(file)
    return file


def decoded(path: Path) -> np.ndarray:
    """A recording as one channel of 16-bit samples, 48,000 a second."""
    resample = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as box:
        frames = [out.to_ndarray()[0] for frame in box.decode(audio=0) for out in resample.resample(frame)]
    return np.concatenate([*frames, *(out.to_ndarray()[0] for out in resample.resample(None))])


def sound(samples: np.ndarray) -> bytes:
    """As Opus in WebM."""
    held = io.BytesIO()
    with av.open(held, "w", format="webm") as box:
        stream = box.add_stream("libopus", rate=RATE, layout="mono")
        _mux(box, stream, samples)
    return held.getvalue()


def _mux(box, stream, samples: np.ndarray) -> None:
    for at in range(0, len(samples), 960):
        piece = samples[None, at : at + 960]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        box.mux(stream.encode(frame))
    box.mux(stream.encode(None))


def moving(samples: np.ndarray, width: int, height: int) -> bytes:
    """A film of five pictures a second, each a shade brighter, with the sound."""
    path = Path(tempfile.mkdtemp()) / "film.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as box:
        shown = box.add_stream(
            "libx264", rate=5, width=width, height=height, pix_fmt="yuv420p", options={"preset": "ultrafast"}
        )
        heard_ = box.add_stream("aac", rate=RATE, layout="mono")
        for number in range(len(samples) * 5 // RATE):
            shade = np.full((height, width, 3), 40 + number % 160, np.uint8)
            box.mux(shown.encode(av.VideoFrame.from_ndarray(shade)))
        box.mux(shown.encode(None))
        _mux(box, heard_, samples)
    data = path.read_bytes()
    shutil.rmtree(path.parent)
    return data


def peaks(samples: np.ndarray, most: int = 2400) -> bytes:
    """Lowest and highest of every so many samples, as audiowaveform writes them (JSON, version 2)."""
    each = -(-len(samples) // most)
    rows = [samples[at : at + each] // 256 for at in range(0, len(samples), each)]
    data = [int(value) for row in rows for value in (row.min(), row.max())]
    head = {"version": 2, "channels": 1, "sample_rate": RATE, "samples_per_pixel": each, "bits": 8}
    return json.dumps(head | {"length": len(rows), "data": data}).encode()
