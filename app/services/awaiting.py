"""Which accounts wait for an archivist, and which are settled."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select

from app import clock
from app.db import session
from app.given import Waiting
from app.models import (
    MediaFile,
    Message,
    MessageKind,
    Submission,
    SubmissionState,
    Upload,
    UploadState,
    User,
)
from app.policy import Action, Actor, require

MOST = 500  # accounts listed at once
BEGINNING = 120  # characters by which an account is known in the list
OPEN = (SubmissionState.SENT, SubmissionState.IN_REVIEW, SubmissionState.QUESTIONED)
SETTLED = (SubmissionState.ACCEPTED, SubmissionState.DECLINED)
BY_TELLER = (MessageKind.ANSWER, MessageKind.CORRECTION)


def waiting(actor: Actor) -> list[Waiting]:
    """The accounts that wait for an archivist, oldest first; those of a flood after all others.

    A settled account waits again when its teller has said something since, or has added a file.
    """
    require(actor, Action.REVIEW)
    asked = _listed().where(Submission.state.in_(OPEN) | again())
    return _read(asked.order_by(Submission.set_aside, Submission.sent_on, Submission.id))


def again() -> ColumnElement[bool]:
    """A settled account whose teller has said something since, or has added a file."""
    return and_(Submission.state.in_(SETTLED), or_(_unread() > 0, _has_late_files()))


def settled(actor: Actor) -> list[Waiting]:
    """The accounts accepted, declined or withdrawn, those sent last first."""
    require(actor, Action.REVIEW)
    asked = _listed().where(Submission.state.in_((*SETTLED, SubmissionState.WITHDRAWN)))
    return _read(asked.where(Submission.sent_on.is_not(None)).order_by(Submission.id.desc()))


def _listed() -> Select[Any]:
    # Only the beginning of the text is fetched: a list of hundreds must not hold them whole.
    text = Submission.answers["account"]["text"].as_string()
    files = select(func.count(Upload.id)).where(Upload.submission_id == Submission.id).scalar_subquery()
    return select(
        Submission.identifier,
        Submission.state,
        func.substr(text, 1, BEGINNING + 1),
        Submission.language,
        Submission.sent_on,
        files,
        func.coalesce(User.name, Submission.taken_by),
        Submission.set_aside,
        _unread(),
    ).outerjoin(User, User.identifier == Submission.taken_by)


def _unread() -> ScalarSelect[int]:
    """How many things the teller said since the archive last said something."""
    ours = select(func.coalesce(func.max(Message.id), 0)).where(
        Message.submission_id == Submission.id, Message.kind.not_in(BY_TELLER)
    )
    theirs = select(func.count(Message.id)).where(
        Message.submission_id == Submission.id,
        Message.kind.in_(BY_TELLER),
        Message.id > ours.correlate(Submission).scalar_subquery(),
    )
    return theirs.correlate(Submission).scalar_subquery()


def _has_late_files() -> Any:
    kept = exists().where(MediaFile.testimony_id == Submission.testimony_id, MediaFile.key == Upload.key)
    return exists().where(
        Upload.submission_id == Submission.id,
        Upload.state == UploadState.RECEIVED,
        Submission.testimony_id.is_not(None),
        ~kept,
    )


def _read(asked: Select[Any]) -> list[Waiting]:
    today = clock.today()
    return [
        Waiting(identifier, state.value, _beginning(text), language, sent, _days(sent, today), *rest)
        for identifier, state, text, language, sent, *rest in session().execute(asked.limit(MOST))
    ]


def _days(sent: date | None, today: date) -> int:
    return max((today - sent).days, 0) if sent else 0


def _beginning(text: str | None) -> str:
    words = " ".join((text or "").split())
    if text is None or len(text) <= BEGINNING:
        return words
    return words.rsplit(" ", 1)[0] + "\N{NO-BREAK SPACE}…"
