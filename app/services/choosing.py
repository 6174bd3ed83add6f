"""Which person or place is meant by what was chosen from a list or typed by hand."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, or_, select

from app.db import session
from app.errors import Invalid, NotFound
from app.models import Person, PersonName, Place, PlaceName
from app.records import Named
from app.services import likening

NEW = "new:"  # what is to be made, with its name

N = TypeVar("N", Person, Place)
NAMES: dict[type[Any], type[Any]] = {Person: PersonName, Place: PlaceName}


class Unclear(Invalid):
    """Raised when words mean nobody, or several. ``candidates`` are those to choose from."""

    def __init__(self, message: str, words: str, candidates: Sequence[Person | Place]) -> None:
        super().__init__(message)
        self.words = words
        self.candidates = tuple(
            Named(one.name, one.identifier, tuple(name.form for name in one.names)) for one in candidates
        )


def meant(noun: type[N], chosen: str, words: str, was: str = "", *, make: bool = False) -> str:
    """The identifier of the person or place meant; ``new:`` and a name for one to be made; or nothing.

    ``chosen`` comes from a list and counts before the ``words`` typed; words that are the name of what
    stood there (``was``) mean that. With ``make`` words that mean nothing known make something new.
    Raises Unclear.
    """
    words = " ".join(words.split())
    if chosen or not words:
        return chosen
    held = session().scalar(select(noun).filter_by(identifier=was)) if was else None
    if held and words in (held.name, held.in_use.name):
        return was
    found = called(noun, words)
    if make:
        return NEW + words
    if len(found) == 1:
        return found[0].identifier
    if found:
        raise Unclear(f"Several are called {words}. Choose one of them.", words, found)
    raise Unclear(
        f"Nobody and nothing here is called {words}. Choose one that is alike, or make it new.",
        words,
        likening.like(noun, words),
    )


def called(noun: type[N], words: str) -> list[N]:
    """Those that have this very name, under whatever name they stand for each other."""
    names = NAMES[noun]
    same = func.lower(words)
    of = select(names.person_id if names is PersonName else names.place_id)
    found = session().scalars(
        select(noun)
        .where(
            or_(noun.name == words, func.lower(noun.name) == same, noun.id.in_(of.where(names.form == words)))
        )
        .order_by(noun.id)
    )
    return list(dict.fromkeys(one.in_use for one in found))


def shown(noun: type[N], value: str) -> str:
    """What ``meant`` answered, for people to read."""
    if value.startswith(NEW):
        return value.removeprefix(NEW)
    found = session().scalar(select(noun).filter_by(identifier=value)) if value else None
    return found.name if found else ""


def find(noun: type[N], identifier: str) -> N:
    """The person or place of this identifier. Raises NotFound."""
    found = session().scalar(select(noun).filter_by(identifier=identifier))
    if found is None:
        raise NotFound(f"There is no {noun.__tablename__} {identifier}.")
    return found
