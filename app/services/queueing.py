"""Everything that waits for somebody of the archive, in one list: what it is, since when, and who has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select, union_all

from app import clock
from app.db import session
from app.errors import Conflict, NotFound
from app.models import (
    AccessRequest,
    BulkChange,
    BulkState,
    Evidence,
    Hold,
    Job,
    JobState,
    Passage,
    RequestState,
    SecondReading,
    Submission,
    Testimony,
    Transcript,
    User,
    Withdrawal,
)
from app.policy import Action, Actor, may, require
from app.services import auditing, awaiting

LARGEST = 2**31 - 1  # number of a row
PER_PAGE = 50
UNDERWAY = (BulkState.QUEUED, BulkState.RUNNING, BulkState.UNDOING)
NOT_HERE = "There is nothing at this address, or it is not open to you."


class Kind(StrEnum):
    """What can wait. The value is also what the trail and holds call such a thing, where they do."""

    ACCOUNT = "submission"
    SAID = "message"  # of an account that is settled: its teller has said something, or given a file, since
    WITHDRAWAL = "withdrawal"
    READING = "evidence"
    REQUEST = "request"
    PASSAGE = "passage"
    JOB = "job"
    BULK = "bulk"


class Whose(StrEnum):
    """Which of them: what this archivist has, what nobody has, or all."""

    ALL = "all"
    MINE = "mine"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that waits. ``about`` holds identifiers and words of the archive's own, none of tellers."""

    kind: Kind
    identifier: str
    since: date | None
    days: int
    taken_by: str = ""  # a name
    is_mine: bool = False
    about: dict[str, Any] | None = None

    @property
    def target(self) -> str:
        """What holds and the trail call it."""
        noun = Kind.ACCOUNT if self.kind is Kind.SAID else self.kind
        return f"{noun.value}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits; pages count from 1.

    ``readings`` links wait for a second reading and are not among the things, where everything is shown:
    they are many, and are read one after another on a page of their own.
    """

    things: tuple[Thing, ...]
    total: int
    page: int
    pages: int
    readings: int = 0


def queue(actor: Actor, kind: str = "", whose: str = "", page: int = 1) -> Queue:
    """A page of what waits, oldest first. An unknown kind is no filter. Raises NotFound beyond its end."""
    require(actor, Action.REVIEW)
    rows = _waiting(actor, kind).subquery()
    asked, readings = select(rows), 0
    if kind not in list(Kind) and whose != Whose.MINE:
        free = (rows.c.kind == Kind.READING, rows.c.holder == "")
        readings = _count(select(rows).where(*free))
        asked = asked.where(~and_(*free))
    if whose == Whose.MINE:
        asked = asked.where(rows.c.holder == actor.identifier, rows.c.holder != "")
    elif whose == Whose.FREE:
        asked = asked.where(rows.c.holder == "")
    total = _count(asked)
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound(NOT_HERE)
    ordered = asked.order_by(rows.c.late, rows.c.since, rows.c.kind, rows.c.number)
    found = session().execute(ordered.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Queue(tuple(_things(found, actor)), total, page, pages, readings)


def count(actor: Actor) -> int:
    """How much waits, all in all: for the menu."""
    if not may(actor, Action.REVIEW):
        return 0
    return session().scalar(_all(actor)) or 0


@lru_cache(maxsize=200)
def _all(actor: Actor) -> Any:
    """The question of ``count``, which every page asks: its making takes longer than its answer."""
    return select(func.count()).select_from(_waiting(actor, "").subquery())


def see(identifier: str, actor: Actor) -> None:
    """Take note of a withdrawal. Raises NotFound, Conflict when somebody else was quicker."""
    require(actor, Action.REVIEW)
    found = session().scalar(select(Withdrawal).filter_by(identifier=identifier).with_for_update())
    if found is None or not (found.testimony or found.submission):
        raise NotFound("There is no such withdrawal.")
    if found.seen_by:
        raise Conflict("Nobody waits for this. Somebody has seen it already.")
    found.seen_by = actor.identifier or "system"
    session().flush()
    auditing.note(
        actor,
        "withdrawal.see",
        f"withdrawal:{identifier}",
        testimony=found.testimony,
        submission=found.submission,
        outcome=found.outcome.value,
    )


def retry(number: int, actor: Actor) -> None:
    """Have a failed job done again, with all its attempts before it. Raises NotFound, Conflict."""
    job = _failed(number, actor)
    auditing.note(actor, "job.retry", f"job:{job.id}", name=job.name, attempts=job.attempts)
    job.state, job.attempts, job.run_at, job.error = JobState.QUEUED, 0, clock.now(), ""
    session().flush()


def drop(number: int, actor: Actor) -> None:
    """Put a failed job aside for good; the trail keeps what it was. Raises NotFound, Conflict."""
    job = _failed(number, actor)
    auditing.note(actor, "job.drop", f"job:{job.id}", name=job.name, attempts=job.attempts)
    session().delete(job)
    session().flush()


def _count(asked: Any) -> int:
    return session().scalar(select(func.count()).select_from(asked.subquery())) or 0


def _failed(number: int, actor: Actor) -> Job:
    require(actor, Action.REVIEW)
    if number > LARGEST:
        raise NotFound("There is no such job.")
    job = session().scalar(select(Job).where(Job.id == number).with_for_update())
    if job is None:
        raise NotFound("There is no such job.")
    if job.state is not JobState.FAILED:
        raise Conflict("This job is not one that failed. Nothing was changed.")
    return job


def _waiting(actor: Actor, kind: str) -> Any:
    """What waits, as rows of kind, number, identifier, since, late and holder (a user's identifier)."""
    kinds = [one for one in Kind if one is not Kind.REQUEST or may(actor, Action.GRANT)]
    chosen = [one for one in kinds if one == kind] or kinds
    return union_all(*(_SOURCES[one](actor) for one in chosen))


def _row(
    kind: Kind, number: Any, identifier: Any, since: Any, *, late: Any = None, holder: Any = None
) -> Any:
    held = (
        select(User.identifier)
        .join(Hold, Hold.user_id == User.id)
        .where(Hold.target == literal(f"{kind.value}:") + identifier)
        .scalar_subquery()
    )
    return select(
        literal(kind.value).label("kind"),
        number.label("number"),
        identifier.label("identifier"),
        func.coalesce(cast(since, String), "").label("since"),
        (literal(0) if late is None else case((late, 1), else_=0)).label("late"),
        func.coalesce(held if holder is None else holder, "").label("holder"),
    )


def _accounts(kind: Kind, which: ColumnElement[bool]) -> Any:
    given = (Submission.id, Submission.identifier, Submission.sent_on)
    return _row(kind, *given, late=Submission.set_aside, holder=Submission.taken_by).where(which)


def _new_accounts(_: Actor) -> Any:
    return _accounts(Kind.ACCOUNT, Submission.state.in_(awaiting.OPEN))


def _said(_: Actor) -> Any:
    return _accounts(Kind.SAID, awaiting.again())


def _withdrawals(_: Actor) -> Any:
    concerns = or_(
        Withdrawal.testimony != "", select(Submission.id).filter_by(identifier=Withdrawal.submission).exists()
    )
    given = (Withdrawal.id, Withdrawal.identifier, Withdrawal.made_on)
    return _row(Kind.WITHDRAWAL, *given).where(Withdrawal.seen_by == "", concerns)


def _readings(actor: Actor) -> Any:
    """As ``confirming.waiting`` has them: links of others that nobody has read again as they stand."""
    own = [name for name in (actor.identifier, actor.name) if name]
    was_read = select(SecondReading.id).where(
        SecondReading.evidence_id == Evidence.id, SecondReading.evidence_version == Evidence.version
    )
    placed = select(Passage.id).where(Passage.id == Evidence.passage_id, Passage.first.is_not(None))
    given = (Evidence.id, Evidence.identifier, Evidence.linked_at)
    return _row(Kind.READING, *given).where(
        Evidence.linked_by.not_in(own), ~was_read.exists(), placed.exists()
    )


def _requests(_: Actor) -> Any:
    given = (AccessRequest.id, AccessRequest.identifier, AccessRequest.asked_on)
    return _row(Kind.REQUEST, *given).where(AccessRequest.state == RequestState.WAITING)


def _passages(_: Actor) -> Any:
    corrected = (
        select(func.max(Transcript.created_at)).where(Transcript.testimony_id == Passage.testimony_id)
    ).scalar_subquery()
    given = (Passage.id, Passage.identifier, corrected)
    return _row(Kind.PASSAGE, *given).where(Passage.doubt.is_not(None))


def _jobs(_: Actor) -> Any:
    return _row(Kind.JOB, Job.id, cast(Job.id, String), Job.run_at).where(Job.state == JobState.FAILED)


def _bulk(_: Actor) -> Any:
    made_by = BulkChange.made_by
    given = (BulkChange.id, BulkChange.identifier, BulkChange.made_at)
    return _row(Kind.BULK, *given, holder=made_by).where(BulkChange.state.in_(UNDERWAY))


_SOURCES: dict[Kind, Callable[[Actor], Any]] = {
    Kind.ACCOUNT: _new_accounts,
    Kind.SAID: _said,
    Kind.WITHDRAWAL: _withdrawals,
    Kind.READING: _readings,
    Kind.REQUEST: _requests,
    Kind.PASSAGE: _passages,
    Kind.JOB: _jobs,
    Kind.BULK: _bulk,
}


def _things(rows: Sequence[Any], actor: Actor) -> list[Thing]:
    holders = {row.holder for row in rows if row.holder}
    users = session().execute(select(User.identifier, User.name).where(User.identifier.in_(holders)))
    names = {identifier: name for identifier, name in users}  # noqa: C416 - a row is no pair to mypy
    told: dict[Kind, dict[int, dict[str, Any]]] = {}
    for kind in {Kind(row.kind) for row in rows}:
        told[kind] = _ABOUT[kind]([row.number for row in rows if row.kind == kind])
    today = clock.today()
    things = []
    for row in rows:
        since = date.fromisoformat(row.since[:10]) if row.since else None
        things.append(
            Thing(
                Kind(row.kind),
                row.identifier,
                since,
                max((today - since).days, 0) if since else 0,
                names.get(row.holder, row.holder),
                bool(actor.identifier) and row.holder == actor.identifier,
                told[Kind(row.kind)].get(row.number, {}),
            )
        )
    return things


def _read(asked: Any) -> dict[int, dict[str, Any]]:
    """Rows whose first column is a number, by it."""
    return {row[0]: dict(row._mapping) for row in session().execute(asked)}


def _about_accounts(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (Submission.id, Submission.state, Submission.language, Submission.set_aside)
    return _read(select(*columns).where(Submission.id.in_(ids)))


def _about_withdrawals(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (Withdrawal.id, Withdrawal.outcome, Withdrawal.testimony, Withdrawal.submission)
    there = select(Testimony.identifier).filter_by(identifier=Withdrawal.testimony).scalar_subquery()
    return _read(select(*columns, there.label("there")).where(Withdrawal.id.in_(ids)))


def _about_readings(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    asked = select(
        Evidence.id, Testimony.identifier.label("testimony"), Testimony.title, Passage.first, Passage.last
    )
    joined = asked.join(Passage, Evidence.passage_id == Passage.id).join(Passage.testimony)
    return _read(joined.where(Evidence.id.in_(ids)))


def _about_requests(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    asked = select(AccessRequest.id, User.name, Testimony.identifier.label("testimony"), Testimony.title)
    joined = asked.join(AccessRequest.user).join(AccessRequest.testimony)
    return _read(joined.where(AccessRequest.id.in_(ids)))


def _about_passages(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (Passage.id, Passage.doubt, Passage.first, Passage.last, Testimony.title)
    asked = select(*columns, Testimony.identifier.label("testimony")).join(Passage.testimony)
    return _read(asked.where(Passage.id.in_(ids)))


def _about_jobs(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """A job's error is told by its type alone: only the first word of it."""
    told = _read(select(Job.id, Job.name, Job.attempts, Job.run_at, Job.error).where(Job.id.in_(ids)))
    for about in told.values():
        about["error"] = (about["error"].split() or [""])[0]
    return told


def _about_bulk(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    columns = (BulkChange.id, BulkChange.action, BulkChange.state, BulkChange.total, BulkChange.done)
    return _read(select(*columns).where(BulkChange.id.in_(ids)))


_ABOUT: dict[Kind, Callable[[Sequence[int]], dict[int, dict[str, Any]]]] = {
    Kind.ACCOUNT: _about_accounts,
    Kind.SAID: _about_accounts,
    Kind.WITHDRAWAL: _about_withdrawals,
    Kind.READING: _about_readings,
    Kind.REQUEST: _about_requests,
    Kind.PASSAGE: _about_passages,
    Kind.JOB: _about_jobs,
    Kind.BULK: _about_bulk,
}
