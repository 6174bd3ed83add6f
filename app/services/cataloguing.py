"""People, places, events and collections: made, changed, and known by all the names they have."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app import dates
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Collection, Event, Person, PersonName, Place, PlaceName, Testimony, TestimonyEvent
from app.policy import Action, Actor, require
from app.queue import enqueue
from app.search.folding import fold
from app.services import auditing, choosing, masking, merging, publishing, settling

Thing = Person | Place | Event | Collection
N = TypeVar("N", Person, Place)
T = TypeVar("T", Person, Place, Event, Collection)

FIELDS: dict[type[Any], tuple[str, ...]] = {
    Person: ("name", "variants", "note"),
    Place: ("name", "variants", "region", "latitude", "longitude"),
    Event: ("title", "date", "place", "description", "is_published"),
    Collection: ("name", "description", "rights"),
}
_DEGREES = {"latitude": 90.0, "longitude": 180.0}


def find(noun: type[T], identifier: str) -> T:
    """The thing of this identifier. Raises NotFound."""
    found = session().scalar(select(noun).filter_by(identifier=identifier))
    if found is None:
        raise NotFound(f"There is no {noun.__tablename__} {identifier}.")
    return found


def fields(thing: Thing) -> dict[str, str]:
    """What can be changed of a thing, as a form holds it; other names stand each on a line."""
    return {name: _said(thing, name) for name in FIELDS[type(thing)]}


def make(noun: type[T], wanted: Mapping[str, str], actor: Actor, *, invented: bool = False) -> T:
    """A new person, place, event or collection. Raises as ``change``."""
    require(actor, Action.DESCRIBE)
    first = FIELDS[noun][0]
    thing: T = noun(**{first: wanted.get(first, "")}, invented=invented)
    _check(thing, wanted)
    session().add(thing)
    for name, value in wanted.items():
        _set(thing, name, value, actor)
    session().flush()
    kind = noun.__tablename__
    auditing.note(actor, f"{kind}.make", f"{kind}:{thing.identifier}", after=fields(thing))
    return thing


def change(
    noun: type[T],
    identifier: str,
    wanted: Mapping[str, str],
    actor: Actor,
    version: int,
    before: Mapping[str, str] | None = None,
) -> T:
    """Set the fields that are ``wanted`` otherwise; the editions that show it follow.

    Raises NotFound, Invalid (no name, coordinates that are none), Conflict for a collection's name that
    another has, and settling.Differs when somebody else changed the same fields.
    """
    require(actor, Action.DESCRIBE)
    thing = find(noun, identifier)
    settling.locked(thing)
    was = fields(thing)
    changed = settling.settle(was, thing.version, version, wanted, before, _shown)
    if not changed:
        return thing
    _check(thing, was | changed)
    at_once = _is_kept(thing)
    spoken: list[str] = masking.forms(thing) if at_once and isinstance(thing, Person) else []
    for name, value in changed.items():
        _set(thing, name, value, actor)
    if isinstance(thing, Person):
        _keep_veiled(thing, spoken)
    flag_modified(thing, FIELDS[noun][0])  # a name more or less is a change of it, too
    session().flush()
    now = fields(thing)
    kind = noun.__tablename__
    auditing.note(
        actor,
        f"{kind}.change",
        f"{kind}:{thing.identifier}",
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )
    for testimony in testimonies(thing):
        if at_once or _is_kept(thing):
            publishing.republish(testimony)
        else:
            enqueue("republish", testimony=testimony)
    return thing


def _is_kept(thing: Thing) -> bool:
    """Whether readers must not know its name: its editions then follow at once."""
    if isinstance(thing, Event):
        return not thing.is_published
    return isinstance(thing, Person) and thing.is_veiled


def _keep_veiled(person: Person, before: Sequence[str]) -> None:
    """A name that was corrected may still stand in what was said: a veil goes on covering it.

    Raises Invalid for a name that the public one says a part of.
    """
    if not before:
        return
    now = masking.forms(person)
    if lost := [form for form in before if form not in now]:
        person.spoken = [*(person.spoken or ()), *lost]
    kept = (form for form in now if form not in before and fold(form) != fold(person.veil))
    if masking.tells(person.veil, kept):
        raise Invalid("The public name says a part of the name that is to be kept. Choose another.")


def found_or_made(noun: type[N], meant: str, invented: bool, actor: Actor) -> N | None:
    """What ``choosing.meant`` answered: the one found, one made now, or none. Raises NotFound."""
    if meant.startswith(choosing.NEW):
        return make(noun, {"name": meant.removeprefix(choosing.NEW)}, actor, invented=invented)
    return find(noun, meant) if meant else None


def testimonies(thing: Thing) -> list[str]:
    """The identifiers of all testimonies that show a thing."""
    if isinstance(thing, Person | Place):
        return merging.testimonies(thing)
    if isinstance(thing, Event):
        told = select(TestimonyEvent.testimony_id).where(TestimonyEvent.event_id == thing.id)
        shown = select(Testimony.identifier).where(Testimony.id.in_(told))
    else:
        shown = select(Testimony.identifier).where(Testimony.collection_id == thing.id)
    return list(session().scalars(shown.order_by(Testimony.id)))


def _said(thing: Thing, name: str) -> str:
    if name == "variants" and isinstance(thing, Person | Place):
        return "\n".join(held.form for held in thing.names)
    if name == "place" and isinstance(thing, Event):
        return thing.place.identifier if thing.place else ""
    value = getattr(thing, name)
    if name == "date":
        return str(value.words) if value else ""
    if isinstance(value, bool):
        return "1" if value else ""
    return f"{value:.10g}" if isinstance(value, float) else str(value or "")


def _shown(field: str, value: str) -> str:
    return choosing.shown(Place, value) if field == "place" else ""


def _set(thing: Thing, name: str, value: str, actor: Actor) -> None:
    if name == "variants" and isinstance(thing, Person | Place):
        _rename(thing, [" ".join(line.split()) for line in value.split("\n")])
    elif name in _DEGREES:
        setattr(thing, name, _degrees(name, value))
    elif name == "place" and isinstance(thing, Event):
        thing.place = found_or_made(Place, value, thing.invented, actor)
    elif name == "date":
        setattr(thing, name, dates.from_words(value))
    elif name == "is_published":
        setattr(thing, name, bool(value))
    else:
        setattr(thing, name, value)


def _rename(thing: Person | Place, forms: list[str]) -> None:
    """Know it by these other names; those that stay keep their rows."""
    wanted = [form for form in dict.fromkeys(forms) if form and form != thing.name]
    kind: type[Any] = PersonName if isinstance(thing, Person) else PlaceName
    held: dict[str, Any] = {name.form: name for name in thing.names}
    thing.names[:] = [held.get(form) or kind(form=form) for form in wanted]


def _check(thing: Thing, wanted: Mapping[str, str]) -> None:
    first = FIELDS[type(thing)][0]
    if not wanted.get(first, "").strip():
        raise Invalid("It must have a name.")
    for name in _DEGREES:
        _degrees(name, wanted.get(name, ""))
    if bool(wanted.get("latitude")) != bool(wanted.get("longitude")):
        raise Invalid("A place on the map needs both coordinates, or none.")
    if isinstance(thing, Collection):
        same = session().scalar(select(Collection).filter_by(name=wanted["name"]))
        if same is not None and same is not thing:
            raise Conflict("Another collection has this name.")


def _degrees(name: str, value: str) -> float | None:
    """Degrees of a coordinate, WGS 84. Raises Invalid."""
    if not value:
        return None
    try:
        degrees = float(value.replace(",", "."))
    except ValueError:
        raise Invalid("Coordinates are written in degrees, such as 39.9111 and 46.7892.") from None
    if not -_DEGREES[name] <= degrees <= _DEGREES[name]:
        raise Invalid("A latitude lies between -90 and 90 degrees, a longitude between -180 and 180.")
    return degrees


PER_PAGE = 50  # things in a list


def listing(noun: type[T], words: str, page: int) -> tuple[list[T], int, int]:
    """One page of the things of a kind whose names hold the words, by name; their number, and of pages.

    Who was merged is found under those that stand for them. Raises NotFound beyond the end.
    """
    first = getattr(noun, FIELDS[noun][0])
    names: dict[int, list[str]] = {}
    for number, name in session().execute(select(noun.id, first)):
        names.setdefault(number, []).append(name)
    stands: dict[int, int | None] = {}
    if issubclass(noun, Person | Place):
        forms = select(PersonName.person_id, PersonName.form)
        if noun is Place:
            forms = select(PlaceName.place_id, PlaceName.form)
        for number, form in session().execute(forms):
            names[number].append(form)
        stands = {row[0]: row[1] for row in session().execute(select(noun.id, noun.merged_into_id))}
    asked = fold(words)
    found = {_root(n, stands) for n, forms in names.items() if any(asked in fold(form) for form in forms)}
    order = sorted(found, key=lambda number: (fold(names[number][0]), number))
    pages = max(1, -(-len(order) // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("There is no such page.")
    shown = order[(page - 1) * PER_PAGE : page * PER_PAGE]
    held = {thing.id: thing for thing in session().scalars(select(noun).where(noun.id.in_(shown)))}
    return [held[number] for number in shown], len(order), pages


def _root(number: int, stands: Mapping[int, int | None]) -> int:
    while into := stands.get(number):
        number = into
    return number


def used(thing: Thing, page: int) -> tuple[list[tuple[str, str]], int, int]:
    """One page of the testimonies that show a thing (identifier, title), their number, and of pages."""
    identifiers = testimonies(thing)
    pages = max(1, -(-len(identifiers) // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("There is no such page.")
    shown = identifiers[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = session().execute(
        select(Testimony.identifier, Testimony.title)
        .where(Testimony.identifier.in_(shown))
        .order_by(Testimony.id)
    )
    return [(identifier, title) for identifier, title in rows], len(identifiers), pages
