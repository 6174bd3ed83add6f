"""An account: begun once, kept at every step, sent when it is whole, opened again; its moment is not kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.models import AuditEntry, Consent, Submission
from app.services import steps, submitting, verifying
from tests.telling import SAID, send, tell


def look(archive, identifier):
    with archive.reading():
        return submitting.account(identifier)


def test_one_ticket_begins_one_account(archive):
    with archive.writing():
        first = submitting.begin("the same", "az")
    with archive.writing():
        assert submitting.begin("the same", "en") == first
        assert submitting.begin("another", "en") != first
    assert look(archive, first).language == "az"


def test_every_step_is_kept_and_read_again(archive):
    identifier = tell(archive, role={"role": ["saw", "heard"], "heard_from": ["my sister"]})
    held = look(archive, identifier)
    assert held.answers["account"]["text"].startswith("We heard the bells at midnight.")
    assert held.answers["role"] == {"role": ["saw", "heard"], "heard_from": "my sister"}
    assert held.missing == ()
    assert held.changeable == frozenset(steps.STEPS)
    assert not held.has_receipt


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("readers", {"access": ["everybody"]}),
        ("opening", {"opening": ["later"], "open_from": ["2031-02-30"]}),
        ("when", {"when": ["x" * 201]}),
        ("role", {"role": ["saw", "dreamt"]}),
    ],
)
def test_an_answer_that_cannot_be_kept_changes_nothing(archive, step, given):
    identifier = tell(archive)
    before = look(archive, identifier)
    with archive.writing(), pytest.raises(Invalid):
        submitting.answer(identifier, step, given)
    assert look(archive, identifier) == before


def test_a_step_there_is_none_of_is_not_found(archive):
    identifier = tell(archive)
    with archive.writing(), pytest.raises(NotFound):
        submitting.answer(identifier, "password", {})


def test_only_events_and_questions_there_are_can_be_chosen(archive, shared):
    from app.cli import collections

    collections.import_file(archive, shared / "data" / "khojaly_register.json", "", publish=True)
    with archive.reading():
        events, questions = submitting.choices()
    assert events
    assert questions
    identifier = tell(
        archive,
        bearing={"events": [events[0].identifier, "0000"], "questions": [questions[0].identifier, "zzz"]},
    )
    assert look(archive, identifier).answers["bearing"] == {
        "events": [events[0].identifier],
        "questions": [questions[0].identifier],
    }


@pytest.mark.parametrize("left_out", ["account", "naming", "uses", "readers"])
def test_what_is_missing_is_named_and_nothing_is_sent(archive, left_out):
    identifier = tell(archive, **{left_out: {}})
    assert look(archive, identifier).missing == (left_out,)
    with archive.writing(), pytest.raises(Invalid):
        submitting.send(identifier)
    assert look(archive, identifier).state == "draft"


def test_an_account_for_another_needs_that_persons_consent(archive):
    identifier = tell(archive, speaker={"whose": ["another"], "capacity": ["her daughter"]})
    assert look(archive, identifier).missing == ("speaker",)
    agreed = {"whose": ["another"], "capacity": ["her daughter"], "agreed": ["spoken"]}
    with archive.writing():
        submitting.answer(identifier, "speaker", agreed)
    with archive.writing() as session:
        submitting.send(identifier)
        assert session.scalar(select(Consent.given_by)) == "her daughter; the narrator agreed aloud"


def test_sending_gives_six_words_once_and_consent_is_kept(archive):
    identifier, words = send(archive)
    assert len(words.split()) == 6
    with archive.reading() as session:
        assert submitting.open_with(words.upper()) == identifier
        consent = session.scalars(select(Consent)).one()
        assert (consent.reading, consent.quoting, consent.teaching) == (True, True, False)
        assert "uses.reading: yes" in consent.words
        held = submitting.account(identifier)
    assert held.state == "sent"
    assert held.terms.uses["quoting"]
    with archive.writing(), pytest.raises(Conflict):
        submitting.send(identifier)
    with archive.writing(), pytest.raises(Conflict):
        submitting.receipt(identifier)


def test_words_asked_for_early_stay_the_same(archive):
    identifier = tell(archive)
    with archive.writing():
        words = submitting.receipt(identifier)
    with archive.writing():
        assert submitting.send(identifier) == ""
    with archive.reading():
        assert submitting.open_with(words) == identifier


def test_other_words_can_be_had_and_the_old_ones_open_nothing(archive):
    """The line may break before the words are shown: whoever holds the account is not shut out of it."""
    identifier, words = send(archive)
    with archive.writing():
        others = submitting.renew(identifier)
    with archive.reading():
        assert submitting.open_with(others) == identifier
        with pytest.raises(Invalid):
            submitting.open_with(words)


def test_of_moments_only_the_day_is_kept(archive, settings):
    identifier, _ = send(archive)
    with archive.writing():
        submitting.answer(identifier, "when", {"when": ["in spring"]})
        submitting.reply(identifier, "It was before dawn.")
    with archive.reading() as session:
        moments = [entry.at for entry in session.scalars(select(AuditEntry))]
        moments += [consent.given_at for consent in session.scalars(select(Consent))]
        moments += [at for (at,) in session.execute(text("SELECT run_at FROM job WHERE name = 'forget'"))]
        assert verifying.verify().fault is None
    assert len(moments) >= 5
    for moment in moments:
        assert "00:00:00" in str(moment)


def test_what_was_sent_can_still_be_changed_and_the_trail_says_so(archive):
    identifier, _ = send(archive)
    with archive.writing():
        submitting.answer(identifier, "account", {"text": ["I was wrong about the hour."]})
    assert look(archive, identifier).answers["account"]["text"] == "I was wrong about the hour."
    with archive.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        said = str([entry.details for entry in session.scalars(select(AuditEntry))])
    assert actions == ["submission.send", "submission.answer_account"]
    assert "wrong" not in said


def test_a_flood_is_set_aside_and_nobody_is_refused(archive):
    object.__setattr__(archive.settings, "flood", 2)
    sent = [send(archive, when={"when": [f"in {1990 + n}"]})[0] for n in range(4)]
    assert [look(archive, identifier).set_aside for identifier in sent] == [False, False, True, True]


def test_a_draft_nobody_comes_back_to_is_destroyed(archive, work):
    left, kept = tell(archive), tell(archive, when={"when": ["1991"]})
    with clock.showing(clock.now() + timedelta(days=20)), archive.writing():
        submitting.answer(kept, "where", {"where": ["by the river"]})
    with clock.showing(clock.now() + timedelta(days=32)):
        work()
        with archive.reading() as session:
            assert list(session.scalars(select(Submission.identifier))) == [kept]
    with clock.showing(clock.now() + timedelta(days=60)):
        work()
        with archive.reading() as session:
            assert list(session.scalars(select(Submission.identifier))) == []
    assert left != kept


def test_a_draft_can_be_deleted_and_what_was_sent_cannot(archive):
    draft = tell(archive)
    with archive.writing():
        submitting.discard(draft)
    with archive.reading(), pytest.raises(NotFound):
        submitting.account(draft)
    sent, _ = send(archive)
    with archive.writing(), pytest.raises(Conflict):
        submitting.discard(sent)


def test_the_answers_of_the_test_are_all_there_are(archive):
    """A step added to the table and forgotten here would never be tried."""
    assert set(SAID) <= set(steps.STEPS)
    assert set(steps.missing({}, False)) == {"account", "naming", "uses", "readers"}
