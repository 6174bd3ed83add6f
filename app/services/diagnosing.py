"""Say what was done to a trail that does not follow: changed, missing, inserted, out of order, or cut off."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from app.db import session
from app.models import AuditEntry
from app.services import chaining
from app.services.anchoring import Head

_COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.target,
    AuditEntry.details,
    AuditEntry.about,
    AuditEntry.chain,
)


class Wrong(StrEnum):
    """What can be wrong with an entry."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "the end is missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong with a trail: which entry, of when, and what."""

    number: int
    at: datetime | None
    wrong: Wrong
    sentence: str


def diagnose(number: int) -> Fault:
    """What is wrong at the first entry that does not follow from the ones before it."""
    entry = _entry(number)
    if entry is None:
        return Fault(number, None, Wrong.CHANGED, f"Entry {number} was changed: it cannot be read any more.")
    before = _neighbour(number, back=True)
    after = _neighbour(number)
    chain = before.chain if before else ""
    if entry.chain == _chain(chain, entry):
        return _fault(entry, Wrong.CHANGED, "it no longer says what it is about")
    if (place := _place_of(entry, chain)) is not None:
        return _fault(entry, Wrong.OUT_OF_ORDER, f"it belongs at number {place}")
    if before and (earlier := _inserted_before(entry, before)):
        return earlier
    if after is not None and _fits(chain, after, number):
        return _fault(entry, Wrong.INSERTED, "the entry after it follows from the one before it")
    if (lost := _missing(entry, before, after)) is not None:
        return lost
    return _fault(entry, Wrong.CHANGED, "it does not follow from the entries before it")


def of_words(number: int) -> Fault:
    """The words of an entry, which are kept beside the chain, are not those it was made with."""
    return _fault(_entry(number), Wrong.CHANGED, "the words kept with it are not those it was made with")


def without_words(number: int) -> Fault:
    """The words of an entry are gone, though what it is about was not destroyed."""
    return _fault(_entry(number), Wrong.MISSING, "the words kept with it are gone")


def against(head: Head) -> Fault | None:
    """What is wrong with a trail whose every entry follows, held against a head that was kept of it."""
    last = session().scalar(select(func.max(AuditEntry.id))) or 0
    if last < head.number:
        lost = f"Entries {last + 1} to {head.number} are missing at the end"
        told = f"{lost}: the head that was kept names entry {head.number}."
        return Fault(last + 1, None, Wrong.CUT_OFF, told)
    held = _entry(head.number)
    if held is None:
        told = f"Entry {head.number} is missing: the head that was kept names it."
        return Fault(head.number, None, Wrong.MISSING, told)
    if held.chain != head.chain:
        return _fault(held, Wrong.CHANGED, "it, or one before it, is not what the kept head says")
    count = session().scalar(select(func.count()).where(AuditEntry.id <= head.number)) or 0
    if count != head.count:
        what = Wrong.MISSING if count < head.count else Wrong.INSERTED
        return _fault(held, what, f"there were {head.count:,} entries up to it, and are {count:,}")
    return None


def _inserted_before(entry: Any, before: Any) -> Fault | None:
    """An entry put in with a right chain value of its own shows only in the one that follows it."""
    earlier = _neighbour(before.id, back=True)
    if _fits(earlier.chain if earlier else "", entry, before.id) or entry.chain == _chain(
        earlier.chain if earlier else "", entry
    ):
        return _fault(before, Wrong.INSERTED, f"entry {entry.id} follows from the one before it")
    return None


def _missing(entry: Any, before: Any, after: Any) -> Fault | None:
    """Numbers that are left out, or an entry whose followers were numbered anew after it was taken out."""
    first = before.id + 1 if before else 1
    if entry.id > first:
        many = f"Entries {first} to {entry.id - 1} are" if entry.id - 1 > first else f"Entry {first} is"
        return Fault(first, entry.at, Wrong.MISSING, f"{many} missing, before {_day(entry)}.")
    if after is not None and after.chain == _chain(entry.chain, after, after.id + 1):
        told = f"Entry {entry.id} is missing, before {_day(entry)}; those after it were numbered anew."
        return Fault(entry.id, entry.at, Wrong.MISSING, told)
    return None


def _place_of(entry: Any, chain: str) -> int | None:
    """Where an entry stood before it was put elsewhere: with its chain value, or without."""
    chain_here, before = entry.chain, chain
    rows = session().execute(
        select(*_COLUMNS)
        .where(AuditEntry.id > entry.id)
        .order_by(AuditEntry.id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        if chain_here in (_chain(before, entry, row.id), _chain(row.chain, entry, row.id)):
            return int(row.id)  # it came with its chain value
        if chain_here == _chain(chain, row, entry.id):
            return int(row.id)  # only what it says was put here; the chain values stayed
        before = row.chain
    return None


def _fits(chain: str, entry: Any, number: int) -> bool:
    """Whether an entry followed from this chain value, under this number or its own."""
    return entry.chain in (_chain(chain, entry, number), _chain(chain, entry))


def _chain(before: str, entry: Any, number: int | None = None) -> str:
    content = (entry.actor, entry.action, entry.target, entry.details)
    return chaining.chained(before, entry.id if number is None else number, entry.at, *content)


def _entry(number: int) -> Any:
    try:
        return session().execute(select(*_COLUMNS).where(AuditEntry.id == number)).first()
    except (ValueError, TypeError):
        return None


def _neighbour(number: int, back: bool = False) -> Any:
    beyond = AuditEntry.id < number if back else AuditEntry.id > number
    order = AuditEntry.id.desc() if back else AuditEntry.id
    found = session().scalar(select(AuditEntry.id).where(beyond).order_by(order).limit(1))
    return _entry(found) if found is not None else None


def _fault(entry: Any, wrong: Wrong, why: str) -> Fault:
    return Fault(entry.id, entry.at, wrong, f"Entry {entry.id} of {_day(entry)} is {wrong}: {why}.")


def _day(entry: Any) -> str:
    return f"{entry.at:%Y-%m-%d %H:%M} UTC"
