"""What goes wrong between a file and its readers: races, names nobody has written down, files taken back."""

import dataclasses
import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.derivatives.kinds import Look
from app.derivatives.making import Copies
from app.derivatives.variants import VARIANTS, Made
from app.errors import Conflict
from app.models import (
    Derivation,
    DerivationState,
    FixityCheck,
    Job,
    MediaFile,
    Submission,
    Upload,
    UploadState,
)
from app.records import Line, Script
from app.services import (
    covering,
    deriving,
    destroying,
    linking,
    preserving,
    proving,
    publishing,
    redacting,
    shelving,
    veiling,
)
from tests.conftest import post, testimony
from tests.recording import give, photograph, refs, sound
from tests.telling import accept, send
from tests.test_linking import claim

__all__ = ["claim"]


@pytest.fixture
def settings(new_home, tmp_path):
    return dataclasses.replace(new_home("home"), replica_url=f"file://{tmp_path / 'replica'}")


@pytest.fixture
def hold(archive):
    """Puts a file that needs no making beside a testimony; returns its identifier."""

    def put(identifier: str, kind: str, mimetype: str = "audio/webm", use: str = "access") -> str:
        with archive.writing() as session:
            held = linking.find(identifier)
            file = MediaFile(
                use=use, kind=kind, mimetype=mimetype, key="aa/" + "a" * 64, size=9, sha256="a" * 64
            )
            held.media.append(file)
            publishing.publish(held)
            session.flush()
            return file.identifier

    return put


@pytest.mark.parametrize(
    ("kind", "speaker", "texts", "why"),
    [
        ("text", "Ana Vell", ("We left at dusk.",), "paper"),
        ("audio", "", ("We left at dusk.",), "voice"),
        ("audio", "", (), "untimed"),
    ],
)
def test_a_veiled_narrator_is_not_told_by_a_file_where_no_line_says_the_name(
    keep, archive, client, hold, kind, speaker, texts, why
):
    lines = tuple(Line(n, text, speaker, n * 2000, n * 2000 + 2000) for n, text in enumerate(texts))
    if kind == "text":  # somebody else speaks: the name stands in the paper alone
        lines = tuple(dataclasses.replace(line, speaker="Bo Renn") for line in lines)
    identifier = keep(dataclasses.replace(testimony("a"), scripts=(Script("en", lines),) if lines else ()))
    ref = hold(identifier, kind, "text/plain" if kind == "text" else "audio/webm")
    assert client.get(f"/testimonies/{identifier}.json").json["media"]
    with archive.writing():
        person = veiling.named_in(identifier, "Ana Vell", OPERATOR)
        veiling.veil(person.identifier, "A.", [], OPERATOR, also_in=[identifier])
    assert not client.get(f"/testimonies/{identifier}.json").json.get("media")
    assert client.get(f"/media/{ref}").status_code == 404
    with archive.reading():
        assert [copy.why for copy in covering.copies(linking.find(identifier))] == [why]


@pytest.fixture
def making(archive, keep, hold):
    """An original and its testimony, and how to begin with its copies, once and once more."""
    identifier = keep(testimony("a", "We left at dusk."))
    original = hold(identifier, "audio", "audio/wav", "original")

    def begin(recipe: str = ""):
        with archive.writing() as session:
            file = session.scalar(select(MediaFile).filter_by(identifier=original))
            deriving.request(file, recipe, {"silence": [[0, 9]]} if recipe else None)
        with archive.writing():
            return deriving.begin(original, recipe)

    return identifier, original, begin


def state(archive) -> list[DerivationState]:
    with archive.reading() as session:
        return list(session.scalars(select(Derivation.state)))


def discards(archive) -> set[str]:
    with archive.reading() as session:
        return {job.arguments["key"] for job in session.scalars(select(Job).filter_by(name="discard"))}


def made(task) -> Copies:
    task.folder.mkdir(parents=True)
    path = task.folder / "0"
    path.write_bytes(b"sound")
    return Copies(Look("audio", "audio/wav", 1000), {}, (Made("opus", path, 0, 5),))


def test_who_was_overtaken_neither_keeps_copies_nor_says_that_there_are_none(making, archive):
    _, _, begin = making
    first, second = begin(), begin()
    assert first.folder != second.folder
    copies = made(first)
    found = deriving.hashes(copies)
    with archive.writing():
        assert not deriving.announce(first, found)
        deriving.fail(first, "It came too late.")
        deriving.keep(first, copies, found)
        assert deriving.announce(second, found)
    assert state(archive) == [DerivationState.WORKING]


@pytest.mark.parametrize("end", ["drop", "destroy"])
def test_what_a_killed_worker_left_of_copies_nobody_wants_is_destroyed(making, archive, end):
    identifier, original, begin = making
    task = begin("r")
    copies = made(task)
    found = deriving.hashes(copies)
    with archive.writing():
        assert deriving.announce(task, found)
    with archive.reading():
        deriving.move(found)
    (key,) = (archive.store.key(sha256) for sha256 in found.values())
    with archive.writing() as session:
        if end == "drop":
            deriving.drop(session.scalar(select(MediaFile).filter_by(identifier=original)), "r")
        else:
            destroying.testimony(linking.find(identifier))
    assert key in discards(archive)
    with archive.writing():
        deriving.catch_up()
    assert not task.folder.exists()


def test_copies_are_asked_for_again_only_when_nobody_makes_them(making, archive, keep, hold):
    identifier, original, begin = making
    begin()
    with archive.writing(), pytest.raises(Conflict):
        shelving.retry(original, OPERATOR)
    with archive.writing():
        redacting.redact(identifier, 0, 0, "danger", OPERATOR)
        covering.tend(identifier)
        with pytest.raises(Conflict):
            covering.remake(original, OPERATOR)
    with archive.writing() as session:  # as when it failed too often, and was put aside
        for job in session.scalars(select(Job).filter_by(name="derive")):
            session.delete(job)
    with archive.writing():
        shelving.retry(original, OPERATOR)


def test_a_damaged_copy_is_not_made_again_without_what_was_taken_out(making, archive):
    identifier, original, _ = making
    with archive.writing() as session:
        root = session.scalar(select(MediaFile).filter_by(identifier=original))
        copy = MediaFile(
            original_id=root.id,
            use="redacted",
            recipe="r",
            kind="audio",
            mimetype="audio/webm",
            key="bb/" + "b" * 64,
            size=9,
            sha256="b" * 64,
        )
        held = linking.find(identifier)
        held.media.append(copy)
        session.flush()
        deriving.again(copy)
        assert not session.scalars(select(Derivation).filter_by(recipe="r")).all()


def test_a_file_destroyed_while_it_is_read_is_neither_brought_back_nor_lost(archive, keep, tmp_path, work):
    kept = archive.store.save(io.BytesIO(b"The voice of somebody who takes it back."))
    with archive.reading():
        proof = proving.prove(kept.key, is_copy=False)  # its row is gone by the time it is read
    assert (tmp_path / "replica" / kept.key).exists()
    with archive.writing():
        proving.note(proof)
    work()
    assert not (tmp_path / "replica" / kept.key).exists()
    assert not list(archive.store.keys())
    with archive.reading() as session:
        assert not session.scalars(select(FixityCheck)).all()
        assert proving.lost() == []


def test_what_was_half_written_when_a_process_died_is_destroyed(archive):
    part = archive.store.root / ".0123.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half a voice")
    with archive.writing():
        proving.catch_up()  # it may still be written
    assert part.exists()
    archive.store.tidy(older=-1)
    assert not part.exists()


def test_a_replica_that_takes_nothing_does_not_keep_other_files_from_being_read(archive, tmp_path):
    kept = archive.store.save(io.BytesIO(b"We left at dusk."))
    (tmp_path / "replica").mkdir()
    (tmp_path / "replica" / kept.key[:2]).write_text("not a folder")
    with archive.reading():
        proof = proving.prove(kept.key, is_copy=False)
    assert not proof.is_lost
    assert not proof.is_mended


def test_a_file_that_is_gone_does_not_keep_the_others_out_of_a_backup(archive, keep, hold, tmp_path, caplog):
    hold(keep(testimony("a", "We left at dusk.")), "audio")
    with archive.reading():
        files, _ = preserving.back_up(tmp_path / "copy")
    assert files == 0
    assert "not in this backup" in caplog.text
    assert (tmp_path / "copy" / "archive.sqlite").exists()


def test_a_claims_page_leads_to_hearing_its_passages_where_they_can_be_heard(
    claim, keep, archive, client, hold, sign_in
):
    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    silent = keep(testimony("b", "There were forty, they say."))
    with archive.writing():
        for ref, line in ((identifier, 0), (identifier, 1), (silent, 0)):
            linking.link(ref, line, line, claim, "supports", "saw", OPERATOR)
    assert "Hear these passages" not in client.get(f"/claims/{claim}").text
    ref = hold(identifier, "audio")
    page = client.get(f"/claims/{claim}").text
    assert page.count(f"#play={claim}") == 1
    assert f"/testimonies/{identifier}?line=0#play={claim}" in page
    assert f'id="play-{claim}"' in client.get(f"/testimonies/{identifier}").text
    archivist = sign_in("archivist")
    for place in ("/workbench/readings", f"/workbench/testimonies/{identifier}"):
        assert "<audio" in archivist.get(place).text
    with archive.writing():
        redacting.withhold_file(ref, "danger", OPERATOR)
    assert "Hear these passages" not in client.get(f"/claims/{claim}").text


def test_an_archivist_is_told_that_an_accounts_files_wait_to_be_given_to_readers(
    archive, sign_in, client, work, tmp_path
):
    account, _ = send(archive)
    archivist = sign_in("archivist")
    with archive.writing() as session:
        kept = archive.store.save(io.BytesIO(b"We left at dusk."))
        sent = session.scalar(select(Submission).filter_by(identifier=account))
        given = {"kind": "text", "mimetype": "text/plain", "state": UploadState.RECEIVED}
        sent.uploads.append(
            Upload(name="a.txt", size=kept.size, key=kept.key, expires_on=clock.today(), **given)
        )
    desk = f"/workbench/accounts/{account}"
    version = re.search(r'name="version" value="(\d+)"', archivist.get(desk).text)[1]
    assert post(archivist, desk, f"{desk}/take", version=version).status_code == 303
    assert "readers are given none of them until" in archivist.get(desk).text
    assert post(archivist, desk, f"{desk}/put-back", version=str(int(version) + 1)).status_code == 303
    identifier = accept(archive, account)
    assert "until somebody gives them to readers" in archivist.get(desk).text
    original = give(archive, identifier, sound(tmp_path / "cassette.wav", 1.0), "audio")
    work()
    closed = "/workbench/files?which=closed"
    assert post(archivist, "/workbench/files", f"/workbench/files/{original}/close").status_code == 303
    assert refs(client.get(f"/testimonies/{identifier}.json")) == {}
    assert original in archivist.get(closed).text
    assert f'href="{closed}"' in archivist.get(f"/workbench/testimonies/{identifier}").text
    assert post(archivist, closed, f"/workbench/files/{original}/open", which="closed").status_code == 303
    assert original not in archivist.get(closed).text
    assert "opus" in refs(client.get(f"/testimonies/{identifier}.json"))


def test_a_photograph_is_seen_once_and_a_paper_page_by_page(keep, archive, client, work, tmp_path):
    identifier = keep(testimony("a", "We left at dusk."))
    give(archive, identifier, photograph(tmp_path / "home.jpg"), "image")
    Image.new("RGB", (80, 60), "white").save(
        tmp_path / "letter.pdf", save_all=True, append_images=[Image.new("RGB", (80, 60), "navy")]
    )
    give(archive, identifier, tmp_path / "letter.pdf", "text")
    (tmp_path / "letter.txt").write_text("We left at dusk, and nobody followed.")
    give(archive, identifier, tmp_path / "letter.txt", "text")
    work()
    page = client.get(f"/testimonies/{identifier}").text
    media = client.get(f"/testimonies/{identifier}.json").json["media"]
    by_variant = {name: [m["ref"] for m in media if m.get("variant") == name] for name in VARIANTS}
    shown = set(re.findall(r'(?:src|srcset|href)="/media/([\w-]+)"', page))
    wanted = ("large-webp", "large-jpeg", "page-webp", "text")
    assert shown == {ref for name in wanted for ref in by_variant[name]}
    assert page.count("<img") == 3
    assert 'alt="Page 2 of 2"' in page
    (words,) = by_variant["text"]
    answer = client.get(f"/media/{words}")
    assert answer.text == "We left at dusk, and nobody followed."
    assert answer.headers["Content-Disposition"] == "attachment"
