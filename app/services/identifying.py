"""Find, or make, the person, place, event or term that a record names (authority records)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select

from app.db import session
from app.errors import Invalid
from app.models import (
    Collection,
    Event,
    LabelKind,
    Participation,
    Person,
    PersonName,
    Place,
    PlaceName,
    Term,
    TermLabel,
    Testimony,
    Vocabulary,
)
from app.records import Agent, Named, Record
from app.services import keying

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def person(agent: Agent, collection: Collection, invented: bool) -> Person:
    """The same reference is the same person; so is the same name within one collection."""
    known = (
        select(Person).where(Person.ref == agent.ref)
        if agent.ref
        else (
            select(Person)
            .join(Participation, Participation.person_id == Person.id)
            .join(Testimony, Participation.testimony_id == Testimony.id)
            .where(Person.name == agent.name, Testimony.collection_id == collection.id)
            .limit(1)
        )
    )
    found = session().scalar(known)
    if found is None:
        public_name = agent.name if agent.veiled else ""
        found = Person(name=agent.name, ref=agent.ref, public_name=public_name, invented=invented)
        session().add(found)
    forms = {found.name, *(name.form for name in found.names)}
    found.names += [PersonName(form=form) for form in agent.variants if form not in forms]
    session().flush()
    return found


def mentioned(record: Record, collection: Collection) -> list[Person]:
    """The people a record says are spoken of in it."""
    return distinct(
        [
            person(Agent(p.name, "mentioned", p.ref, variants=p.variants), collection, record.invented)
            for p in record.people
        ]
    )


def place(named: Named, invented: bool) -> Place:
    """A place by its reference, or by any name the archive knows it under."""
    by_name = (
        select(Place).outerjoin(PlaceName).where((Place.name == named.name) | (PlaceName.form == named.name))
    )
    found = None
    if ref := named.ref or named.name:
        found = session().scalar(select(Place).where(Place.ref == ref))
    found = found or session().scalar(by_name.where(Place.invented == invented).limit(1))
    if found is None:
        found = Place(name=named.name, ref=named.ref, invented=invented)
        found.names = [PlaceName(form=variant) for variant in named.variants]
        session().add(found)
        session().flush()
    return found


def event(named: Named) -> Event:
    """The event of this reference or title. Raises Invalid when there is none."""
    refs = [name for name in (named.ref, named.name) if name]
    found = session().scalar(
        select(Event).where(Event.ref.in_(refs) | Event.title.in_(refs) | Event.identifier.in_(refs)).limit(1)
    )
    if found is None:
        raise Invalid(f"There is no event {refs[0]!r}; import the register it belongs to first.")
    return found


def term(vocabulary: str, label: str) -> Term:
    """The term of this label that is in use, made when it is new."""
    scheme = session().scalar(select(Vocabulary).filter_by(name=vocabulary)) or Vocabulary(name=vocabulary)
    session().add(scheme)
    session().flush()
    known = select(Term).filter_by(vocabulary_id=scheme.id, label=label)
    found = session().scalar(known.order_by(Term.merged_into_id.is_not(None), Term.id).limit(1))
    if found is None:
        found = Term(vocabulary=scheme, label=label)
        found.labels = [TermLabel(language=scheme.language, label=label, kind=LabelKind.PREFERRED)]
        session().add(found)
        session().flush()
        keying.write([(found.id, scheme.language, label)])
    return found.in_use


def distinct(items: Iterable[T]) -> list[T]:
    """The items in order, each once."""
    return list(dict.fromkeys(items))


def choice(kind: type[E], value: str, what: str) -> E:
    """The member of an enumeration. Raises Invalid naming what there is to choose from."""
    try:
        return kind(value)
    except ValueError:
        options = ", ".join(str(member) for member in kind)
        raise Invalid(f"{value!r} is no {what}; it can be {options}.") from None
