"""Who is connected to whom among those who tell: noted with a reason, and taken away again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Audience, Edition, EditionLink, LinkKind, Person, Testimony, Tie, TieKind
from app.pages import TieView
from app.policy import Action, Actor, require
from app.records import Named, TieEntry
from app.services import auditing, choosing, identifying, linking

LONGEST = 2000  # characters of the reason


def note(
    one: str,
    other: str,
    kind: str,
    actor: Actor,
    *,
    why: str = "",
    said_in: str = "",
    is_published: bool = False,
) -> Tie:
    """Note that two people are connected; of hearsay ``one`` has it from ``other``.

    ``one`` and ``other`` are identifiers of people, ``said_in`` of the testimony that says so, if any.
    Raises NotFound for either, Invalid for an unknown kind or one person twice, Conflict where it is
    noted already.
    """
    require(actor, Action.LINK)
    first, second = _person(one), _person(other)
    chosen = identifying.choice(TieKind, kind, "kind of tie")
    if len(why) > LONGEST:
        raise Invalid(f"This is {len(why)} characters long; at most {LONGEST} can be kept here.")
    if first.in_use is second.in_use:
        raise Invalid("A tie is between two people; these are one.")
    if _is_noted(first, second, chosen):
        raise Conflict("This tie is noted already; take it away first to note it otherwise.")
    tie = Tie(
        one=first,
        other=second,
        kind=chosen,
        note=why.strip(),
        said_in=linking.find(said_in) if said_in else None,
        noted_by=actor.identifier or actor.name or "command line",
        is_published=is_published,
    )
    return _keep(tie, actor)


def take(entry: TieEntry, actor: Actor, *, is_published: bool, invented: bool) -> int:
    """Keep a tie of a register, by the references or the names of its people; 0 when it is here already.

    Raises Invalid where it names nobody, or where a name is that of several.
    """
    require(actor, Action.IMPORT)
    people = [_referred(ref) for ref in entry.persons]
    said_in = (
        session().scalar(select(Testimony).filter_by(source_id=entry.said_in)) if entry.said_in else None
    )
    one, other = people
    if one is None or other is None or (entry.said_in and said_in is None):
        raise Invalid(
            f"The tie of {' and '.join(entry.persons)} names somebody or something that is not here."
        )
    kind = identifying.choice(TieKind, entry.kind, "kind of tie")
    if _is_noted(one, other, kind):
        return 0
    tie = Tie(
        one=one,
        other=other,
        kind=kind,
        note=entry.note,
        said_in=said_in,
        noted_by=actor.name or "import",
        is_published=is_published,
        invented=invented,
    )
    _keep(tie, actor)
    return 1


def untie(identifier: str, actor: Actor) -> Tie:
    """Take a tie away; the trail keeps that it was noted. Raises NotFound."""
    require(actor, Action.LINK)
    tie = session().scalar(select(Tie).filter_by(identifier=identifier))
    if tie is None:
        raise NotFound("There is no such tie.")
    auditing.note(actor, "tie.untie", f"tie:{identifier}", **_of(tie))
    session().delete(tie)
    session().flush()
    return tie


def of(person: Person) -> list[TieView]:
    """The ties of somebody, and of everybody found to be the same, as archivists see them."""
    ids = [one.id for one in person.in_use.everyone]
    held = session().scalars(
        select(Tie).where(or_(Tie.one_id.in_(ids), Tie.other_id.in_(ids))).order_by(Tie.id)
    )
    return _views(held.all(), Audience.STAFF)


def known_to(audience: str) -> list[TieView]:
    """The ties this audience may know of: of people it may know of, under their own names, said where it may
    read. One that is kept from it is as if it were not there, also where accounts are counted."""
    people = (selectinload(end).selectinload(Person.merged) for end in (Tie.one, Tie.other))
    ties = session().scalars(select(Tie).options(*people, selectinload(Tie.said_in)).order_by(Tie.id)).all()
    if audience == Audience.STAFF:
        return _views(ties, audience)
    ties = [t for t in ties if t.is_published and not t.one.is_veiled and not t.other.is_veiled]
    met = _met({p.in_use.id for t in ties for p in (t.one, t.other)}, audience)
    read = _read({t.said_in_id for t in ties if t.said_in_id}, audience)
    seen = (t for t in ties if {t.one.in_use.id, t.other.in_use.id} <= met and t.said_in_id in {None, *read})
    return _views(seen, audience)


def _views(ties: Iterable[Tie], audience: str) -> list[TieView]:
    held = list(ties)
    names = linking.names(t.noted_by for t in held) if audience == Audience.STAFF else {}
    return [
        TieView(
            t.identifier,
            t.kind.value,
            Named(t.one.in_use.name, t.one.in_use.identifier),
            Named(t.other.in_use.name, t.other.in_use.identifier),
            t.note,
            Named(t.said_in.title, t.said_in.identifier) if t.said_in else None,
            names.get(t.noted_by, ""),
            t.noted_at.date(),
            t.is_published,
        )
        for t in held
        if t.one.in_use is not t.other.in_use
    ]


def _met(people: set[int], audience: str) -> set[int]:
    kinds = (LinkKind.PERSON, LinkKind.MENTION)
    return set(
        session().scalars(
            select(EditionLink.target_id)
            .join(Edition, Edition.id == EditionLink.edition_id)
            .where(
                Edition.audience == Audience(audience),
                EditionLink.kind.in_(kinds),
                EditionLink.target_id.in_(people),
            )
        )
    )


def _read(testimonies: set[int], audience: str) -> set[int]:
    open_to = select(Edition.testimony_id).where(Edition.audience == Audience(audience))
    return set(session().scalars(open_to.where(Edition.testimony_id.in_(testimonies))))


def _keep(tie: Tie, actor: Actor) -> Tie:
    session().add(tie)
    session().flush()
    auditing.note(actor, "tie.note", f"tie:{tie.identifier}", note=tie.note, **_of(tie))
    return tie


def _of(tie: Tie) -> dict[str, Any]:
    """What the trail says of a tie besides its reason."""
    said: dict[str, Any] = {"kind": tie.kind.value, "persons": [tie.one.identifier, tie.other.identifier]}
    return said | ({"testimony": tie.said_in.identifier} if tie.said_in else {})


def _is_noted(one: Person, other: Person, kind: TieKind) -> bool:
    """Whether the same is noted: of hearsay in this direction, of all else in either."""
    ways = [(one.id, other.id)] + ([(other.id, one.id)] if kind is not TieKind.HEARD_FROM else [])
    same = select(Tie.id).where(
        Tie.kind == kind, or_(*((Tie.one_id == a) & (Tie.other_id == b) for a, b in ways))
    )
    return session().scalar(same.limit(1)) is not None


def _referred(ref: str) -> Person | None:
    """The person of this reference, or else the one of this name, where there is only one."""
    if found := session().scalar(select(Person).filter_by(ref=ref)):
        return found
    named = choosing.called(Person, ref)
    return named[0] if len(named) == 1 else None


def _person(identifier: str) -> Person:
    if not identifier or identifier.startswith(choosing.NEW):
        raise Invalid("A tie is to somebody who is in the catalogue: choose them, or add them there first.")
    return choosing.find(Person, identifier)
