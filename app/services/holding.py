"""Who has which account: two archivists never work on one without knowing it."""

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, NotFound
from app.models import Submission, SubmissionState, User
from app.policy import Action, Actor, require
from app.services import auditing

NOBODY = "Somebody at the archive"  # who worked from the command line
UNDECIDED = (SubmissionState.SENT, SubmissionState.IN_REVIEW, SubmissionState.QUESTIONED)


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
