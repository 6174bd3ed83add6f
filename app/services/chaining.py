"""How entries of the trail are chained, and where a stretch of them does not follow.

This module needs little of the house: a process that only verifies a stretch starts with it at once.
"""

import hashlib
import json
import json.encoder
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from app.db import open_engine
from app.models import AuditEntry

DIGEST, SALT = "words", "salt"  # in an entry's details, and among the words kept apart from it
BATCH = 10_000  # entries read at once
# Moments and details as the database keeps them: to read them one by one takes half of the time.
COLUMNS = (
    AuditEntry.id,
    type_coerce(AuditEntry.at, String),
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.target,
    type_coerce(AuditEntry.details, String),
    AuditEntry.about,
    AuditEntry.chain,
)

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_quote = json.encoder.encode_basestring
_decode: Callable[[str, int], tuple[Any, int]] = getattr(json.JSONDecoder(), "scan_once")  # noqa: B009


def _quick_encoder() -> Callable[[Any], str]:
    """``_encode`` without making its machinery anew for each entry, where Python has it in C."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _encode
    # markers, default, quoting, indent, signs, sort_keys, skipkeys, allow_nan
    machinery = make(None, None, _quote, None, ": ", ", ", True, False, True)
    return lambda value: "".join(machinery(value, 0))


_encode_quickly = _quick_encoder()


def digest(words: Mapping[str, Any]) -> str:
    """What the chain keeps of words that stand beside it."""
    return hashlib.sha256(_encode(words).encode()).hexdigest()


def concerned(target: str, details: Mapping[str, Any]) -> str:
    """The testimony, or else the submission, that an entry is about; empty when it is about neither."""
    kind, _, identifier = target.partition(":")
    if kind in ("testimony", "submission"):
        return identifier
    return str(details.get("testimony") or details.get("submission") or "")


def chained(before: str, number: int, at: datetime, *content: Any) -> str:
    """The chain value of what an entry says: actor, action, target, details."""
    return hashlib.sha256(_encode([before, number, at.isoformat(), *content]).encode()).hexdigest()


def chained_as_kept(
    before: str, number: int, at: str, actor: str, action: str, target: str, details: Any
) -> str:
    """The same, of a moment written as ISO 8601: quicker, where there are millions."""
    said = (
        f"[{_quote(before)}, {number}, {_quote(at)}, {_quote(actor)}, {_quote(action)}, "
        f"{_quote(target)}, {_encode_quickly(details)}]"
    )
    return hashlib.sha256(said.encode()).hexdigest()


def details_as_kept(kept: Any) -> Any:
    """Details from a row: a text in SQLite, read already in PostgreSQL. Raises ValueError."""
    if not isinstance(kept, str):
        return kept
    try:
        details, end = _decode(kept, 0)
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(kept):
        raise ValueError("more than one JSON value")
    return details


def read_piece(url: str, first: int, last: int) -> int | None:
    """What another process does: judge one piece, with a connection of its own that changes nothing."""
    engine = open_engine(url).execution_options(read_only=True)
    try:
        with engine.connect() as connection:
            return wrong_in(connection, first, last)
    finally:
        engine.dispose()


def wrong_in(connection: Connection, first: int, last: int) -> int | None:
    """The number of the first entry from ``first`` to ``last`` that does not follow, or None."""
    earlier = select(AuditEntry.chain).where(AuditEntry.id < first).order_by(AuditEntry.id.desc()).limit(1)
    before = connection.scalar(earlier) or ""
    for number, at, actor, action, target, kept, about, chain in _rows(connection, first, last):
        try:
            details = details_as_kept(kept)
            said = chained_as_kept(before, number, _moment(at), actor, action, target, details)
            is_right = chain == said and about == concerned(target, details)
        except (ValueError, TypeError, AttributeError):  # something else stands in a column than can be said
            is_right = False
        if not is_right:
            return int(number)
        before = chain
    return None


def _moment(at: Any) -> str:
    """A moment as the chain has it: SQLite keeps "2026-11-23 01:02:44.000000", without the zone."""
    if isinstance(at, str):
        return f"{at[:10]}T{at[11:].removesuffix('.000000')}+00:00"
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else ""


def _rows(connection: Connection, first: int, last: int) -> Iterator[Any]:
    at = first
    while True:
        asked = select(*COLUMNS).where(AuditEntry.id.between(at, last)).order_by(AuditEntry.id).limit(BATCH)
        rows = connection.execute(asked).all()
        if not rows:
            return
        yield from rows
        at = rows[-1][0] + 1
