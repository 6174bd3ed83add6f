"""Two that were found to be one: one stands for both. Both stay, and it can be undone exactly."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TypeVar

from sqlalchemy import or_, select

from app.db import session
from app.errors import Conflict, Invalid
from app.models import Event, KeptApart, Mention, Participation, Person, Place, Testimony, TestimonyPlace
from app.policy import Action, Actor, require
from app.queue import enqueue
from app.search.folding import fold
from app.services import auditing, choosing, masking, publishing

N = TypeVar("N", Person, Place)


def merge(noun: type[N], identifiers: Sequence[str], into: str, actor: Actor) -> N:
    """Let ``into`` stand for the others. Raises NotFound, Invalid without others, Conflict when merged.

    Whoever was merged into one of them stays so: undoing each step gives back what was before it. Where
    one of a kind is veiled all are, at once; the public name of ``into`` counts before that of the others.
    """
    require(actor, Action.DESCRIBE)
    stands = choosing.find(noun, into).in_use
    found = [choosing.find(noun, one).in_use for one in identifiers]
    others: list[N] = [one for one in dict.fromkeys(found) if one is not stands]
    if not others:
        raise Invalid("Choose at least two that are one.")
    if any(one.invented != stands.invented for one in others):
        raise Conflict("What is invented for demonstration stays apart from what is not.")
    was_veiled = [one.is_veiled for one in (stands, *others) if isinstance(one, Person)]
    kind = noun.__tablename__
    for one in others:
        one.merged_into = stands
        auditing.note(actor, f"{kind}.merge", f"{kind}:{one.identifier}", into=stands.identifier)
    session().flush()
    session().expire(stands, ["merged"])
    _check_veil(stands)
    _tell(stands, at_once=isinstance(stands, Person) and stands.is_veiled and not all(was_veiled))
    return stands


def unmerge(noun: type[N], identifier: str, actor: Actor) -> N:
    """Let one stand for itself again, with everything that was its own. Raises NotFound and Conflict."""
    require(actor, Action.DESCRIBE)
    one = choosing.find(noun, identifier)
    stood = one.merged_into
    if stood is None:
        raise Conflict("This stands for itself already.")
    concerned = testimonies(one.in_use)
    one.merged_into = None
    kind = noun.__tablename__
    auditing.note(actor, f"{kind}.unmerge", f"{kind}:{one.identifier}", before=stood.identifier)
    session().flush()
    session().expire(stood, ["merged"])
    for testimony in concerned:
        enqueue("republish", testimony=testimony)
    return one


def keep_apart(noun: type[N], identifiers: Iterable[str], actor: Actor) -> None:
    """Remember that these are not one: they are not suggested again. Raises NotFound and Invalid."""
    require(actor, Action.DESCRIBE)
    things = list(dict.fromkeys(choosing.find(noun, one) for one in identifiers))
    if len(things) < 2:
        raise Invalid("Choose at least two that are not one.")
    kind = noun.__tablename__
    for pair in combinations(sorted(thing.identifier for thing in things), 2):
        one, other = pair
        if session().scalar(select(KeptApart).filter_by(kind=kind, one=one, other=other)) is None:
            session().add(KeptApart(kind=kind, one=one, other=other, said_by=actor.identifier))
            auditing.note(actor, f"{kind}.keep_apart", f"{kind}:{one}", other=other)
    session().flush()


def testimonies(thing: Person | Place) -> list[str]:
    """The identifiers of all testimonies that name a person or a place, under whatever name."""
    same = [one.id for one in thing.everyone]
    if isinstance(thing, Person):
        named = or_(
            Testimony.id.in_(select(Participation.testimony_id).where(Participation.person_id.in_(same))),
            Testimony.id.in_(select(Mention.testimony_id).where(Mention.person_id.in_(same))),
        )
    else:
        named = or_(
            Testimony.place_id.in_(same),
            Testimony.id.in_(select(TestimonyPlace.testimony_id).where(TestimonyPlace.place_id.in_(same))),
        )
    return list(session().scalars(select(Testimony.identifier).where(named).order_by(Testimony.id)))


def events(place: Place) -> list[Event]:
    """The events that happened at a place, under whatever name."""
    same = [one.id for one in place.everyone]
    return list(session().scalars(select(Event).where(Event.place_id.in_(same)).order_by(Event.id)))


def _check_veil(thing: Person | Place) -> None:
    """A public name that was harmless for one may say a part of the other's name. Raises Conflict."""
    if not isinstance(thing, Person) or not thing.is_veiled:
        return
    kept = (form for form in masking.forms(thing) if fold(form) != fold(thing.veil))
    if masking.tells(thing.veil, kept):
        raise Conflict("The public name of one says a part of the other's name. Choose another one first.")


def _tell(thing: Person | Place, *, at_once: bool) -> None:
    """Bring the editions that name it up to date: at once where a name must not be read any more."""
    for identifier in testimonies(thing):
        if at_once:
            publishing.republish(identifier)
        else:
            enqueue("republish", testimony=identifier)
