import io
import time

import pytest

from app.errors import Invalid
from app.formats import HEAD, KINDS, LOADERS, detect
from tests.formats.sharing import shared_files

HOSTILE = shared_files("hostile", "captions") + shared_files("hostile", "xml")
BY_ENDING = {
    ".vtt": "webvtt",
    ".srt": "srt",
    ".sbv": "plaintext",
    ".json": "whisper",
    ".xml": "ohms",
    ".xsl": "ohms",
}


def test_every_kind_has_a_loader_and_a_name() -> None:
    assert set(KINDS) == set(LOADERS)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("corpora/warren.jsonl.gz", "jsonl"),
        ("fixtures/ohms-vtt-small.xml", "ohms"),
        ("fixtures/ohms-legacy-index-only.xml", "ohms"),
        ("fixtures/captions-comma.srt", "srt"),
        ("fixtures/captions-style-note.vtt", "webvtt"),
        ("fixtures/transcript-plain-timecodes.txt", "plaintext"),
        ("data/khojaly_register.json", "register"),
        ("hostile/captions/made/whisper_bad.json", "whisper"),
    ],
)
def test_kinds_are_told_apart(shared, path: str, kind: str) -> None:
    file = shared(*path.split("/"))
    with file.open("rb") as stream:
        assert detect(file.name, stream.read(HEAD)) == kind


def test_kinds_without_a_telling_name() -> None:
    assert detect("upload", b"WEBVTT\n\n") == "webvtt"
    assert detect("upload", b"1\n00:00:01,000 --> 00:00:02,000\nx") == "srt"
    assert detect("x.json", b'{"id": "a", "segments": []}\n{"id": "b"}') == "jsonl"
    assert detect("notes.txt", ("ж" * HEAD).encode()[1 : HEAD + 1][1:]) == "plaintext"


@pytest.mark.parametrize(
    ("name", "head"),
    [("a.pdf", b"%PDF-1.7"), ("a.docx", b"PK\x03\x04"), ("a.bin", b"\0\1\2"), ("a.html", b"<html>")],
)
def test_what_is_none_of_ours_is_told_what_is(name: str, head: bytes) -> None:
    with pytest.raises(Invalid, match="OHMS XML"):
        detect(name, head)


@pytest.mark.skipif(not HOSTILE, reason="../shared/hostile is not here")
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_hostile_files_are_read_or_refused(path) -> None:
    data = path.read_bytes()
    kinds = {BY_ENDING.get(path.suffix, "plaintext"), "plaintext"}
    try:
        kinds.add(detect(path.name, data[:HEAD]))
    except Invalid:
        kinds.add("plaintext")
    begun = time.monotonic()
    for kind in kinds:
        for entry in LOADERS[kind](io.BytesIO(data), path.name):
            assert isinstance(entry.what, Invalid) or entry.what
    assert time.monotonic() - begun < 5


@pytest.mark.skipif(not HOSTILE, reason="../shared/hostile is not here")
def test_every_loader_survives_every_file() -> None:
    for path in HOSTILE[::7] + shared_files("hostile", "xml"):
        for load in LOADERS.values():
            list(load(io.BytesIO(path.read_bytes()), path.name))
