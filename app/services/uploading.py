"""Files given with an account."""

from app.given import GivenFile
from app.models import Submission


def files(submission: Submission) -> tuple[GivenFile, ...]:
    """The files of an account."""
    return tuple(GivenFile(u.identifier, u.name, u.size, u.state.value) for u in submission.uploads)


def remove(account: str, upload: str) -> None:
    """Take a file away."""
