"""Copies of every kind of file: others open them, none tells what stood beside, spoiled files do no harm.

usage: python -m tests.benchmarks.copies HOME [--mutated 300]

Makes the copies of everything in the shared media and opens each with ffprobe and ImageMagick (of Debian:
ffmpeg, imagemagick), which did not make them; makes 60 files with a canary in every field and looks for it in
the bytes of their copies; then every hostile image, recording and archive, and good files with changed bytes.
"""

import argparse
import random
import resource
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
from PIL import ImageCms

from app.derivatives import confined, making
from app.derivatives.variants import VARIANTS, Made
from tests.conftest import shared_folder
from tests.derivatives import test_making as fields
from tests.derivatives.test_probe import picture, recording

PICTURES = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF")
SOUNDS = (
    ("mp3", "libmp3lame"),
    ("mp4", "aac"),
    ("ogg", "libopus"),
    ("flac", "flac"),
    ("wav", "pcm_s16le"),
    ("matroska", "libopus"),
)
BUILT_IN = "sRGB built-in".encode("utf-16-be")  # the name in Pillow's profile
FEW = 20.0  # seconds: what takes longer hangs


def made_of(data: bytes, folder: Path) -> tuple[making.Copies | None, str, float]:
    """The copies of some bytes, what was answered, and the seconds it took."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "original").write_bytes(data)
    began = time.monotonic()
    try:
        with (folder / "original").open("rb") as file:
            copies = making.make(file, folder, {}, lambda percent: None)
    except confined.Failed as failed:
        return None, f"failed: {failed}", time.monotonic() - began
    answer = "refused" if copies.look.refused else "made" if copies.made else "nothing to copy"
    return copies, answer, time.monotonic() - began


def opens(made: Made, folder: Path) -> bool:
    """Whether a reader that is not ours opens a copy."""
    mimetype = VARIANTS[made.variant][1]
    if not mimetype.startswith(("audio/", "video/", "image/")):
        return True
    alone = folder / f"alone.{mimetype.split('/')[1]}"
    alone.write_bytes(made.path.read_bytes()[made.start : made.end])
    reader = ["identify"] if mimetype.startswith("image/") else ["ffprobe", "-v", "error", "-show_streams"]
    return subprocess.run([*reader, str(alone)], capture_output=True).returncode == 0


def with_canaries() -> Iterator[tuple[str, str, bytes]]:
    """Sixty files, each with a word of its own in every field: the word, the kind, the bytes."""
    for number in range(60):
        word = fields.CANARY = f"ZQ{number:02}CANARYWX"
        if number < 42:
            kind = PICTURES[number % len(PICTURES)]
            yield word, kind, fields.marked_picture(kind, profile(word))
        else:
            container, codec = SOUNDS[number % len(SOUNDS)]
            yield word, container, fields.marked_recording(container, codec)


def profile(word: str) -> bytes:
    """An ICC profile that says a word."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain.replace(BUILT_IN, word.encode("utf-16-be").ljust(len(BUILT_IN), b"\0")[: len(BUILT_IN)])


def main() -> None:
    pillow_heif.register_heif_opener()  # our own part: the originals in HEIF are made here
    options = argparse.ArgumentParser()
    options.add_argument("home", type=Path)
    options.add_argument("--mutated", type=int, default=300)
    given = options.parse_args()
    folder, shared = given.home / "making", shared_folder()

    told: Counter[str] = Counter()
    for path in sorted((shared / "media").rglob("*")):
        if path.suffix in (".jpg", ".wav", ".mp3", ".flac"):
            copies, answer, _ = made_of(path.read_bytes(), folder)
            told[answer] += 1
            for made in copies.made if copies else ():
                good = opens(made, folder)
                told["copies opened by another reader" if good else "copies NOT opened"] += 1
                if not good or path.name.encode() in made.path.read_bytes():
                    print("!", path.name, made.variant)
    print("media:", dict(told))

    found: Counter[str] = Counter()
    for word, kind, data in with_canaries():
        copies, answer, _ = made_of(data, folder)
        found[f"files {answer}"] += 1
        for made in copies.made if copies else ():
            held = made.path.read_bytes()[made.start : made.end]
            said = any(word.encode(code) in held for code in ("ascii", "utf-16-be", "utf-16-le"))
            found["copies that say it" if said else "silent copies"] += 1
            if said:
                print("!", kind, made.variant)
    print("canaries:", dict(found))

    hostile = [
        p for part in ("images", "audio", "archives") for p in sorted((shared / "hostile" / part).iterdir())
    ]
    chance = random.Random(12)
    good = [picture("PNG"), picture("JPEG"), recording("mp4", "aac", "mpeg4"), recording("webm", "libopus")]
    good += [path.read_bytes() for path in sorted((shared / "media/photos").glob("*.jpg"))[:4]]
    mutated = [spoiled(chance.choice(good), chance) for _ in range(given.mutated)]
    for name, many in (("hostile", [path.read_bytes() for path in hostile]), ("mutated", mutated)):
        answers: Counter[str] = Counter()
        slowest = 0.0
        before = set(given.home.rglob("*"))
        for data in many:
            _, answer, took = made_of(data, folder)
            answers[answer] += 1
            answers["over 20 s"] += took > FEW
            slowest = max(slowest, took)
        outside = {path for path in given.home.rglob("*") if folder not in path.parents} - before - {folder}
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{name}: {len(many)}: {dict(answers)}; slowest {slowest:.1f} s; written outside: {len(outside)}"
        )
        print(f"  the parent's memory at most: {grown} MiB")


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The same with twenty bytes changed."""
    changed = bytearray(data)
    for _ in range(20):
        changed[chance.randrange(16, len(data))] = chance.randrange(256)
    return bytes(changed)


if __name__ == "__main__":
    main()
