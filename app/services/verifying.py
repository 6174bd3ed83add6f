"""Hold the trail against itself and against its head: every entry follows from the ones before it.

Long trails are read in pieces by several processes: to judge one, only the chain value before it is needed.
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, func, select

from app.db import session
from app.models import AuditEntry, AuditWords, Testimony
from app.services import anchoring, chaining, diagnosing
from app.services.diagnosing import Fault

PIECE = 50_000  # entries that a process judges in one go
LONG = 100_000  # entries from which it is worth starting further processes


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how many entries there are, and the first thing that is wrong."""

    entries: int
    fault: Fault | None


def verify(*heads: Path, parts: int | None = None) -> Verified:
    """Read the whole trail, and hold it against its own head and those of the files named.

    ``parts`` is how many processes read; by default as many as there are processors. Raises Invalid for a
    file that is no head.
    """
    first, last, count = (
        session().execute(select(func.min(AuditEntry.id), func.max(AuditEntry.id), func.count())).one()
    )
    wrong = None if first is None else _first_wrong(first, last, parts if count >= LONG else 1)
    fault = diagnosing.diagnose(wrong) if wrong is not None else None
    return Verified(count, fault or _wrong_words() or _against_heads(heads))


def _wrong_words() -> Fault | None:
    """The first entry whose words, kept beside the chain, are not those it was made with."""
    rows = session().execute(
        select(AuditWords.entry_id, AuditWords.words, AuditEntry.details)
        .join(AuditEntry, AuditEntry.id == AuditWords.entry_id)
        .order_by(AuditWords.entry_id)
        .execution_options(yield_per=5_000)
    )
    for number, words, details in rows:
        if details.get(chaining.DIGEST) != chaining.digest(words):
            return diagnosing.of_words(number)
    gone = session().scalar(_without_words())
    return diagnosing.without_words(gone) if gone else None


def _without_words() -> Select[int]:
    """The first entry whose words are gone though the testimony it is about is here."""
    return (
        select(AuditEntry.id)
        .join(Testimony, Testimony.identifier == AuditEntry.about)
        .outerjoin(AuditWords, AuditWords.entry_id == AuditEntry.id)
        .where(AuditWords.entry_id.is_(None), AuditEntry.details[chaining.DIGEST].as_string().is_not(None))
        .order_by(AuditEntry.id)
        .limit(1)
    )


def _against_heads(heads: Sequence[Path]) -> Fault | None:
    for kept in (anchoring.path(), *heads):
        head = anchoring.read(kept)
        if head and (fault := diagnosing.against(head)):
            return fault
    return None


def _first_wrong(first: int, last: int, parts: int | None) -> int | None:
    """The number of the first entry that does not follow, among those from ``first`` to ``last``."""
    others = (parts or os.cpu_count() or 1) - 1
    if others < 1:
        return chaining.wrong_in(session().connection(), first, last)
    pieces = [(low, min(low + PIECE - 1, last)) for low in range(first, last + 1, PIECE)]
    url = session().connection().engine.url.render_as_string(hide_password=False)
    found = []
    # A process forked from one with threads may hang on a lock that nobody opens.
    with ProcessPoolExecutor(others, multiprocessing.get_context("spawn")) as pool:
        asked = [(pool.submit(chaining.read_piece, url, *piece), piece) for piece in pieces]
        for one, piece in reversed(asked):  # what nobody has begun with, we read ourselves, from the end
            mine = one.cancel()
            found.append(chaining.wrong_in(session().connection(), *piece) if mine else one.result())
    return min((number for number in found if number is not None), default=None)
