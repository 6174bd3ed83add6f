"""Open what an index found: the heads and passages of the audience's editions, as rows.

Every page of a search asks these questions, so they are put together once and bring no objects with them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, and_, bindparam, or_, select

from app.db import session
from app.models import Audience, Edition, EditionPart, Testimony

AT_ONCE = 64  # passages asked for in one question
_STEP = 16  # questions are for so many passages, or twice as many, ...: each kind is put together once


class Head(NamedTuple):
    """The head of an edition, as ``Edition`` holds it."""

    id: int
    head: Mapping[str, Any]
    published_at: datetime


class Part(NamedTuple):
    """A passage, as ``EditionPart`` holds it."""

    edition_id: int
    number: int
    script: int
    start_ms: int | None
    lines: list[Any]


def heads(identifiers: Iterable[str], audience: str) -> dict[str, Head]:
    """The editions that the audience has of these testimonies, by the identifier of each."""
    found = session().execute(_heads(audience), {"identifiers": list(set(identifiers))})
    return {row.head["identifier"]: Head(*row) for row in found}


def parts(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Part]:
    """The parts of these editions and numbers, as far as there are any."""
    wanted = list(dict.fromkeys(keys))
    found: dict[tuple[int, int], Part] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        some += some[:1] * (-len(some) % _STEP)  # what is asked for twice is found once
        said = {f"{name}{n}": one for n, key in enumerate(some) for name, one in zip("en", key, strict=True)}
        for row in session().execute(_parts(len(some)), said):
            found[row[0], row[1]] = Part(*row)
    return found


def language_of(head: Mapping[str, Any], script: int) -> str:
    """The language of a passage: of its transcript or translation, else of the testimony."""
    scripts = head.get("scripts", ())
    language = scripts[script]["language"] if 0 <= script < len(scripts) else ""
    return str(language or head.get("language", ""))


@cache
def _heads(audience: str) -> Select[Any]:
    # By their numbers: for names in a join SQLite looks at every edition of the audience.
    given: BindParameter[str] = bindparam("identifiers", expanding=True)
    numbers = select(Testimony.id).where(Testimony.identifier.in_(given))
    return select(Edition.id, Edition.head, Edition.published_at).where(
        Edition.audience == Audience(audience), Edition.testimony_id.in_(numbers)
    )


@cache
def _parts(many: int) -> Select[Any]:
    """The question for so many parts, one by one: for pairs IN a list SQLite scans the table."""
    columns = (getattr(EditionPart, name) for name in Part._fields)
    each = (
        and_(EditionPart.edition_id == bindparam(f"e{n}"), EditionPart.number == bindparam(f"n{n}"))
        for n in range(many)
    )
    return select(*columns).where(or_(*each))
