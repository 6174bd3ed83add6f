"""The archivists' desk: accounts that wait, who has which, what is asked, and what becomes of them."""

import re
from dataclasses import replace
from enum import StrEnum
from typing import BinaryIO

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.given import Account, Desk
from app.models import Collection, Message, MessageKind, SubmissionState
from app.policy import Action, Actor, require
from app.sealing import seal
from app.services import admitting, auditing, holding, identifying, publishing, recording, submitting
from app.services.awaiting import settled, waiting
from app.services.holding import put_back, take
from app.storage import store

__all__ = [
    "Reason",
    "accept",
    "account",
    "add_file",
    "ask",
    "contact",
    "decline",
    "desk",
    "file",
    "publish",
    "put_back",
    "settled",
    "take",
    "waiting",
]

LONGEST = 20_000  # characters of what is said to a teller
_TAG = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,3}$")
TAKEN_IN = "The archive has taken in your account."


class Reason(StrEnum):
    """Why an account is declined."""

    NOT_ABOUT_THIS = "not_about_this"  # about something this archive does not collect
    NOTHING_TOLD = "nothing_told"
    ABUSIVE = "abusive"
    DUPLICATE = "duplicate"  # the archive has it already
    CANNOT_KEEP = "cannot_keep"  # not lawfully, or not safely


def account(identifier: str, actor: Actor) -> Account:
    """An account that was sent, with the name of the archivist who has it. Raises NotFound."""
    require(actor, Action.REVIEW)
    submission = holding.find(identifier)
    return replace(
        submitting.account(identifier),
        taken_by=holding.name_of(submission.taken_by) if submission.taken_by else "",
    )


def desk(identifier: str, actor: Actor) -> Desk:
    """An account and all that is needed to decide about it. Raises NotFound."""
    given, submission = account(identifier, actor), holding.find(identifier)
    bearing = {c.identifier: c for kind in submitting.choices() for c in kind}
    has_text = bool(recording.said(given, "account", "text"))
    when = recording.said(given, "when", "when")
    return Desk(
        account=given,
        version=submission.version,
        is_mine=bool(actor.identifier) and submission.taken_by == actor.identifier,
        is_open=submission.state in holding.UNDECIDED,
        is_unpublished=submission.testimony is not None and submission.testimony.published_at is None,
        shown_as=recording.shown_name(given),
        access=recording.access(given),
        opens_on=recording.opens_on(given),
        content_note=recording.content_note(given),
        title=f"An account, {when}" if when and len(when) <= 60 else "An account",
        kind="written account" if has_text else "interview",
        places=tuple(place.name for place in recording.places(given)),
        people=tuple(person.name for person in recording.people(given)),
        events=tuple(bearing[i] for i in recording.chosen(given, "bearing", "events") if i in bearing),
        questions=tuple(bearing[i] for i in recording.chosen(given, "bearing", "questions") if i in bearing),
        transcripts=tuple(
            f for f in given.files if f.mimetype in admitting.TRANSCRIPTS and f.state == "received"
        ),
        late=frozenset(upload.identifier for upload in admitting.late(submission)),
        collections=tuple(session().scalars(select(Collection.name).order_by(Collection.name))),
    )


def contact(identifier: str, actor: Actor) -> str:
    """How the teller can be reached, opened for an archivist, which the trail keeps. Raises NotFound."""
    require(actor, Action.REVIEW)
    submission = holding.find(identifier)
    if submission.contact is None:
        raise NotFound("No way to reach the teller was given.")
    auditing.note(actor, "submission.open_contact", holding.target(submission))
    return seal().open(submission.contact.sealed)


def file(identifier: str, upload: str, actor: Actor) -> tuple[BinaryIO, str, int, str]:
    """A file that was given, as it was given: stream, type, size in bytes, name. Raises NotFound."""
    require(actor, Action.REVIEW)
    submission = holding.find(identifier)
    found = next((u for u in admitting.received(submission) if u.identifier == upload), None)
    if found is None:
        raise NotFound("There is no such file.")
    stream = store().open(found.key)
    auditing.note(actor, "upload.read", f"upload:{found.identifier}", submission=identifier)
    return stream, found.mimetype, found.size, found.name


def ask(identifier: str, text: str, actor: Actor) -> None:
    """Ask the teller something, or tell them; an account under review waits for their answer.

    Raises Invalid without words, Conflict when another archivist has it or it was withdrawn.
    """
    require(actor, Action.REVIEW)
    submission = holding.hold(identifier)
    if submission.state is SubmissionState.WITHDRAWN:
        raise Conflict(holding.settled_by(submission))
    if submission.state in holding.UNDECIDED:
        holding.free(submission, actor)
        submission.state, submission.taken_by = SubmissionState.QUESTIONED, actor.identifier
    words = _words(text)
    if not words:
        raise Invalid("There are no words to send.")
    submission.messages.append(Message(kind=MessageKind.QUESTION, text=words))
    session().flush()
    auditing.note(actor, "submission.ask", holding.target(submission))


def decline(identifier: str, reason: str, words: str, actor: Actor) -> None:
    """Not take an account in, for a reason its teller is told. Its files stay until they are withdrawn.

    Raises Invalid for a reason there is none of, Conflict when another has it or it is settled.
    """
    require(actor, Action.REVIEW)
    submission = holding.undecided(identifier, actor)
    submission.reason = identifying.choice(Reason, reason, "reason").value
    submission.state, submission.taken_by = SubmissionState.DECLINED, actor.identifier
    if said := _words(words):
        submission.messages.append(Message(kind=MessageKind.NOTICE, text=said))
    session().flush()
    auditing.note(actor, "submission.decline", holding.target(submission), reason=reason)


def accept(
    identifier: str,
    actor: Actor,
    *,
    collection: str,
    title: str,
    kind: str,
    with_places: bool,
    with_people: bool,
    transcript: str = "",
    publish: bool,
    language: str = "",
    with_text: bool = True,
    invented: bool = False,
    version: int | None = None,
) -> str:
    """Take an account into the archive, once. Returns the testimony's identifier.

    ``transcript`` names a file given with it whose lines and times become its text. With ``version``
    nothing is taken in that changed since it was read. Raises Conflict when another archivist has it,
    or it is settled, Invalid for what cannot be taken in so.
    """
    require(actor, Action.REVIEW)
    submission = holding.undecided(identifier, actor)
    if version is not None:
        holding.unchanged(submission, version)
    if not title.strip():
        raise Invalid("The testimony must have a title.")
    if language and not _TAG.match(language):
        raise Invalid("The language is written as a tag of two or three letters: en, az, hy.")
    decided = recording.Decided(
        title.strip(),
        kind,
        language,
        with_places,
        with_people,
        with_text,
        admitting.transcript(submission, transcript) if transcript else (),
        invented=invented,
    )
    given = submitting.account(identifier)
    testimony = admitting.admit(submission, given, decided, collection, actor, publish=publish)
    submission.state, submission.taken_by = SubmissionState.ACCEPTED, actor.identifier
    submission.messages.append(Message(kind=MessageKind.NOTICE, text=TAKEN_IN))
    session().flush()
    auditing.note(actor, "submission.accept", holding.target(submission), testimony=testimony.identifier)
    return testimony.identifier


def publish(identifier: str, actor: Actor) -> None:
    """Let readers read an account that was taken in without, as its narrator allows. Raises Conflict."""
    require(actor, Action.PUBLISH)
    submission = holding.hold(identifier)
    if submission.state is not SubmissionState.ACCEPTED or submission.testimony is None:
        raise Conflict("This account is not in the archive. Nothing was changed.")
    if submission.testimony.published_at is None:
        publishing.open_to_readers(submission.testimony, actor)


def add_file(identifier: str, upload: str, actor: Actor) -> None:
    """Seal a file that came after the account was taken in with its testimony. Raises NotFound, Conflict."""
    require(actor, Action.REVIEW)
    submission = holding.hold(identifier)
    found = next((u for u in admitting.received(submission) if u.identifier == upload), None)
    if found is None:
        raise NotFound("There is no such file.")
    admitting.add(submission, found, actor)


def _words(text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(words) > LONGEST:
        raise Invalid(f"This is too long: at most {LONGEST:,} characters can be sent.")
    return words
