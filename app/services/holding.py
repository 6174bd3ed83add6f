"""Who has what in hand: two archivists never work on one thing without knowing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app import clock
from app.db import session
from app.errors import Conflict, NotFound
from app.models import (
    AccessRequest,
    Claim,
    Collection,
    Event,
    Evidence,
    Hold,
    Job,
    Passage,
    Person,
    Place,
    Question,
    Source,
    Submission,
    SubmissionState,
    Term,
    Testimony,
    User,
    Vocabulary,
    Withdrawal,
)
from app.policy import Action, Actor, require
from app.services import auditing

NOBODY = "Somebody at the archive"  # who worked from the command line
UNDECIDED = (SubmissionState.SENT, SubmissionState.IN_REVIEW, SubmissionState.QUESTIONED)
# What can be had in hand besides accounts, by what the trail calls it.
NOUNS: dict[str, Any] = {
    "testimony": Testimony,
    "passage": Passage,
    "evidence": Evidence,
    "claim": Claim,
    "question": Question,
    "event": Event,
    "source": Source,
    "person": Person,
    "place": Place,
    "collection": Collection,
    "vocabulary": Vocabulary,
    "term": Term,
    "request": AccessRequest,
    "withdrawal": Withdrawal,
}
TAKEN_OVER = "taken over"  # a hold that only waits to be told to whoever had the thing before


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a thing, and since when."""

    identifier: str  # of the user
    name: str
    since: datetime | None


def take(identifier: str, actor: Actor, version: int, *, over: bool = False) -> None:
    """Have an account, so that nobody else works on it; ``over``: also when another has it.

    A declined account is taken up again. Raises Conflict when another has it, when it has
    changed since the version that was seen, or when it is settled.
    """
    require(actor, Action.REVIEW)
    submission = hold(identifier)
    if submission.taken_by == actor.identifier and submission.state in UNDECIDED:
        return
    if submission.state not in (*UNDECIDED, SubmissionState.DECLINED):
        raise Conflict(settled_by(submission))
    if submission.state in UNDECIDED and not over:
        free(submission, actor)
    unchanged(submission, version)
    before = submission.taken_by
    if submission.state is not SubmissionState.QUESTIONED:
        submission.state = SubmissionState.IN_REVIEW
    submission.taken_by, submission.reason = actor.identifier, ""
    session().flush()
    auditing.note(actor, "submission.take", target(submission), before=before)
    _tell(before, target(submission), actor)


def put_back(identifier: str, actor: Actor, version: int) -> None:
    """Let others take it. Raises Conflict when it is not this archivist's to put back."""
    require(actor, Action.REVIEW)
    submission = undecided(identifier, actor)
    unchanged(submission, version)
    if not submission.taken_by:
        return
    if submission.state is SubmissionState.IN_REVIEW:
        submission.state = SubmissionState.SENT
    submission.taken_by = ""
    session().flush()
    auditing.note(actor, "submission.put_back", target(submission))


def take_thing(thing: str, actor: Actor, *, over: bool = False) -> None:
    """Have a thing (kind:identifier) in hand; ``over``: also when another has it.

    Raises NotFound for what there is none of, Conflict with a name when another has it.
    """
    require(actor, Action.REVIEW)
    kind, _, identifier = thing.partition(":")
    if kind == "submission":
        take(identifier, actor, hold(identifier).version, over=over)
        return
    testimony = _exists(kind, identifier)
    had = session().scalar(select(Hold).filter_by(target=thing).with_for_update())
    if had and had.user.identifier == actor.identifier:
        return
    if had and not over:
        raise Conflict(f"{had.user.name} has this in hand. Nothing was changed.")
    before = had.user.identifier if had else ""
    mine = session().scalars(select(User).filter_by(identifier=actor.identifier)).one()
    if had:
        had.user_id, had.since = mine.id, clock.now()
    else:
        session().add(Hold(target=thing, user_id=mine.id))
    session().flush()
    session().expire_all()
    auditing.note(actor, "hold.take", thing, before=before, testimony=testimony)
    _tell(before, thing, actor)


def put_back_thing(thing: str, actor: Actor) -> None:
    """Let others take it. Raises Conflict when it is not in this archivist's hands."""
    require(actor, Action.REVIEW)
    kind, _, identifier = thing.partition(":")
    if kind == "submission":
        put_back(identifier, actor, hold(identifier).version)
        return
    had = session().scalar(select(Hold).filter_by(target=thing).with_for_update())
    if had is None or had.user.identifier != actor.identifier:
        raise Conflict("This is not in your hands. Nothing was changed.")
    session().delete(had)
    session().flush()
    auditing.note(actor, "hold.put_back", thing, testimony=_exists(kind, identifier))


def held_by(thing: str) -> Held | None:
    """Who has a thing (kind:identifier) in hand, if anybody has."""
    kind, _, identifier = thing.partition(":")
    if kind == "submission":
        taken = session().scalar(select(Submission.taken_by).filter_by(identifier=identifier))
        return Held(taken, name_of(taken), None) if taken else None
    had = session().scalar(select(Hold).filter_by(target=thing))
    return Held(had.user.identifier, had.user.name, had.since) if had else None


def lost(actor: Actor) -> list[tuple[str, str]]:
    """What others have taken over from this archivist and they were not told yet: the thing, and a name."""
    asked = select(Hold.target).where(Hold.target.startswith(f"{TAKEN_OVER}:{actor.identifier}:"))
    told = []
    for target in session().scalars(asked.order_by(Hold.since)):
        thing = target.split(":", 2)[2]
        now = held_by(thing)
        told.append((thing, now.name if now and now.identifier != actor.identifier else ""))
    return told


def told(actor: Actor) -> None:
    """They were told."""
    session().execute(delete(Hold).where(Hold.target.startswith(f"{TAKEN_OVER}:{actor.identifier}:")))


def _tell(before: str, thing: str, actor: Actor) -> None:
    """Leave word for whoever had it before."""
    had = session().scalar(select(User).filter_by(identifier=before)) if before else None
    if had is None or before == actor.identifier:
        return
    session().merge(Hold(target=f"{TAKEN_OVER}:{before}:{thing}", user_id=had.id, since=clock.now()))
    session().flush()


def _exists(kind: str, identifier: str) -> str:
    """That there is such a thing, and the testimony it belongs to, as the trail has it. Raises NotFound."""
    noun = NOUNS.get(kind)
    if kind == "job" and identifier.isascii() and identifier.isdigit() and len(identifier) < 12:
        job = select(Job.id).filter_by(id=int(identifier))
        if session().scalar(job):
            return ""
    found = session().scalar(select(noun).filter_by(identifier=identifier)) if noun else None
    if found is None:
        raise NotFound("There is no such thing.")
    whose = _TESTIMONY.get(kind)
    return whose(found) if whose else ""


_TESTIMONY: dict[str, Callable[[Any], str]] = {
    "testimony": lambda found: str(found.identifier),
    "passage": lambda found: str(found.testimony.identifier),
    "evidence": lambda found: str(found.passage.testimony.identifier),
    "request": lambda found: str(found.testimony.identifier),
    "withdrawal": lambda found: str(found.testimony),
}


def find(identifier: str) -> Submission:
    """An account that was sent. Raises NotFound, also for a draft."""
    return _sent(session().scalar(select(Submission).filter_by(identifier=identifier)))


def hold(identifier: str) -> Submission:
    """An account that was sent, which nobody else can change until the transaction ends."""
    return _sent(session().scalar(select(Submission).filter_by(identifier=identifier).with_for_update()))


def _sent(submission: Submission | None) -> Submission:
    if submission is None or submission.state is SubmissionState.DRAFT:
        raise NotFound("There is no such account.")
    return submission


def undecided(identifier: str, actor: Actor) -> Submission:
    """An account that can still be accepted or declined, by this archivist. Raises NotFound, Conflict."""
    submission = hold(identifier)
    if submission.state not in UNDECIDED:
        raise Conflict(settled_by(submission))
    free(submission, actor)
    return submission


def free(submission: Submission, actor: Actor) -> None:
    """Raises Conflict, with a name, when another archivist has it."""
    if submission.taken_by not in ("", actor.identifier):
        raise Conflict(f"{name_of(submission.taken_by)} has this account. Nothing was changed.")


def unchanged(submission: Submission, version: int) -> None:
    """Raises Conflict when it is not as it was seen."""
    if submission.version != version:
        raise Conflict("This account has changed since you opened it. Look at it again; nothing was changed.")


def settled_by(submission: Submission) -> str:
    """Why nothing can be decided any more, in a sentence."""
    if submission.state is SubmissionState.WITHDRAWN:
        return "This account was withdrawn by the person who gave it. Nothing was changed."
    done = "accepted" if submission.state is SubmissionState.ACCEPTED else "declined"
    return f"{name_of(submission.taken_by)} has {done} this account already. Nothing was changed."


def name_of(identifier: str) -> str:
    """The name of an archivist; what the trail calls them when they are gone, or act from a command line."""
    return session().scalar(select(User.name).filter_by(identifier=identifier)) or identifier or NOBODY


def target(submission: Submission) -> str:
    """What the trail calls an account."""
    return f"submission:{submission.identifier}"
