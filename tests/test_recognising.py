"""A machine listens: its words are marked wherever they go, and open nothing that is withheld or veiled."""

import json
import socket
from dataclasses import replace
from itertools import pairwise

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import MultiDict

from app.cli import cli
from app.errors import Invalid
from app.formats import ohms, plaintext, srt
from app.records import Line, Record, Script
from app.services import claiming, linking, reading, redacting, supplying, transcribing, veiling
from app.services.revisions import Edited
from tests import whisper_model
from tests.conftest import testimony
from tests.editing import form_of, is_sent
from tests.recording import give, sound
from tests.test_supplying import ACTOR, TEXT, lines


def whisper(*segments: tuple[float, float, str]) -> bytes:
    told = [{"start": start, "end": end, "text": text} for start, end, text in segments]
    return json.dumps({"language": "en", "segments": told}).encode()


def test_what_is_withheld_stays_so_in_whatever_words_a_machine_hears_it(archive, keep):
    identifier = keep(testimony("t", *TEXT))  # two seconds a line
    with archive.writing():
        redacting.redact(identifier, 1, 1, "danger", ACTOR)
    heard = whisper((0, 2, TEXT[0]), (2.2, 3, "the ridge"), (3, 4.1, "was clothes"), (4.1, 6, TEXT[2]))
    with archive.writing():
        supplying.attach(identifier, heard, "a.json", ACTOR)
    assert [line.withheld for line in lines(archive, identifier)] == ["", "danger", "danger", ""]
    with archive.writing():  # once its lines are gone, so is what is written down anew of their time
        transcribing.revise(identifier, "", 2, [Edited((0,), TEXT[0], "", 0, 2000)], ACTOR)
        supplying.attach(identifier, whisper((0, 2, TEXT[0]), (2, 4, "a bridge")), "b.json", ACTOR)
    assert [line.text for line in lines(archive, identifier)] == [TEXT[0], ""]


def test_a_text_without_times_says_a_withheld_line_in_its_place(archive, keep):
    identifier = keep(testimony("t", *TEXT))
    with archive.writing():
        redacting.redact(identifier, 1, 1, "danger", ACTOR)
        supplying.attach(identifier, f"{TEXT[0]}\n\nA ridge.\n\n{TEXT[2]}".encode(), "a.txt", ACTOR)
    assert [line.text for line in lines(archive, identifier)] == [TEXT[0], "", TEXT[2]]


def test_where_a_name_is_veiled_a_machines_words_and_the_sound_wait_for_somebody(
    archive, keep, tmp_path, work
):
    identifier = keep(testimony("t", "Zorblatt hid us.", *TEXT[1:]))
    give(archive, identifier, sound(tmp_path / "a.wav", 6.0), "audio")
    with archive.writing():
        person = veiling.named_in(identifier, "Zorblatt", ACTOR)
        veiling.veil(person.identifier, "Z.", [], ACTOR, also_in=[identifier])
        supplying.attach(identifier, whisper((0, 2, "Sore blood hid us."), (2, 4, TEXT[1])), "a.json", ACTOR)
    work()
    with archive.reading():
        seen = reading.whole(identifier, "public")
    assert [line.text for line in seen.lines] == ["", ""]
    assert [one.use for one in seen.media] == []
    checked = [Edited((0,), "Zorblatt hid us.", "", 0, 2000), Edited((1,), TEXT[1], "", 2000, 4000)]
    with archive.writing():
        transcribing.revise(identifier, "", 2, checked, ACTOR)
    work()
    with archive.reading():
        seen = reading.whole(identifier, "public")
    assert [line.text for line in seen.lines] == ["Z. hid us.", TEXT[1]]
    assert "redacted" in [one.use for one in seen.media]


def test_a_machines_words_are_marked_wherever_they_are_shown_and_exported(archive, keep, client, work):
    identifier = keep(testimony("t", *TEXT))
    heard = whisper(*((n * 2, n * 2 + 2, said) for n, said in enumerate(TEXT)))
    with archive.writing():
        supplying.attach(identifier, heard, "a.json", ACTOR)
    with archive.writing():
        asked = claiming.make_question("Who fled?", ACTOR, is_published=True)
        claim = claiming.make_claim(asked.identifier, "They fled.", ACTOR, is_published=True).identifier
        linking.link(identifier, 0, 1, claim, "supports", "saw", ACTOR)
    work()
    cited = f"/testimonies/{identifier}/passages/2/1"
    pages = (f"/testimonies/{identifier}", "/search?q=bridge", "/search/concordance?q=bridge")
    for page in (*pages, f"/claims/{claim}", f"/testimonies/{identifier}/similar?line=1", cited):
        assert "written by a machine; nobody has checked it" in client.get(page).text, page
    kinds = [f"/claims/{claim}/evidence.{kind}" for kind in ("csv", "annotations.jsonld", "claims.jsonld")]
    kinds += [f"{cited}.json", f"{cited}.jsonld"]
    for file in ("/api/v1/search?q=bridge", "/search/concordance.csv?q=bridge", *kinds):
        assert "unchecked" in client.get(file).text, file


@pytest.mark.parametrize("timed", [True, False])
def test_formats_without_a_place_for_it_say_so_in_words_and_are_read_again(timed):
    said = (Line(0, "One.", "ANA", 0, 1000, machine="unchecked"), Line(1, "Two.", "ANA", 1000, 2000))
    if not timed:
        said = tuple(replace(line, start_ms=None, end_ms=None) for line in said)
    record = Record("7", "A", language="en", scripts=(Script("en", said),))
    written = ohms.dump(record)
    assert written.count(b"[machine, not checked]") == 1
    again = ohms.load(written).lines
    assert [(line.text, line.machine) for line in again] == [("One.", "unchecked"), ("Two.", "")]
    assert [line.machine for line in plaintext.load(plaintext.dump(record))[0]] == ["unchecked", ""]
    if timed:
        assert srt.dump(said).count("[machine, not checked]") == 1
        assert [line.machine for line in srt.load(srt.dump(said))[0]] == ["unchecked", ""]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pytest.importorskip("faster_whisper", reason="the extra `whisper` is not installed")
    return whisper_model.make(tmp_path_factory.mktemp("model"))


def test_a_recording_becomes_marked_words_and_nobody_else_is_asked(
    archive, keep, model, shared, work, client, sign_in, monkeypatch
):
    identifier = keep(Record("bare", "A voice"))
    give(archive, identifier, shared / "media" / "audio" / "jfk.wav", "audio")

    def transcribe(*more: str) -> str:
        answer = CliRunner().invoke(
            cli,
            ["transcribe", identifier, "--model", str(model), *more],
            env={"ARCHIVE_HOME": str(archive.settings.home)},
        )
        return str(answer.exception) if isinstance(answer.exception, Invalid) else answer.stdout

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("another computer was asked"))
    assert "copies are not made yet" in transcribe()
    work()
    assert "does not know the language 'hy'" in transcribe("--language", "hy")
    assert transcribe() == "Saved as revision 1.\n"
    assert transcribe() == "Nothing differs; no new revision was made.\n"
    kept = lines(archive, identifier)
    assert [line.text for line in kept] == [said.strip() for *_, said in whisper_model.SAYS]
    assert [line.machine for line in kept] == ["unchecked"] * 2
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(kept))
    assert client.get(f"/testimonies/{identifier}").text.count("machine-note") == 2
    archivist, desk = sign_in("archivist"), f"/workbench/testimonies/{identifier}/transcript"
    form = form_of(archivist.get(desk).text, lambda f: any(field.name == "text" for field in f.inputs))
    rows = [(field.name, field.value or "") for field in form.inputs if is_sent(field)]
    place = next(n for n, (name, _) in enumerate(rows) if name == "text")
    rows[place] = ("text", "Ask not what your country can do.")
    assert archivist.post(form.action or desk, data=MultiDict(rows)).status_code == 303
    assert [line.machine for line in lines(archive, identifier)] == ["", "unchecked"]
    assert client.get(f"/testimonies/{identifier}").text.count("machine-note") == 1
    (model / "tokenizer.json").rename(model / "aside.json")
    try:  # faster-whisper would fetch it
        assert transcribe().startswith("There is no model")
    finally:
        (model / "aside.json").rename(model / "tokenizer.json")


def test_a_recording_in_which_nobody_speaks_leaves_no_words(archive, keep, model, tmp_path, work):
    from app.services import recognising

    identifier = keep(Record("bare", "A hum", language="en"))
    give(archive, identifier, sound(tmp_path / "hum.wav", 3.0), "audio")
    work()
    with archive.reading():
        key = recognising.recording(identifier)
    with archive.store.open(key) as stream, pytest.raises(Invalid, match="No speech was heard"):
        recognising.heard(recognising.opened(model), stream)
    (broken := tmp_path / "broken").mkdir()
    for name in recognising.PARTS:
        (broken / name).write_text("nonsense")
    with pytest.raises(Invalid, match="cannot be read"):
        recognising.opened(broken)
