"""Leave a note for the worker: a row in the transaction that calls for it, so that neither exists alone."""

from datetime import datetime

from app import clock
from app.db import session
from app.models import Job


def enqueue(name: str, *, run_at: datetime | None = None, **arguments: int | str) -> None:
    """Have ``jobs.JOBS[name]`` done with these arguments, now or at a moment.

    Of now only the day is kept: the row would tell when somebody changed their account.
    """
    session().add(Job(name=name, arguments=arguments, run_at=run_at or clock.midnight()))
