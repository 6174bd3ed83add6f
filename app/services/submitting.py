"""Giving an account: begun, answered step by step, sent, and opened again with six words.

Who acts is whoever holds the account; doors pass only the identifier their session holds. Of
every moment only the day is kept.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select

from app import archive, clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.given import Account, Choice, Said
from app.models import (
    Event,
    Message,
    MessageKind,
    Question,
    Submission,
    SubmissionContact,
    SubmissionState,
)
from app.queue import enqueue
from app.sealing import new_receipt, seal
from app.services import consenting, destroying, publishing, recalling, steps, uploading, withdrawing

KEPT = timedelta(days=30)  # a draft nobody touches is destroyed after so long
LONGEST_MESSAGE = 20_000  # characters
WRONG = "These six words open no account. Look at each word once more: their order counts, too."
OPEN = {SubmissionState.DRAFT, SubmissionState.SENT, SubmissionState.IN_REVIEW, SubmissionState.QUESTIONED}
CHANGEABLE = {
    **{state: frozenset(steps.STEPS) for state in OPEN},
    SubmissionState.ACCEPTED: frozenset({"files", "contact", *steps.CONSENT}),
    SubmissionState.DECLINED: frozenset({"contact"}),
    SubmissionState.WITHDRAWN: frozenset[str](),
}


def begin(ticket: str, language: str) -> str:
    """The identifier of this ticket's draft, which is made when it is new."""
    digest = seal().ticket(ticket)
    draft = session().scalar(select(Submission).filter_by(ticket=digest))
    if draft is None:
        draft = Submission(ticket=digest, language=language[:12])
        session().add(draft)
        session().flush()
        _forget_later(draft)
    return draft.identifier


def account(identifier: str) -> Account:
    """An account as its teller sees it. Raises NotFound."""
    submission = recalling.find(identifier)
    state, testimony = submission.state, submission.testimony
    taken_back = withdrawing.last(submission) if state is SubmissionState.WITHDRAWN else None
    return Account(
        identifier=submission.identifier,
        state=state.value,
        language=submission.language,
        answers=submission.answers,
        files=uploading.files(submission),
        messages=tuple(Said(m.kind.value, m.text, m.said_on) for m in submission.messages),
        changeable=CHANGEABLE[state],
        missing=steps.missing(submission.answers, bool(submission.uploads)),
        has_receipt=submission.receipt_hash is not None,
        has_contact=submission.contact is not None,
        terms=consenting.terms(submission),
        reason=submission.reason,
        testimony=testimony.identifier if testimony else "",
        is_read=testimony is not None and publishing.is_public(testimony),
        withdrawn=taken_back.outcome.value if taken_back else "",
        changed_on=submission.changed_on,
        sent_on=submission.sent_on,
        taken_by=submission.taken_by,
        set_aside=submission.set_aside,
    )


def answer(identifier: str, step: str, given: Mapping[str, list[str]]) -> None:
    """Keep the answers of one step. Raises Invalid for an answer, Conflict when it is too late for it."""
    submission = recalling.find(identifier)
    if step not in steps.STEPS:
        raise NotFound("There is no such question.")
    if step not in CHANGEABLE[submission.state]:
        raise Conflict(
            "This part of your account cannot be changed here any more. Write to the archive instead."
        )
    read = steps.read(step, given)
    if submission.state is not SubmissionState.DRAFT and step in steps.missing(
        {**submission.answers, step: read}, bool(submission.uploads)
    ):
        raise Invalid("Something is still missing.")
    if step == "contact":
        _keep_contact(submission, read["contact"])
    elif read != submission.answers.get(step):
        submission.answers = {**submission.answers, step: _known(step, read)}
    else:
        return
    recalling.touched(submission, f"submission.answer_{step}")
    if step in steps.CONSENT and submission.state is not SubmissionState.DRAFT:
        _consent_changed(submission)


def choices() -> tuple[list[Choice], list[Choice]]:
    """The events and the questions in dispute that an account may bear on."""
    events = session().scalars(select(Event).order_by(Event.id)).all()
    questions = session().scalars(select(Question).order_by(Question.id)).all()
    titles = {event.id: event.title for event in events}
    return (
        [Choice(event.identifier, event.title) for event in events],
        [Choice(q.identifier, q.text, titles.get(q.event_id or 0, "")) for q in questions],
    )


def contact(identifier: str) -> str:
    """How the teller can be reached, in clear, or nothing."""
    kept = recalling.find(identifier).contact
    return seal().open(kept.sealed) if kept else ""


def receipt(identifier: str) -> str:
    """Six words that open the account again, said this once. Raises Conflict when it has them already."""
    submission = recalling.find(identifier)
    if submission.receipt_hash is not None:
        raise Conflict(
            "This account has its six words already. They were shown once and cannot be shown again."
        )
    return _new_words(submission)


def renew(identifier: str) -> str:
    """Other six words instead of the ones before, which then open nothing: for those who never saw them."""
    submission = recalling.find(identifier)
    words = _new_words(submission)
    recalling.touched(submission, "submission.renew_receipt")
    return words


def send(identifier: str) -> str:
    """Give the account to the archive. Returns its six words, or nothing when it has had them before.

    Raises Invalid when something is missing, Conflict when it was sent already.
    """
    submission = recalling.find(identifier)
    if submission.state is not SubmissionState.DRAFT:
        raise Conflict("This account was sent already.")
    if steps.missing(submission.answers, bool(submission.uploads)):
        raise Invalid("Something is still missing. Everything you said is kept.")
    today = select(func.count()).select_from(Submission).filter_by(sent_on=clock.today())
    submission.set_aside = (session().scalar(today) or 0) >= archive.settings().flood
    submission.state, submission.sent_on = SubmissionState.SENT, clock.today()
    words = receipt(identifier) if submission.receipt_hash is None else ""
    recalling.touched(submission, "submission.send")
    consenting.record(submission)
    return words


def discard(identifier: str) -> None:
    """Destroy a draft with everything in it. Raises Conflict when it was sent: then it can be withdrawn."""
    submission = recalling.find(identifier)
    if submission.state is not SubmissionState.DRAFT:
        raise Conflict("This account was sent already. It can be withdrawn.")
    withdrawing.discard(submission)
    session().delete(submission)
    session().flush()


def forget(identifier: str) -> None:
    """Destroy a draft that nobody has touched for long; look again later when somebody has."""
    submission = session().scalar(select(Submission).filter_by(identifier=identifier))
    if submission is None or submission.state is not SubmissionState.DRAFT:
        return
    if submission.changed_on + KEPT > clock.today():
        _forget_later(submission)
    else:
        destroying.submission(submission)
        session().delete(submission)
        session().flush()


def open_with(words: str) -> str:
    """The identifier of the account these six words open. Raises Invalid, always alike; TooSoon in a rush."""
    digest = seal().tried(words)
    found = session().scalar(select(Submission.identifier).filter_by(receipt_hash=digest))
    if found is None:
        raise Invalid(WRONG)
    return found


def reply(identifier: str, text: str) -> None:
    """Answer the archive's questions. Raises Invalid for no words, or too many."""
    submission = _say(identifier, MessageKind.ANSWER, text)
    if submission.state is SubmissionState.QUESTIONED:
        submission.state = SubmissionState.IN_REVIEW


def correct(identifier: str, text: str) -> None:
    """Say what is wrong in an account the archive has taken in."""
    _say(identifier, MessageKind.CORRECTION, text)


def _new_words(submission: Submission) -> str:
    words = new_receipt()
    submission.receipt_hash = seal().receipt(words)
    session().flush()
    return words


def _say(identifier: str, kind: MessageKind, text: str) -> Submission:
    submission = recalling.find(identifier)
    if submission.state in (SubmissionState.DRAFT, SubmissionState.WITHDRAWN):
        raise Conflict("The archive does not read this account at present.")
    said = steps.Text(LONGEST_MESSAGE).read([text], "text")
    if not said:
        raise Invalid("There are no words to send.")
    submission.messages.append(Message(kind=kind, text=said))
    recalling.touched(submission, f"submission.{kind.value}")
    return submission


def _keep_contact(submission: Submission, said: str) -> None:
    if not said:
        submission.contact = None
    elif submission.contact:
        submission.contact.sealed = seal().close(said)
    else:
        submission.contact = SubmissionContact(sealed=seal().close(said))


def _known(step: str, read: dict[str, object]) -> dict[str, object]:
    """Of the events and questions chosen, those there are."""
    if step != "bearing":
        return read
    there = [{choice.identifier for choice in kind} for kind in choices()]
    return {
        name: [value for value in chosen if value in known]
        for (name, chosen), known in zip(read.items(), there, strict=True)
        if isinstance(chosen, list)
    }


def _consent_changed(submission: Submission) -> None:
    if consenting.record(submission):
        withdrawing.narrowed(submission)
    if submission.testimony:
        publishing.publish(submission.testimony)


def _forget_later(submission: Submission) -> None:
    day = submission.changed_on + KEPT + timedelta(days=1)
    enqueue("forget", run_at=datetime.combine(day, time(), UTC), submission=submission.identifier)
