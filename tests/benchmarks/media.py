"""Copies of long recordings: how long they take, what the parent needs, and whether a transcript drifts.

    python -m tests.benchmarks.media HOME [--minutes 60] [--film 2]

HOME is a folder with room for a few hundred megabytes. An MP3 of variable bit rate, without the header that
tells its length, and a film are made there, each with a click at the beginning of every minute.
"""

import argparse
import resource
import shutil
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from app.derivatives import making
from app.derivatives.hearing import RATE, hear
from app.derivatives.variants import Made

CLICK = 240  # samples: 5 ms
MP3 = 44_100


def sound(seconds: int, rate: int) -> Iterator[np.ndarray]:
    """A second at a time: noise that comes and goes, like speech, and a click after each whole minute."""
    chance = np.random.default_rng(7)
    for second in range(seconds):
        loud = 0.12 if second % 7 < 4 else 0.002
        block = (chance.standard_normal(rate) * loud).astype(np.float32)
        if second % 60 == 0:
            block[: rate // 10] = 0
            block[:CLICK] = 0.95 * np.sin(np.arange(CLICK) * 2 * np.pi * 1000 / rate)
        yield block.clip(-1, 1)


def mp3(path: Path, minutes: int) -> None:
    """An MP3 of variable bit rate without a header of its own."""
    with av.open(str(path), "w", format="mp3", container_options={"write_xing": "0"}) as box:
        stream = box.add_stream("libmp3lame", rate=MP3, layout="mono")
        stream.codec_context.options = {"flags": "+qscale", "global_quality": "590"}
        for second, block in enumerate(sound(minutes * 60, MP3)):
            frame = av.AudioFrame.from_ndarray(block[None], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = MP3, second * MP3, Fraction(1, MP3)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))


def film(path: Path, minutes: int) -> None:
    """A film of 1280 by 720 with its sound."""
    with av.open(str(path), "w", format="mp4") as box:
        shown, heard = box.add_stream("libx264", rate=25), box.add_stream("aac", rate=RATE, layout="mono")
        shown.width, shown.height, shown.pix_fmt = 1280, 720, "yuv420p"
        shown.codec_context.options = {"preset": "ultrafast"}
        chance = np.random.default_rng(9)
        still = chance.integers(0, 255, (720, 1280, 3), dtype=np.uint8)
        for second, block in enumerate(sound(minutes * 60, RATE)):
            for part in range(25):
                picture = np.roll(still, 3 * (second * 25 + part), axis=1) // 4 + 90
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts, frame.time_base = second * 25 + part, Fraction(1, 25)
                box.mux(shown.encode(frame))
            piece = av.AudioFrame.from_ndarray(block[None], "fltp", "mono")
            piece.sample_rate, piece.pts, piece.time_base = RATE, second * RATE, Fraction(1, RATE)
            box.mux(heard.encode(piece))
        for stream in (shown, heard):
            box.mux(stream.encode(None))


def clicks(made: Made) -> list[float]:
    """The second of the loudest stretch around the beginning of each minute, as a player hears it."""
    with av.open(str(made.path)) as box:
        heard = np.concatenate([b[0] for b in hear(box, box.streams.audio[0])])
    found = []
    for minute in range(round(len(heard) / RATE / 60)):
        start = max(0, (minute * 60 - 1) * RATE)
        near = np.abs(heard[start : start + 2 * RATE])
        level = np.convolve(near, np.ones(CLICK), "valid")
        found.append((start + int(level.argmax())) / RATE)
    return found


PASSES = {"mp3": {25: "measured", 100: "sound"}, "film": {5: "measured", 20: "sound", 100: "film"}}


def trial(name: str, path: Path, folder: Path, minutes: int) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    marks: list[tuple[int, float]] = []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with path.open("rb") as file:
        copies = making.make(file, folder, {}, lambda p: marks.append((p, time.monotonic() - began)))
    took = time.monotonic() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    length = minutes * 60
    print(
        f"{name}: {minutes} min, {path.stat().st_size / 1e6:.0f} MB; its header: {copies.look.duration_ms} ms"
    )
    print(f"  all copies {took:.0f} s = {took / length:.3f} of its length; parent grew {grown:.1f} MiB")
    last = 0.0
    for percent, what in PASSES[name].items():
        at = took if percent == 100 else max((t for p, t in marks if p <= percent), default=took)
        print(f"  {what:9} {at - last:.0f} s = {(at - last) / length:.3f} of its length")
        last = at
    for made in copies.made:
        drift = ""
        if made.variant in ("opus", "aac", "720p"):
            away = [1000 * (at - 60 * minute) for minute, at in enumerate(clicks(made))]
            drift = f"; off by {away[0]:+.1f} ms at first, {away[-1]:+.1f} ms in minute {len(away) - 1}"
        print(f"  {made.variant:11} {made.size / 1e6:8.2f} MB, {made.duration_ms} ms{drift}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--film", type=int, default=2)
    asked = parser.parse_args()
    asked.home.mkdir(parents=True, exist_ok=True)
    if asked.minutes:
        mp3(asked.home / "long.mp3", asked.minutes)
        trial("mp3", asked.home / "long.mp3", asked.home / "made", asked.minutes)
    if asked.film:
        film(asked.home / "film.mp4", asked.film)
        trial("film", asked.home / "film.mp4", asked.home / "made", asked.film)


if __name__ == "__main__":
    main()
