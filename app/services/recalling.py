"""The account of an identifier, its teller as one who acts, and the mark that a change of theirs leaves."""

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.db import session
from app.errors import NotFound
from app.models import Submission, SubmissionState
from app.policy import Actor
from app.queue import enqueue
from app.services import auditing


def find(identifier: str) -> Submission:
    """The account of this identifier. Raises NotFound."""
    found = session().scalar(select(Submission).filter_by(identifier=identifier))
    if found is None:
        raise NotFound("There is no such account.")
    return found


def teller(submission: Submission) -> Actor:
    """The teller as one who acts: named by the account, and by nothing else."""
    return Actor(f"submission:{submission.identifier}", "narrator")


def touched(submission: Submission, action: str) -> None:
    """Note that the teller changed something; once it was sent, in the trail too. Only the day is kept."""
    submission.changed_on = clock.today()
    flag_modified(submission, "changed_on")  # its version rises on the same day, too: archivists see by it
    session().flush()
    if submission.state is not SubmissionState.DRAFT:
        enqueue("sweep")  # what was said before must not stay in the write-ahead log
        auditing.note(teller(submission), action, f"submission:{submission.identifier}", day_only=True)
