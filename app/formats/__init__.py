"""The languages spoken with others: which kind a file is, and who reads it.

Each format is a file with ``load`` and, where it makes sense, ``dump``. LOADERS is the one table
of what can be imported: every loader takes a stream and the file's name, and yields an Entry for
each thing in it, a Record, a Register or the Invalid that one of them is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from app.errors import Invalid
from app.formats import jsonl, ohms, plaintext, register, srt, webvtt, whisper
from app.formats.base import Entry, decode, whole
from app.records import Record, Register

Loader = Callable[[BinaryIO, str], Iterator[Entry]]

KINDS = {  # what each is called when we must say what we can read
    "jsonl": "JSON Lines, also gzipped (.jsonl, .jsonl.gz)",
    "ohms": "OHMS XML (.xml)",
    "webvtt": "WebVTT (.vtt)",
    "srt": "SubRip (.srt)",
    "plaintext": "plain text (.txt)",
    "whisper": "Whisper JSON (.json)",
    "register": "a register of claims (.json)",
}
HEAD = 4096  # how much of a file detect likes to see

_ENDINGS = (
    (".jsonl.gz", "jsonl"),
    (".ndjson.gz", "jsonl"),
    (".jsonl", "jsonl"),
    (".ndjson", "jsonl"),
    (".vtt", "webvtt"),
    (".srt", "srt"),
)
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"ID3",
    b"RIFF",
    b"OggS",
    b"fLaC",
    b"\xd0\xcf\x11\xe0",
)


def _of_file(read: Callable[[bytes, str], tuple[Record | Register, ...]]) -> Loader:
    """A loader for a format that is read whole: everything in it, or one Invalid."""

    def load(stream: BinaryIO, name: str) -> Iterator[Entry]:
        try:
            data = whole(stream)
            found = read(data, name)
        except Invalid as error:
            yield Entry(error.line or 1, 0, error)
            return
        for what in found:
            yield Entry(1, len(data), what)

    return load


LOADERS: Mapping[str, Loader] = {
    "jsonl": lambda stream, name: jsonl.read(stream),
    "ohms": _of_file(lambda data, name: ohms.load_all(data)),
    "webvtt": _of_file(lambda data, name: (webvtt.record(data, name),)),
    "srt": _of_file(lambda data, name: (srt.record(data, name),)),
    "plaintext": _of_file(lambda data, name: (plaintext.record(data, name),)),
    "whisper": _of_file(lambda data, name: (whisper.record(data, name),)),
    "register": _of_file(lambda data, name: (register.load(data),)),
}


def detect(name: str, head: bytes) -> str:
    """The kind of a file by its name and its first bytes (HEAD of them will do): a key of LOADERS.

    A name that says .vtt, .srt or .jsonl is believed; .xml and .json are looked into. Raises
    Invalid, naming what can be imported, for what is none of ours.
    """
    low = name.lower()
    if kind := next((kind for ending, kind in _ENDINGS if low.endswith(ending)), None):
        return kind
    if head.startswith(_BINARY) or (head.startswith(b"\x1f\x8b") and not low.endswith(".gz")):
        raise _unknown(name)
    if head.startswith(b"\x1f\x8b"):
        return "jsonl"
    text = decode(_whole_characters(head))[0].lstrip("\ufeff \t\n")
    if kind := _by_content(text):
        return kind
    # nothing a person wrote as text holds characters like these
    if (
        re.search("[\x01-\x08\x0e-\x1a\ufffd]", text)
        or not text.strip()
        or (re.match(r"[<{]|\[\s*[\[{\"\]]", text))
    ):
        if low.endswith((".txt", ".text", ".sbv", ".md")) and text.strip() and "\ufffd" not in text:
            return "plaintext"
        raise _unknown(name)
    return "plaintext"


def _by_content(text: str) -> str:
    if re.match(r"WEBVTT(?:\s|$)", text):
        return "webvtt"
    if re.match(r"<\?xml|<ROOT\b|<!--", text) and re.search(r"<(?:\w+:)?ROOT\b|nunncenter/ohms", text):
        return "ohms"
    if text.startswith("{"):
        if re.search(r'"(?:claims|questions|asserted_in|asserted_by|ties)"\s*:', text):
            return "register"
        first = text.split("\n", 1)[0]
        if re.search(r'"id"\s*:', first) and re.search(r'"(?:segments|witness|collection|title)"\s*:', first):
            return "jsonl"
        if re.search(r'"segments"\s*:', text) or (re.match(r'\{\s*"text"\s*:', text)):
            return "whisper"
    if re.match(r"\d+[ \t]*\n\s*\d+:\d+:\d+[,.]\d+\s*-->", text):
        return "srt"
    return ""


def _whole_characters(head: bytes) -> bytes:
    """The head without a UTF-8 character that was cut in two at its end."""
    return re.sub(rb"[\xc2-\xf4][\x80-\xbf]{0,2}\Z", b"", head) if len(head) >= HEAD else head


def _unknown(name: str) -> Invalid:
    return Invalid(f"{name} is of no kind that can be imported. These are: {'; '.join(KINDS.values())}")
