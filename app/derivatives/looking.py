"""What the child does: find out what a file is, by its bytes and never by its name.

Each family of formats has a file of its own; libraries that read foreign bytes are loaded only here.
"""

import re
from collections.abc import Callable
from typing import Any, BinaryIO

from app.derivatives.kinds import Refusal, Refused

HEAD = 4096
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_RECORDINGS = (  # how each begins
    ("matroska", rb"\x1a\x45\xdf\xa3"),
    ("ogg", rb"OggS"),
    ("wav", rb"(?:RIFF|RF64)....WAVE"),
    ("flac", rb"fLaC"),
    ("amr", rb"#!AMR"),
    ("aac", rb"\xff[\xf0\xf1\xf8\xf9]|ADIF"),
    ("mp3", rb"ID3|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]"),
    ("mov", rb"....(?:ftyp|moov|mdat|wide|skip|free|pnot)"),
)
_PICTURES = (
    ("JPEG", rb"\xff\xd8\xff"),
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("WEBP", rb"RIFF....WEBP"),
    ("GIF", rb"GIF8[79]a"),
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
)
_REFUSED = (
    (Refusal.PROGRAM, rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|#!(?!AMR)|%!PS|\xd0\xcf\x11\xe0"),
    (Refusal.PACKED, rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd"),
)


def look(file: BinaryIO) -> dict[str, Any]:
    """What the file is, or the name of the refusal."""
    head = file.read(HEAD)
    file.seek(0)
    try:
        return _looker(head)(file, head)
    except Refused as error:
        return {"refused": error.why.name}
    except MemoryError:
        return {"refused": Refusal.TOO_HARD.name}


def container(file: BinaryIO) -> str:
    """The name libav has for the container a recording begins like, "" for none."""
    file.seek(0)
    return _match(_RECORDINGS, file.read(HEAD))


def _looker(head: bytes) -> Callable[[BinaryIO, bytes], dict[str, Any]]:
    """Who can look at a file that begins like this. Raises Refused for what nobody needs to look at."""
    if picture := _picture(head):
        from app.derivatives import pictures

        return lambda file, _: pictures.look(file, picture)
    if recording := _match(_RECORDINGS, head):
        from app.derivatives import recordings

        return lambda file, head: recordings.look(file, head, recording)
    if b"%PDF-" in head[:1024] or head.startswith(b"PK"):
        from app.derivatives import papers

        return papers.look
    for why, begins in _REFUSED:
        if re.match(begins, head, re.DOTALL):
            raise Refused(why)
    from app.derivatives import texts

    return texts.look


def _picture(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in range(8, min(int.from_bytes(head[:4]), HEAD), 4)}
        if brands & {b"avif", b"avis"}:
            return "AVIF"
        return "HEIF" if head[8:12] in _HEIC else ""
    return _match(_PICTURES, head)


def _match(table: tuple[tuple[str, bytes], ...], head: bytes) -> str:
    return next((name for name, begins in table if re.match(begins, head, re.DOTALL)), "")
