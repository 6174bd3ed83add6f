"""Testimonies chosen by words and by what is known of them, to be worked through or changed at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.archive import index
from app.db import session
from app.errors import Invalid, NotFound
from app.models import (
    AccessLevel,
    Audience,
    Collection,
    Edition,
    Participation,
    Person,
    PersonName,
    Tagging,
    Term,
    Testimony,
    Transcript,
)
from app.pages import Summary
from app.policy import Action, Actor, require
from app.search import Query
from app.search.folding import fold
from app.services import naming, reading
from app.services.reading import NOT_HERE

PER_PAGE = 50
MOST_TAGS = 200  # to choose from; others are found by their words
MOST = 1_000_000  # passages asked of an index at once: all there are


@dataclass(frozen=True)
class Choice:
    """What testimonies are chosen by. Empty asks for all; a dash asks for those that have none."""

    q: str = ""  # words of their transcripts, or of title, number and names
    collection: str = ""  # identifier
    access: str = ""
    published: str = ""  # yes, no
    tag: str = ""  # identifier of a term
    language: str = ""
    transcript: str = ""  # yes, no

    def plain(self) -> dict[str, str]:
        """What of it is asked for, as addresses and the trail hold it."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True)
class Chosen:
    """One testimony in the list: what it is, and what of it archivists decide."""

    summary: Summary
    access: str
    is_published: bool
    has_transcript: bool
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """One page of the list; pages count from 1."""

    items: tuple[Chosen, ...]
    total: int
    page: int
    pages: int


def choice(asked: Mapping[str, str]) -> Choice:
    """The choice an address asks for; what it does not know is left out."""
    return Choice(**{f.name: asked.get(f.name, "").strip() for f in fields(Choice)})


def page(chosen: Choice, actor: Actor, number: int = 1) -> Selection:
    """The testimonies chosen, oldest first. Raises NotFound beyond the end, Invalid for no access level."""
    require(actor, Action.DESCRIBE)
    asked = _asked(chosen)
    total = session().scalar(select(func.count()).select_from(asked.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound(NOT_HERE)
    order = (Edition.sorted_by, Testimony.id)
    ids = session().scalars(asked.order_by(*order).limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    return Selection(tuple(summaries(ids)), total, number, pages)


def numbers(chosen: Choice, actor: Actor) -> list[int]:
    """The row numbers of all testimonies chosen, oldest first. Raises Invalid."""
    require(actor, Action.DESCRIBE)
    return list(session().scalars(_asked(chosen).order_by(Edition.sorted_by, Testimony.id)))


def ticked(identifiers: Iterable[str], actor: Actor) -> list[int]:
    """The row numbers of testimonies chosen one by one."""
    require(actor, Action.DESCRIBE)
    named = Testimony.identifier.in_(list(identifiers))
    return list(session().scalars(select(Testimony.id).where(named).order_by(Testimony.id)))


def summaries(ids: Sequence[int]) -> list[Chosen]:
    """These testimonies for a list, in this order."""
    rows = session().execute(
        select(Testimony, Edition)
        .join(Edition, (Edition.testimony_id == Testimony.id) & (Edition.audience == Audience.STAFF))
        .where(Testimony.id.in_(ids))
    )
    held = {
        testimony.id: Chosen(
            summary=reading.summary(edition),
            access=edition.head.get("access", AccessLevel.PUBLIC.value),
            is_published=testimony.published_at is not None,
            has_transcript=bool(edition.lines),
            tags=tuple(dict.fromkeys(t["term"] for t in edition.head.get("tags", ()))),
        )
        for testimony, edition in rows
    }
    return [held[number] for number in ids if number in held]


def languages() -> list[str]:
    """Every language that a testimony is in."""
    held = session().scalars(select(Testimony.language).distinct().order_by(Testimony.language))
    return [language for language in held if language]


def collections() -> list[tuple[str, str]]:
    """Identifier and name of every collection."""
    rows = session().execute(select(Collection.identifier, Collection.name).order_by(Collection.name))
    return [(identifier, name) for identifier, name in rows]


def tag(identifier: str) -> Term | None:
    """The term that a choice names."""
    return session().scalar(select(Term).filter_by(identifier=identifier)) if identifier else None


def tags(chosen: str = "") -> list[tuple[str, str]]:
    """Identifier and label of the tags that are used most, and of the one chosen, by their labels."""
    count = func.count(Tagging.id)
    used = session().scalars(
        select(Term)
        .join(Tagging, Tagging.term_id == Term.id)
        .group_by(Term.id)
        .order_by(count.desc(), Term.id)
        .limit(MOST_TAGS)
    )
    terms = {term.in_use for term in used}
    if one := tag(chosen):
        terms.add(one.in_use)
    return sorted(((term.identifier, term.label) for term in terms), key=lambda pair: fold(pair[1]))


def _asked(chosen: Choice) -> Select[Any]:
    """The row numbers of the testimonies chosen."""
    staff = (Edition.testimony_id == Testimony.id) & (Edition.audience == Audience.STAFF)
    asked = select(Testimony.id).join(Edition, staff)
    if chosen.q:
        asked = asked.where(or_(*_said(chosen.q)))
    if chosen.collection:
        asked = asked.join(Collection).where(Collection.identifier == chosen.collection)
    if chosen.access:
        if chosen.access not in list(AccessLevel):
            raise Invalid(f"{chosen.access!r} is no access level; it can be {', '.join(AccessLevel)}.")
        asked = asked.where(Testimony.access == AccessLevel(chosen.access))
    if chosen.published:
        asked = asked.where((Testimony.published_at.is_not(None)) == (chosen.published == "yes"))
    if chosen.language:
        asked = asked.where(Testimony.language == ("" if chosen.language == "-" else chosen.language))
    if chosen.transcript:
        current = select(Transcript.testimony_id).where(Transcript.is_current)
        held = Testimony.id.in_(current)
        asked = asked.where(held if chosen.transcript == "yes" else ~held)
    if chosen.tag:
        asked = asked.where(_tagged(chosen.tag))
    return asked


def _tagged(asked: str) -> ColumnElement[bool]:
    if asked == "-":
        return ~Testimony.id.in_(select(Tagging.testimony_id))
    term = tag(asked)
    return Testimony.id.in_(select(Tagging.testimony_id).where(Tagging.term_id.in_(same_terms(term))))


def same_terms(term: Term | None) -> list[int]:
    """The row numbers of a term and of all that stand for the same."""
    if term is None:
        return []
    found, waiting = [], [term.in_use]
    while waiting:
        one = waiting.pop()
        found.append(one.id)
        waiting += one.merged
    return found


def _said(words: str) -> list[ColumnElement[bool]]:
    """Where words may stand: in the transcript as the index has it, in title, number or names."""
    part = f"%{_plain(words)}%"
    called = select(Participation.testimony_id).join(Person, Participation.person_id == Person.id)
    other = called.join(PersonName, PersonName.person_id == Person.id)
    variants = naming.variants(words, Audience.STAFF)
    hits = index(Audience.STAFF).search(Query(words, variants=variants, limit=MOST)).hits
    return [
        Testimony.title.ilike(part, escape="\\"),
        Testimony.source_id.ilike(part, escape="\\"),
        Testimony.accession_number.ilike(part, escape="\\"),
        Testimony.id.in_(called.where(Person.name.ilike(part, escape="\\"))),
        Testimony.id.in_(other.where(PersonName.form.ilike(part, escape="\\"))),
        Testimony.identifier.in_({hit.group for hit in hits}),
    ]


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
