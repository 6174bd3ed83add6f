"""A dossier without the archive: it proves itself, names what was altered, says what changed since."""

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import bagit
import pypdfium2
import pytest
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.errors import Conflict, NotFound
from app.formats import bag, register
from app.models import Audience, Claim, Person, Question
from app.records import Agent
from app.services import (
    dossier_files,
    dossiering,
    evidencing,
    linking,
    redacting,
    registering,
    veiling,
    withdrawing,
)
from tests.conftest import testimony
from tests.correcting import begin, save
from tests.telling import accept, send
from tests.test_evidencing import CLAIMS, ENTRIES, TEXTS


@pytest.fixture
def account(archive, keep) -> str:
    with archive.writing():
        registering.register(register.load(json.dumps(CLAIMS)), OPERATOR, publish=True)
    held = keep(testimony("told", *TEXTS))
    with archive.writing():
        evidencing.take(ENTRIES, OPERATOR)
    return held


def make(archive, to: Path, kind: str = "question", name: str = "q", audience: str = "public") -> str:
    with archive.reading():
        return dossier_files.write(dossiering.of(kind, name, audience), to)


def verify(folder: Path) -> tuple[int, str]:
    """Run verify.py as somebody who has only the folder and Python: nothing of ours can be imported."""
    alone = folder.parent / "elsewhere" / folder.name
    shutil.rmtree(alone.parent, ignore_errors=True)
    shutil.copytree(folder, alone)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=alone,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def everything(folder: Path) -> str:
    """All that a dossier says, also in its PDF."""
    said = [
        path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".pdf", ".flac", ".mp4")
    ]
    with pypdfium2.PdfDocument(folder / "data" / "dossier.pdf") as paper:
        said += [page.get_textpage().get_text_range() for page in paper]
    return "\n".join(said)


def test_a_dossier_is_whole_and_proves_itself(archive, account, tmp_path):
    seal = make(archive, tmp_path / "d")
    status, said = verify(tmp_path / "d")
    assert status == 0, said
    assert seal in said
    assert "cannot know" in said
    bagit.Bag(str(tmp_path / "d")).validate()
    assert len((tmp_path / "d" / "verify.py").read_text().splitlines()) <= 60
    data = tmp_path / "d" / "data"
    page = (data / "index.html").read_text()
    assert page.count("<article") == 3
    assert "The bridge fell." in page
    assert (data / "dossier.pdf").read_bytes().startswith(b"%PDF")
    assert TEXTS[1] in everything(tmp_path / "d")
    kinds = {json.loads(line)["action"] for line in (data / "trail.jsonl").read_text().splitlines()}
    assert kinds == {"testimony.accession", "testimony.publish", "evidence.link"}


def test_one_changed_byte_is_named(archive, account, tmp_path):
    make(archive, tmp_path / "d")
    for name in ("data/index.html", "data/dossier.pdf", f"data/transcripts/{account}.txt", "bag-info.txt"):
        shutil.rmtree(tmp_path / "e", ignore_errors=True)
        shutil.copytree(tmp_path / "d", tmp_path / "e")
        path = tmp_path / "e" / name
        held = bytearray(path.read_bytes())
        held[len(held) // 2] ^= 1
        path.write_bytes(held)
        status, said = verify(tmp_path / "e")
        assert status == 1
        assert said.splitlines()[0] == f"changed: {name}"


@pytest.mark.parametrize(
    "name", ["data/trail.jsonl", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/index.html"]
)
def test_a_byte_that_is_no_letter_is_named_as_well(name, archive, account, tmp_path):
    make(archive, tmp_path / "d")
    path = tmp_path / "d" / name
    held = bytearray(path.read_bytes())
    held[len(held) // 2] = 0xFF
    path.write_bytes(held)
    status, said = verify(tmp_path / "d")
    assert status == 1
    assert "Traceback" not in said
    assert "cannot know" in said
    assert name.startswith("tagmanifest") or f"changed: {name}" in said.splitlines()


def test_a_kept_name_is_in_no_entry_of_the_trail(archive, keep, account, tmp_path):
    told = keep(testimony("interview-zorblatt-quenneville", *TEXTS, agents=(Agent("Zorblatt Quenneville"),)))
    with archive.writing() as session:
        evidencing.take([replace(ENTRIES[0], testimony=told)], OPERATOR)
        person = session.scalars(select(Person.identifier).filter_by(name="Zorblatt Quenneville")).one()
        veiling.veil(person, "a neighbour", ("Zorblatt",), OPERATOR)
    make(archive, tmp_path / "d")
    said = everything(tmp_path / "d")
    assert "a neighbour" in said
    assert "quenneville" not in said.lower()
    assert verify(tmp_path / "d")[0] == 0
    make(archive, tmp_path / "s", audience=Audience.STAFF)
    assert "interview-zorblatt-quenneville" in (tmp_path / "s" / "data" / "trail.jsonl").read_text()


def test_a_dossier_for_others_is_not_compared_with_it(archive, account, tmp_path):
    """What only archivists were given would be counted as gone."""
    make(archive, tmp_path / "d", audience=Audience.STAFF)
    before = everything(tmp_path / "d")
    for kind, name in (("question", "q"), ("claim", "forty")):
        with pytest.raises(Conflict):
            make(archive, tmp_path / "d", kind, name)
    assert everything(tmp_path / "d") == before


def test_a_whole_is_named_only_where_its_question_is_shown(archive, account):
    with archive.writing() as session:
        hidden = Question(text="A question of ours?")
        whole = Claim(text="The quux of it all.", question=hidden, is_published=True)
        session.add_all([hidden, whole])
        session.scalars(select(Claim).filter_by(ref="forty")).one().part_of = whole
    with archive.reading():
        assert "quux" not in str(dossiering.of("claim", "forty", "public"))
        assert "quux" in str(dossiering.of("claim", "forty", "staff"))


def test_a_file_removed_or_added_is_named(archive, account, tmp_path):
    make(archive, tmp_path / "d")
    (tmp_path / "d" / "data" / "evidence.csv").unlink()
    (tmp_path / "d" / "data" / "more.txt").write_text("More.")
    status, said = verify(tmp_path / "d")
    assert status == 1
    assert "missing: data/evidence.csv" in said
    assert "not of this dossier: data/more.txt" in said


def test_an_altered_entry_is_named_even_where_all_sums_are_made_anew(archive, account, tmp_path):
    make(archive, tmp_path / "d")
    held = (tmp_path / "d" / "data" / "trail.jsonl").read_text()
    for field in ("at", "actor", "action", "target", "details", "before"):
        entries = [json.loads(line) for line in held.splitlines()]
        entries[1][field] = {"testimony": "other"} if field == "details" else "other"
        said = "".join(json.dumps(entry) + "\n" for entry in entries)
        (tmp_path / "d" / "data" / "trail.jsonl").write_text(said)
        (tmp_path / "d" / "tagmanifest-sha256.txt").unlink()
        bag.seal(tmp_path / "d", {})
        status, said = verify(tmp_path / "d")
        assert status == 1
        assert said.startswith(f"trail entry {entries[1]['number']} ")


def test_made_again_it_says_what_is_gone_and_never_its_words(archive, account, tmp_path):
    make(archive, tmp_path / "d")
    assert TEXTS[2] in everything(tmp_path / "d")
    with archive.writing():
        redacting.redact(account, 2, 2, "danger", OPERATOR)
    make(archive, tmp_path / "d")
    page = (tmp_path / "d" / "data" / "index.html").read_text()
    assert "No longer given: passages 2, 3 of that dossier." in page
    assert page.count("<article") == 1
    assert verify(tmp_path / "d")[0] == 0
    for words in (TEXTS[2], "a brother"):
        assert words not in everything(tmp_path / "d")


def linked_account(archive) -> str:
    """An account that was given and accepted, its first line tied to a claim."""
    given, _ = send(archive)
    told = accept(archive, given)
    with archive.writing() as session:
        claim = session.scalars(select(Claim.identifier).filter_by(ref="forty")).one()
        linking.link(told, 0, 0, claim, "supports", "saw", OPERATOR)
    return given


@pytest.mark.parametrize("outcome", ["stop", "restrict", "close", "destroy"])
def test_made_again_after_a_teller_took_their_account_back(outcome, archive, account, tmp_path):
    given = linked_account(archive)
    make(archive, tmp_path / "d")
    assert "We heard the bells at midnight." in everything(tmp_path / "d")
    assert "Mara of the Mill" in everything(tmp_path / "d")
    with archive.writing():
        withdrawing.withdraw(given, outcome, clock.today() + timedelta(days=30))
    make(archive, tmp_path / "d")
    assert verify(tmp_path / "d")[0] == 0
    assert "Mara of the Mill" not in everything(tmp_path / "d")
    page = (tmp_path / "d" / "data" / "index.html").read_text()
    assert "No longer given: passages" in page
    assert "We heard the bells" not in everything(tmp_path / "d")


def test_what_its_narrator_allows_is_told_on_paper_too(archive, account, tmp_path):
    linked_account(archive)
    make(archive, tmp_path / "d")
    with pypdfium2.PdfDocument(tmp_path / "d" / "data" / "dossier.pdf") as paper:
        said = " ".join(" ".join(page.get_textpage().get_text_range() for page in paper).split())
    assert "Its narrator allows: reading it here, quoting it" in said
    assert "teaching with it" not in said


def test_made_again_it_says_what_is_new_and_what_reads_otherwise(archive, account, tmp_path):
    make(archive, tmp_path / "d", "claim", "forty")
    make(archive, tmp_path / "d", "claim", "forty")
    assert (
        "Nothing: the same passages in the same words."
        in (tmp_path / "d" / "data" / "index.html").read_text()
    )
    lines = [one.line for one in begin(list(TEXTS))]
    with archive.writing():
        save(account, 1, [lines[0], replace(lines[1], text="There were fifty of us."), *lines[2:]])
        evidencing.take([replace(ENTRIES[0], first=0, last=0)], OPERATOR)
    make(archive, tmp_path / "d", "claim", "forty")
    page = (tmp_path / "d" / "data" / "index.html").read_text()
    assert "They read otherwise now: passages 2 of this one." in page
    assert "New: passages 1 of this one." in page


def test_each_audience_is_given_what_it_may_see(archive, account, tmp_path):
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR, note="A note of ours.")
    make(archive, tmp_path / "d")
    make(archive, tmp_path / "s", audience=Audience.STAFF)
    assert TEXTS[1] not in everything(tmp_path / "d")
    assert "passage.redact" not in everything(tmp_path / "d")
    assert "passage.redact" in (tmp_path / "s" / "data" / "trail.jsonl").read_text()
    assert verify(tmp_path / "s")[0] == 0


def test_what_is_not_shown_has_no_dossier(archive, keep, account):
    with archive.writing():
        more = {**CLAIMS, "questions": [{"id": "q2", "text": "Who?"}], "claims": [], "sources": []}
        registering.register(register.load(json.dumps(more)), OPERATOR)
    with archive.reading():
        with pytest.raises(NotFound):
            dossiering.of("question", "q2", "public")
        assert dossiering.of("question", "q2", "staff").passages == ()


def test_something_else_in_the_folder_is_left_alone(archive, account, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "letter.txt").write_text("Mine.")
    with pytest.raises(Conflict):
        make(archive, tmp_path / "d")
    assert (tmp_path / "d" / "letter.txt").read_text() == "Mine."


def test_a_zip_holds_the_same_bag(archive, account, tmp_path):
    make(archive, tmp_path / "d")
    bag.pack(tmp_path / "d", tmp_path / "d.zip")
    with zipfile.ZipFile(tmp_path / "d.zip") as packed:
        packed.extractall(tmp_path / "out")
    bagit.Bag(str(tmp_path / "out" / "d")).validate()
    assert verify(tmp_path / "out" / "d")[0] == 0


def test_a_list_is_a_dossier_too_and_counts_what_it_cannot_give(archive, account, tmp_path):
    with archive.writing():
        redacting.redact(account, 2, 2, "danger", OPERATOR)
    refs = [(f"{account}/1/0", "First."), (f"/testimonies/{account}/passages/1/1-2", ""), ("nobody/1/1", "")]
    with archive.reading():
        made = dossiering.of_list("My list", refs, "public")
        dossier_files.write(made, tmp_path / "l")
    page = (tmp_path / "l" / "data" / "index.html").read_text()
    assert page.count("<article") == 1
    assert "2 passages of the list cannot be given" in page
    assert "First." in page
    assert verify(tmp_path / "l")[0] == 0
