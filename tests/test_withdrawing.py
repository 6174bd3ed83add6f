"""What a narrator takes back is gone at once from every page, soon from every file, and stays gone."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app import clock, create_app
from app.archive import Archive
from app.cli.base import OPERATOR, opened
from app.errors import Conflict, Invalid
from app.jobs.worker import Worker
from app.models import AuditEntry, MediaFile, Person, Segment, Submission, Testimony, Withdrawal
from app.services import (
    consenting,
    linking,
    preserving,
    publishing,
    reviewing,
    submitting,
    uploading,
    withdrawing,
)
from app.services.steps import USES
from tests.telling import accept, send, tell

FIRST, SECOND = "quorvistle", "brandulox"  # words of two lines, found nowhere else
TEXT = {"text": [f"We heard the bells {FIRST} at midnight.\n\nThe road was full {SECOND} of people."]}


@pytest.fixture
def given(archive, work):
    """An account everybody can read: its identifier, and its testimony's."""
    identifier, _ = send(archive, account=TEXT)
    testimony = accept(archive, identifier)
    work()
    return identifier, testimony


def doors(testimony: str) -> list[str]:
    return [
        f"/testimonies/{testimony}",
        f"/testimonies/{testimony}.json",
        f"/search?q={FIRST}",
        f"/search?q={SECOND}",
        f"/api/v1/search?q={FIRST}",
        f"/api/v1/search?q={SECOND}",
        "/feed.atom",
        "/testimonies",
        "/sitemap.xml",
        "/",
    ]


def seen(client, testimony: str) -> dict[str, bool]:
    """Which of the two words a stranger sees anywhere, apart from what they asked for."""
    pages = [
        client.get(door).text.replace(f"q={FIRST}", "").replace(f"q={SECOND}", "")
        for door in doors(testimony)
    ]
    return {
        word: any(
            f"bells {word}" in page or f"full {word}" in page or f">{word}</mark>" in page for page in pages
        )
        for word in (FIRST, SECOND)
    }


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_account_is_found_before(client, given):
    assert seen(client, given[1]) == {FIRST: True, SECOND: True}


def test_a_withheld_passage_is_gone_at_once_and_soon_from_the_files(archive, client, given, work, settings):
    identifier, testimony = given
    with archive.reading():
        lines = withdrawing.lines(identifier)
    assert [FIRST in line.text for line in lines] == [True, False]
    with archive.writing():
        withdrawing.withhold(identifier, {0}, range(2))
    assert seen(client, testimony)[FIRST] is False
    assert client.get(f"/testimonies/{testimony}").status_code == 200
    work()
    assert seen(client, testimony) == {FIRST: False, SECOND: True}
    public = raw(settings.home / "search_index" / "public")
    assert FIRST.encode() not in public
    assert SECOND.encode() in public


def test_a_passage_can_be_released_again_and_other_lines_stay(archive, client, given, work):
    identifier, testimony = given
    with archive.writing():
        withdrawing.withhold(identifier, {0, 1}, range(2))
    with archive.writing():
        withdrawing.withhold(identifier, {0}, range(1))  # line 1 was not shown: it stays as it was
    with archive.reading():
        assert [line.withheld for line in withdrawing.lines(identifier)] == [True, True]
    with archive.writing():
        withdrawing.withhold(identifier, {0}, range(2))
    work()
    assert seen(client, testimony) == {FIRST: False, SECOND: True}
    with archive.reading():
        assert [line.withheld for line in withdrawing.lines(identifier)] == [True, False]


def test_the_teller_does_not_lift_what_an_archivist_withholds(archive, client, given):
    from app.services import redacting

    identifier, testimony = given
    with archive.writing():
        redacting.redact(testimony, 0, 0, "danger", OPERATOR)
    with archive.writing():
        withdrawing.withhold(identifier, {1}, range(2))
    with archive.writing():
        withdrawing.withhold(identifier, set(), range(2))
    with archive.reading():
        assert [(line.withheld, line.withheld_by_archive) for line in withdrawing.lines(identifier)] == [
            (False, True),
            (False, False),
        ]
    assert seen(client, testimony)[FIRST] is False


@pytest.mark.parametrize("outcome", ["stop", "restrict", "close"])
def test_what_is_stopped_restricted_or_closed_is_as_if_it_were_not_there(
    archive, client, given, outcome, work
):
    identifier, testimony = given
    with archive.writing():
        withdrawing.withdraw(identifier, outcome, clock.today() + timedelta(days=30))
    assert seen(client, testimony) == {FIRST: False, SECOND: False}
    there, nowhere = client.get(f"/testimonies/{testimony}"), client.get("/testimonies/0123456789ab")
    assert (there.status_code, there.data) == (404, nowhere.data)
    work()
    with archive.reading() as session:
        assert session.scalar(select(Testimony.identifier)) == testimony  # the archive keeps it


def test_what_is_closed_until_a_day_opens_on_it(archive, client, given, work):
    identifier, testimony = given
    day = clock.today() + timedelta(days=30)
    with archive.writing():
        withdrawing.withdraw(identifier, "close", day)
    work()
    for moment, status in ((timedelta(seconds=-1), 404), (timedelta(seconds=1), 200)):
        with clock.showing(datetime.combine(day, datetime.min.time(), UTC) + moment):
            work()
            assert client.get(f"/testimonies/{testimony}").status_code == status


def test_closing_needs_a_day_still_to_come(archive, given):
    for until in (None, clock.today()):
        with archive.writing(), pytest.raises(Invalid):
            withdrawing.withdraw(given[0], "close", until)


def test_what_was_stopped_can_go_on(archive, client, given, work):
    identifier, testimony = given
    with archive.writing():
        withdrawing.withdraw(identifier, "stop")
    with archive.reading():
        held = submitting.account(identifier)
    assert (held.state, held.withdrawn, held.is_read) == ("withdrawn", "stop", False)
    with archive.writing():
        withdrawing.resume(identifier)
    work()
    assert seen(client, testimony) == {FIRST: True, SECOND: True}
    with archive.writing(), pytest.raises(Conflict):
        withdrawing.resume(identifier)


@pytest.mark.parametrize(
    ("step", "answers", "status"),
    [
        (
            "uses",
            {"reading": ["no"], "quoting": ["no"], "teaching": ["no"], "machines": ["no"], "courts": ["no"]},
            404,
        ),
        ("readers", {"access": ["reading_room"]}, 404),
        ("opening", {"opening": ["later"], "open_from": ["2999-01-01"]}, 404),
        ("deciding", {"decided_by": ["my brother"]}, 200),
    ],
)
def test_consent_changed_counts_at_the_next_request_and_can_be_widened_again(
    archive, client, given, step, answers, status
):
    identifier, testimony = given
    with archive.reading():
        before = submitting.account(identifier).answers.get(step, {})
    with archive.writing():
        submitting.answer(identifier, step, answers)
    assert client.get(f"/testimonies/{testimony}").status_code == status
    with archive.writing():
        submitting.answer(identifier, step, {k: v if isinstance(v, list) else [v] for k, v in before.items()})
    assert client.get(f"/testimonies/{testimony}").status_code == 200


def test_a_page_says_what_its_narrator_allows(archive, client, given):
    identifier, testimony = given
    assert client.get(f"/testimonies/{testimony}.json").json["uses"] == {"quoting": True}
    with archive.writing():
        submitting.answer(identifier, "uses", {use: ["yes"] for use in USES})
    assert client.get(f"/testimonies/{testimony}.json").json["uses"] == {
        "quoting": True,
        "teaching": True,
        "machines": True,
        "courts": True,
    }


def test_what_is_destroyed_leaves_a_tombstone_without_content(archive, client, given, work, settings):
    identifier, testimony = given
    with archive.writing():
        submitting.answer(identifier, "contact", {"contact": ["at the mill"]})
        withdrawing.withdraw(identifier, "destroy")
    assert seen(client, testimony) == {FIRST: False, SECOND: False}
    gone = client.get(f"/testimonies/{testimony}")
    assert gone.status_code == 410
    assert "The bells" not in gone.text
    assert client.get(f"/testimonies/{testimony}.json").status_code == 410
    work()
    archive.database.checkpoint()
    for secret in (FIRST, SECOND, "The bells", "Mara of the Mill", "about ten days later"):
        assert secret.encode() not in raw(settings.home), secret
    with archive.reading() as session:
        assert [session.scalars(select(kind)).all() for kind in (Testimony, Person, Segment)] == [[], [], []]
        held = submitting.account(identifier)
        assert (held.state, held.withdrawn, held.answers, held.has_contact) == (
            "withdrawn",
            "destroy",
            {},
            False,
        )
        said = [entry.details for entry in session.scalars(select(AuditEntry))]
    assert "mill" not in str(said).lower()


def test_an_account_never_taken_in_can_be_destroyed_too(archive, settings):
    identifier, words = send(archive, account=TEXT)
    with archive.writing():
        withdrawing.withdraw(identifier, "destroy")
    archive.database.checkpoint()
    assert FIRST.encode() not in raw(settings.home)
    with archive.reading():
        assert submitting.open_with(words) == identifier


def put_back(archive: Archive, folder: Path) -> None:
    """An older copy of the database in the place of this one, as after a fire."""
    for path in archive.settings.home.glob("archive.sqlite*"):
        path.unlink()
    shutil.copy(folder / "archive.sqlite", archive.settings.home / "archive.sqlite")


@pytest.mark.parametrize("outcome", ["destroy", "stop", "restrict", "close", "passage", "consent"])
def test_an_older_copy_put_back_does_not_bring_back_what_was_taken_back(
    archive, given, outcome, tmp_path, settings, work
):
    identifier, testimony = given
    with archive.reading():
        preserving.back_up(tmp_path / "copy")
    with archive.writing():
        if outcome == "passage":
            withdrawing.withhold(identifier, {0, 1}, range(2))
        elif outcome == "consent":
            submitting.answer(identifier, "readers", {"access": ["closed"]})
        else:
            withdrawing.withdraw(identifier, outcome, clock.today() + timedelta(days=3))
    work()
    archive.close()
    put_back(archive, tmp_path / "copy")
    with opened(settings):
        pass
    app = create_app(settings)
    client = app.test_client()
    assert seen(client, testimony) == {FIRST: False, SECOND: False}
    expected = {"destroy": 410, "passage": 200}.get(outcome, 404)
    assert client.get(f"/testimonies/{testimony}").status_code == expected
    app.extensions["archive"].close()


def test_an_account_older_than_the_copy_stays_withdrawn_when_it_was_not_taken_in_yet(
    archive, settings, tmp_path
):
    identifier, _ = send(archive, account=TEXT)
    with archive.reading():
        preserving.back_up(tmp_path / "copy")
    testimony = accept(archive, identifier)
    with archive.writing():
        withdrawing.withdraw(identifier, "destroy")
    archive.close()
    put_back(archive, tmp_path / "copy")
    with opened(settings) as again, again.reading() as session:
        assert submitting.account(identifier).state == "withdrawn"
        assert session.scalars(select(Submission.answers)).all() == [{}]
        assert session.scalars(select(Withdrawal.testimony)).all() == [testimony]


def test_an_archive_that_lost_its_ledger_does_not_open(archive, settings, given):
    archive.close()
    Path(settings.ledger).unlink()
    with pytest.raises(Conflict, match="ledger of withdrawals is missing"), opened(settings):
        pass
    elsewhere = replace(settings, ledger=str(settings.home.parent / "kept" / "withdrawals.jsonl"))
    with pytest.raises(Conflict), opened(elsewhere):
        pass


def test_the_ledger_holds_nobodys_words(archive, given, settings):
    identifier, _ = given
    with archive.writing():
        submitting.answer(identifier, "deciding", {"decided_by": ["my brother Aram"]})
        submitting.answer(identifier, "readers", {"access": ["reading_room"]})
        withdrawing.withhold(identifier, {0}, range(2))
        withdrawing.withdraw(identifier, "stop")
    entries = [json.loads(line) for line in Path(settings.ledger).read_text().splitlines()]
    assert [entry["outcome"] for entry in entries] == ["consent", "passage", "stop"]
    assert not [word for word in ("Aram", FIRST, "bells", "Mara") if word in str(entries)]


def test_half_a_line_of_the_ledger_loses_no_other(archive, given, settings):
    identifier, _ = given
    with Path(settings.ledger).open("a") as ledger:
        ledger.write('{"identifier": "cut off by a power')
    with archive.writing():
        withdrawing.withdraw(identifier, "stop")
    with archive.reading():
        assert withdrawing.behind() == []
    assert len(list(archive.ledger.entries())) == 1


def test_machines_are_told_when_their_use_is_not_allowed(archive, client, given):
    identifier, testimony = given
    for address in (f"/testimonies/{testimony}", f"/testimonies/{testimony}.json"):
        assert client.get(address).headers["TDM-Reservation"] == "1"
    assert "research with machines" in client.get(f"/testimonies/{testimony}").text
    with archive.writing():
        submitting.answer(identifier, "uses", {use: ["yes"] for use in USES})
    assert "TDM-Reservation" not in client.get(f"/testimonies/{testimony}").headers


def test_a_file_taken_back_leaves_the_testimony_too_and_stays_gone(archive, settings, tmp_path, work):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "PNG")
    identifier = tell(archive)
    with archive.writing():
        file = uploading.begin(identifier, "bridge.png", len(picture.getvalue()))
    with archive.reading():
        uploading.append(file, 0, io.BytesIO(picture.getvalue()), len(picture.getvalue()))
    with archive.writing():
        uploading.whole(identifier, file)
        submitting.send(identifier)
    work()
    accept(archive, identifier)
    work()
    with archive.reading() as session:
        kept, *copies = session.scalars(select(MediaFile).order_by(MediaFile.id))
        assert copies
        preserving.back_up(tmp_path / "copy")
    with archive.writing():
        uploading.remove(identifier, file)
    work()
    assert list(archive.store.keys()) == []
    archive.close()
    put_back(archive, tmp_path / "copy")
    shutil.copytree(tmp_path / "copy" / "media", settings.home / "media", dirs_exist_ok=True)
    assert (settings.home / "media" / kept.key).exists()
    with opened(settings) as again:
        Worker(again).run_all()
        with again.reading() as session:
            assert session.scalars(select(MediaFile)).all() == []
            assert submitting.account(identifier).files == ()
        assert list(again.store.keys()) == []


def test_closing_or_restricting_never_opens_what_its_teller_kept_closed_longer(archive, client, given):
    identifier, _ = given
    with archive.writing():
        submitting.answer(identifier, "opening", {"opening": ["later"], "open_from": ["2090-01-01"]})
        submitting.answer(identifier, "readers", {"access": ["closed"]})
    for outcome in ("close", "restrict"):
        with archive.writing():
            withdrawing.withdraw(identifier, outcome, clock.today() + timedelta(days=9))
    with archive.reading():
        terms = submitting.account(identifier).terms
    assert (terms.access, terms.open_from.isoformat()) == ("closed", "2090-01-01")


def test_a_later_day_must_be_named(archive, client, given):
    identifier, testimony = given
    with archive.writing(), pytest.raises(Invalid):
        submitting.answer(identifier, "opening", {"opening": ["later"], "open_from": [""]})
    with archive.writing() as session:  # and where none is named all the same, nobody reads
        submission = session.scalars(select(Submission)).one()
        submission.answers = {**submission.answers, "opening": {"opening": "later", "open_from": ""}}
        consenting.record(submission)
        publishing.publish(submission.testimony)
    assert client.get(f"/testimonies/{testimony}").status_code == 404


def test_no_archivist_opens_again_what_its_teller_stopped(archive, client, given):
    identifier, testimony = given
    with archive.writing():
        withdrawing.withdraw(identifier, "stop")
    with archive.writing():
        publishing.open_to_readers(linking.find(testimony), OPERATOR)
    assert client.get(f"/testimonies/{testimony}").status_code == 404


def test_what_was_destroyed_is_not_stopped_resumed_or_closed(archive, given):
    identifier, _ = given
    with archive.writing():
        withdrawing.withdraw(identifier, "destroy")
    for outcome in ("stop", "restrict", "close", "destroy"):
        with archive.writing(), pytest.raises(Conflict):
            withdrawing.withdraw(identifier, outcome, clock.today() + timedelta(days=9))
    with archive.writing(), pytest.raises(Conflict):
        withdrawing.resume(identifier)


def test_what_was_stopped_goes_on_where_it_was(archive):
    identifier, _ = send(archive)
    with archive.writing():
        reviewing.decline(identifier, "duplicate", "", OPERATOR)
    with archive.writing():
        withdrawing.withdraw(identifier, "stop")
    with archive.writing(), pytest.raises(Conflict):
        withdrawing.withdraw(identifier, "stop")
    with archive.writing():
        withdrawing.resume(identifier)
    with archive.reading():
        assert submitting.account(identifier).state == "declined"


def test_a_place_that_came_with_an_account_alone_goes_with_it(archive, settings, work):
    identifier, _ = send(archive, people={"people": [""], "places": ["Hiddenburg"]})
    accept(archive, identifier)
    with archive.writing():
        withdrawing.withdraw(identifier, "destroy")
    work()
    archive.database.checkpoint()
    assert b"Hiddenburg" not in raw(settings.home)


def test_what_could_not_be_done_is_not_done_at_the_next_start(archive, given, settings):
    identifier, testimony = given

    def fall_over() -> None:
        with archive.writing():
            withdrawing.withdraw(identifier, "destroy")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fall_over()
    archive.close()
    with opened(settings) as again, again.reading():
        assert submitting.account(identifier).testimony == testimony


def test_what_was_never_committed_does_not_undo_a_later_decision(archive, given, settings):
    """Killed between ledger and commit; the teller then took out more."""
    identifier, testimony = given
    lost = {"identifier": "0000000000zz", "outcome": "passage", "details": {"lines": [[0, 0]]}}
    archive.ledger.add(
        lost | {"submission": identifier, "testimony": testimony, "was_public": True, "made_on": "2026-01-01"}
    )
    with archive.writing():
        withdrawing.withhold(identifier, {0, 1}, range(2))
    archive.close()
    for _ in range(2):
        with opened(settings) as again, again.reading():
            assert [line.withheld for line in withdrawing.lines(identifier)] == [True, True]


def test_lines_taken_out_stay_out_when_an_older_copy_is_taken_in_anew(archive, settings, tmp_path):
    identifier, _ = send(archive, account=TEXT)
    with archive.reading():
        preserving.back_up(tmp_path / "copy")
    accept(archive, identifier)
    with archive.writing():
        withdrawing.withhold(identifier, {0}, range(2))
    archive.close()
    put_back(archive, tmp_path / "copy")
    with opened(settings) as again:
        testimony = accept(again, identifier)
        with again.reading():
            assert [line.withheld for line in withdrawing.lines(identifier)] == [True, False]
        assert create_app(settings).test_client().get(f"/testimonies/{testimony}").status_code == 404


def test_a_discarded_draft_does_not_come_back_with_an_older_copy(archive, settings, tmp_path):
    identifier = tell(archive, account=TEXT)
    with archive.reading():
        preserving.back_up(tmp_path / "copy")
    with archive.writing():
        submitting.discard(identifier)
    archive.close()
    put_back(archive, tmp_path / "copy")
    with opened(settings) as again, again.reading():
        assert submitting.account(identifier).answers == {}


def test_nothing_public_tells_the_hour_at_which_a_teller_acted(archive, client, given, work):
    identifier, _ = given
    with clock.showing(datetime(2031, 5, 9, 3, 17, 42, tzinfo=UTC)):
        for level in ("closed", "public"):
            with archive.writing():
                submitting.answer(identifier, "readers", {"access": [level]})
        assert "03:17" not in client.get("/feed.atom").text
        archive.database.checkpoint()
        assert b"03:17:42" not in (archive.settings.home / "archive.sqlite").read_bytes()


@pytest.mark.parametrize("how", ["destroyed", "discarded", "rewritten"])
def test_words_leave_the_write_ahead_log_as_well(archive, settings, work, how):
    identifier = tell(archive, account=TEXT)
    if how != "discarded":
        with archive.writing():
            submitting.send(identifier)
    archive.database.checkpoint()
    with archive.writing():
        if how == "destroyed":
            withdrawing.withdraw(identifier, "destroy")
        elif how == "discarded":
            submitting.discard(identifier)
        else:
            submitting.answer(identifier, "account", {"text": ["Nothing of it."]})
    work()
    assert FIRST.encode() not in raw(settings.home)
