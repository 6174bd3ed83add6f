"""Transcripts from elsewhere and from a machine: attached, followed, marked, and checked by hand."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.cli import cli
from app.errors import Invalid
from app.formats import webvtt
from app.models import MediaFile, Role, Testimony
from app.policy import Actor
from app.records import Chapter, Line, Record
from app.services import reading, supplying, transcribing
from app.services.revisions import Edited
from app.storage import store
from tests.conftest import post, testimony

ACTOR = Actor("tester", "Tester", Role.ARCHIVIST)
TEXT = ("We left at dusk.", "The bridge was closed.", "Nobody came back.")


def docx(*paragraphs: str) -> bytes:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as parcel:
        parcel.writestr("[Content_Types].xml", "<Types/>")
        parcel.writestr(
            "word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>'
        )
    return held.getvalue()


WHISPER = json.dumps(
    {
        "language": "en",
        "segments": [{"start": n * 2.0, "end": n * 2.0 + 2, "text": t} for n, t in enumerate(TEXT)],
    }
).encode()
FILES = {
    "a.vtt": webvtt.dump([Line(n, t, "", n * 2000, n * 2000 + 2000) for n, t in enumerate(TEXT)]).encode(),
    "a.srt": "".join(
        f"{n + 1}\n00:00:0{n * 2},000 --> 00:00:0{n * 2 + 2},000\n{t}\n\n" for n, t in enumerate(TEXT)
    ).encode(),
    "a.json": WHISPER,
    "a.txt": "\n\n".join(TEXT).encode(),
    "a.docx": docx(*TEXT),
}


@pytest.fixture
def bare(keep):
    """A testimony without a transcript."""
    return keep(Record("bare", "A voice", language="en"))


def lines(archive, identifier: str) -> list[Line]:
    with archive.reading():
        return list(reading.whole(identifier, "public").lines)


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_the_first_transcript(archive, bare, name):
    with archive.writing():
        assert supplying.attach(bare, FILES[name], name, ACTOR) == 1
    kept = lines(archive, bare)
    assert [line.text for line in kept] == list(TEXT)
    assert [line.machine for line in kept] == ["unchecked" if name == "a.json" else ""] * 3
    if name in ("a.vtt", "a.srt", "a.json"):
        assert [line.start_ms for line in kept] == [0, 2000, 4000]


def test_a_file_that_is_no_transcript_is_refused_and_nothing_is_kept(archive, bare):
    for name, data in {
        "a.docx": b"PK\x03\x04nonsense",
        "a.png": b"\x89PNG\r\n\x1a\n",
        "a.jsonl": b'{"id": "x", "segments": []}\n',
        "a.vtt": b"WEBVTT\n\n",
    }.items():
        with pytest.raises(Invalid), archive.writing():
            supplying.attach(bare, data, name, ACTOR)
    assert lines(archive, bare) == []


def test_passages_follow_their_words_into_a_new_revision_and_times_stay(archive, keep):
    identifier = keep(testimony("t", *TEXT, chapters=(Chapter("The bridge", first=1, last=1),)))
    plain = "It was autumn.\n\nWe left at dusk.\n\nThe bridge was closed.\n\nNobody came back."
    with archive.writing():
        assert supplying.attach(identifier, plain.encode(), "b.txt", ACTOR) == 2
        assert supplying.attach(identifier, plain.encode(), "b.txt", ACTOR) is None
    kept = lines(archive, identifier)
    assert [line.start_ms for line in kept] == [None, 0, 2000, 4000]
    with archive.reading():
        chapter = reading.whole(identifier, "public").chapters[0]
    assert (chapter.title, chapter.first, chapter.last) == ("The bridge", 2, 2)


def test_a_machines_words_are_marked_until_somebody_has_checked_them(archive, bare, client):
    with archive.writing():
        supplying.attach(bare, WHISPER, "a.json", ACTOR)
    page = client.get(f"/testimonies/{bare}").text
    assert page.count("machine-note") == 3
    assert client.get(f"/testimonies/{bare}.json").json["scripts"][0]["lines"][0]["machine"] == "unchecked"
    captions = client.get(f"/testimonies/{bare}/captions/0.vtt").data
    assert captions.count(b"<c.machine>") == 4  # each line, and the note that explains it
    assert [line.machine for line in webvtt.load(captions)[0]] == ["unchecked"] * 3

    def edited(number: int, text: str, machine: str) -> Edited:
        return Edited((number,), text, "", number * 2000, number * 2000 + 2000, machine=machine)

    with archive.writing():  # the first is corrected, the second said to be checked, the third left alone
        transcribing.revise(
            bare,
            "",
            1,
            [
                edited(0, "We left at dawn.", "unchecked"),
                edited(1, TEXT[1], ""),
                edited(2, TEXT[2], "unchecked"),
            ],
            ACTOR,
        )
    assert [line.machine for line in lines(archive, bare)] == ["", "", "unchecked"]
    with archive.writing():  # nobody makes a checked line a machine's
        transcribing.revise(bare, "", 2, [edited(1, TEXT[1], "unchecked")], ACTOR, stretch=(1, 1))
    assert [line.machine for line in lines(archive, bare)] == ["", "", "unchecked"]


def test_sentences_over_silence_are_told_apart(archive, bare, client):
    spoken, silent = [[-60, 60]] * 40, [[0, 1]] * 20  # of 100 ms each: four seconds of voice, two of none
    peaks = {"version": 2, "sample_rate": 48_000, "samples_per_pixel": 4_800, "bits": 8}
    peaks |= {"length": 60, "data": [value for pair in spoken + silent for value in pair]}
    with archive.writing() as session:
        kept = store().save(io.BytesIO(json.dumps(peaks).encode()))
        told = session.scalar(select(Testimony).filter_by(identifier=bare))
        told.media.append(
            MediaFile(
                use="waveform", variant="peaks", kind="audio", mimetype="application/json",
                key=kept.key, size=kept.size, sha256=kept.sha256,
            )
        )  # fmt: skip
        session.flush()
        supplying.attach(bare, WHISPER, "a.json", ACTOR)
    assert [line.machine for line in lines(archive, bare)] == ["unchecked", "unchecked", "silence"]
    assert "where nothing is heard" in client.get(f"/testimonies/{bare}").text


def test_it_is_attached_at_the_desk(sign_in, archive, bare):
    archivist = sign_in("archivist")
    desk = f"/workbench/testimonies/{bare}"
    answer = post(archivist, desk, f"{desk}/transcript/file", file=(io.BytesIO(FILES["a.docx"]), "a.docx"))
    assert answer.status_code == 303
    assert "The bridge was closed." in archivist.get(answer.headers["Location"]).text
    refused = post(archivist, desk, f"{desk}/transcript/file", file=(io.BytesIO(b"PK\x03\x04no"), "b.docx"))
    assert "No words could be read" in archivist.get(refused.headers["Location"]).text
    assert len(lines(archive, bare)) == 3


def test_a_machine_without_a_model_says_so(archive, bare, tmp_path):
    from click.testing import CliRunner

    answer = CliRunner().invoke(
        cli, ["transcribe", bare, "--model", str(tmp_path)], env={"ARCHIVE_HOME": str(archive.settings.home)}
    )
    assert isinstance(answer.exception, Invalid)
    assert str(answer.exception).startswith(("Speech recognition is not installed", "There is no model"))
