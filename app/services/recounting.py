"""Recount what was done: the entries of the trail that are asked for, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, union_all

from app.db import session
from app.models import AuditEntry, AuditWords, Testimony, User
from app.policy import Action, Actor, require
from app.services import auditing

PER_PAGE = 50
BATCH = 2_000  # entries of an export read at once
KINDS = (
    *("testimony", "transcript", "passage", "evidence", "claim", "question", "event", "source", "person"),
    *("place", "collection", "vocabulary", "term", "redaction", "media", "submission", "user", "session"),
    *("invitation", "request", "region", "bulk", "upload", "accession", "withdrawal", "job", "archive"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: by whom, which actions, about which record, from which day to which."""

    who: str = ""  # part of a name, or an identifier
    actions: tuple[str, ...] = ()
    record: str = ""  # an identifier, or kind:identifier
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with the name of who acted, and the title of the testimony it is about (if there is one)."""

    number: int
    at: datetime
    actor: str
    name: str
    action: str
    target: str
    about: str
    details: dict[str, Any]
    chain: str
    title: str = ""


def entries(actor: Actor, asked: Asked, below: int | None = None) -> tuple[list[Entry], int | None]:
    """Entries numbered below ``below``, newest first, and from which number on there are older ones."""
    require(actor, Action.AUDIT)
    numbers = _numbers(asked, below, PER_PAGE + 1)
    found = _read(numbers[:PER_PAGE])
    return found, found[-1].number if len(numbers) > PER_PAGE else None


def of(testimony: str, actor: Actor, most: int = 12) -> list[Entry]:
    """The last changes of one testimony."""
    require(actor, Action.AUDIT)
    about = select(AuditEntry.id).where(AuditEntry.about == testimony)
    return _read(session().scalars(about.order_by(AuditEntry.id.desc()).limit(most)).all())


def batch(actor: Actor, asked: Asked, below: int | None) -> list[Entry]:
    """The next entries of an export, newest first; none when all were given."""
    require(actor, Action.AUDIT)
    return _read(_numbers(asked, below, BATCH))


def _numbers(asked: Asked, below: int | None, most: int) -> Sequence[int]:
    """Their numbers. Each value of the narrowest filter is looked up by its index, by number."""
    low, high = _bounds(asked)
    if below is not None:
        high = min(high, below - 1) if high is not None else below - 1
    parts = []
    for narrowed in _narrowed(asked):
        part = narrowed
        if asked.actions and not _by_action(asked):
            part = part.where(AuditEntry.action.in_(asked.actions))
        if low is not None:
            part = part.where(AuditEntry.id >= low)
        if high is not None:
            part = part.where(AuditEntry.id <= high)
        parts.append(select(part.order_by(AuditEntry.id.desc()).limit(most).subquery()))
    if not parts:
        return []
    together = union_all(*parts).subquery()
    number = together.c.id
    return session().scalars(select(number).distinct().order_by(number.desc()).limit(most)).all()


def _by_action(asked: Asked) -> bool:
    return not asked.record and not asked.who


def _narrowed(asked: Asked) -> Iterator[Select[Any]]:
    every = select(AuditEntry.id)
    who = _actors(asked.who) if asked.who else None
    if asked.record:
        named = [asked.record] if ":" in asked.record else [f"{kind}:{asked.record}" for kind in KINDS]
        about = asked.record.rpartition(":")[2]
        for record in (AuditEntry.target.in_(named), AuditEntry.about == about):
            yield every.where(record) if who is None else every.where(record, AuditEntry.actor.in_(who))
    elif who is not None:
        yield from (every.where(AuditEntry.actor == one) for one in who)
    elif asked.actions:
        yield from (every.where(AuditEntry.action == action) for action in asked.actions)
    else:
        yield every


def _actors(who: str) -> list[str]:
    """Whom the words mean: users by a part of their name, or whoever has this identifier."""
    like = or_(User.name.icontains(who, autoescape=True), User.email == who.lower())
    found = session().scalars(select(User.identifier).where(like).order_by(User.id).limit(50))
    return list(dict.fromkeys([*found, who]))


def _bounds(asked: Asked) -> tuple[int | None, int | None]:
    """Between which numbers the days lie. Numbers rise with days, so that no index of moments is needed."""
    low = _first_since(asked.first) if asked.first else None
    high = _first_since(asked.last + timedelta(days=1)) - 1 if asked.last else None
    return low, high


def _first_since(day: date) -> int:
    """The number of the first entry of this day or a later one; one beyond the last when there is none."""
    moment = datetime.combine(day, time(), UTC)
    least, most = session().execute(select(func.min(AuditEntry.id), func.max(AuditEntry.id))).one()
    low, high = least or 1, (most or 0) + 1
    while low < high:
        middle = (low + high) // 2
        near = select(AuditEntry.at).where(AuditEntry.id >= middle).order_by(AuditEntry.id).limit(1)
        at = session().scalar(near)
        if at is not None and at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _read(numbers: Sequence[int]) -> list[Entry]:
    found = (
        session()
        .scalars(select(AuditEntry).where(AuditEntry.id.in_(numbers)).order_by(AuditEntry.id.desc()))
        .all()
    )
    who = {entry.actor for entry in found}
    rows = session().execute(select(User.identifier, User.name).where(User.identifier.in_(who))).all()
    known = {identifier: name for identifier, name in rows}  # noqa: C416 (a row is no pair to mypy)
    about = {entry.about for entry in found if entry.about}
    held = session().execute(
        select(Testimony.identifier, Testimony.title).where(Testimony.identifier.in_(about))
    )
    titles = {identifier: title for identifier, title in held.all()}  # noqa: C416
    own = session().scalars(select(AuditWords).where(AuditWords.entry_id.in_(numbers)))
    words = {one.entry_id: one.words for one in own}
    return [
        Entry(
            *(e.id, e.at, e.actor, known.get(e.actor, ""), e.action, e.target, e.about),
            auditing.whole(e.details, words.get(e.id, {})),
            e.chain,
            titles.get(e.about, ""),
        )
        for e in found
    ]
