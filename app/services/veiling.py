"""Veil a person: every name of theirs gives way to a public one, wherever readers could meet it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    Audience,
    AuditEntry,
    Claim,
    Edition,
    EditionPart,
    Event,
    Evidence,
    Mention,
    Participation,
    Passage,
    Person,
    PersonName,
    Testimony,
)
from app.policy import Action, Actor, require
from app.services import auditing, linking, masking, publishing, settling

EXAMPLES = 3  # places shown for each testimony
AROUND = 60  # characters on each side of a name that is shown
PART = 3  # letters of a part of a name that is offered as a way it is spoken
BATCH = 100  # testimonies looked through at a time


@dataclass(frozen=True, slots=True)
class Example:
    """A place where a name stands: what is there, and what readers would be given."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A testimony in which the forms of a name stand. ``takes_part``: the person is part of its record."""

    testimony: str
    title: str
    count: int
    examples: tuple[Example, ...]
    takes_part: bool
    has_sound: bool  # a recording of it would be withheld from readers


@dataclass(frozen=True, slots=True)
class Veiling:
    """A person before the veil, or under it: their names, and where they are met."""

    identifier: str
    name: str
    version: int
    public_name: str  # empty while there is no veil
    wanted: str  # the public name looked at
    names: tuple[str, ...]  # always veiled
    spoken: tuple[str, ...]  # veiled besides
    found: tuple[Found, ...] = ()


def look(
    person_id: str, public_name: str = "", spoken: Iterable[str] | None = None, *, scan: bool = True
) -> Veiling:
    """What a veil of this public name and these forms would do; ``scan`` looks where they stand.

    Where the forms spoken are not said and there is no veil yet, the parts of the names are taken for them.
    Raises NotFound.
    """
    person = find(person_id)
    names = _names(person)
    parts = {part for form in names for part in form.split() if len(part) >= PART and len(form.split()) > 1}
    if spoken is not None:
        kept = tuple(_forms(spoken))
    elif person.veil:
        kept = tuple(dict.fromkeys(str(form) for one in person.everyone for form in one.spoken or ()))
    else:
        kept = tuple(sorted(parts))
    public = public_name.strip() or person.veil or _initials(person.name)
    forms = dict.fromkeys((*names, *kept), public)
    return Veiling(
        identifier=person.identifier,
        name=person.name,
        version=person.version,
        public_name=person.veil,
        wanted=public,
        names=tuple(names),
        spoken=kept,
        found=tuple(spoken_in(person, forms)) if scan else (),
    )


def veil(
    person_id: str,
    public_name: str,
    spoken: Iterable[str],
    actor: Actor,
    *,
    also_in: Sequence[str] = (),
    read: int | None = None,
) -> Person:
    """Give a person a public name, for all forms of their names and those in which they are ``spoken``.

    ``also_in``: testimonies in which they are spoken of and that do not say so yet. Raises NotFound,
    Invalid for a public name that would say the kept one, Conflict when somebody changed the person.
    """
    require(actor, Action.WITHHOLD)
    person = find(person_id)
    public, said = public_name.strip(), _forms(spoken)
    _check(person, public, said)
    if read is not None and settling.locked(person) != read:
        raise Conflict("Somebody else has changed this person since you opened the page. Look again.")
    before = {"public_name": person.public_name, "spoken": list(person.spoken or ())}
    for one in person.everyone:  # each keeps the veil, also when a merging is undone
        one.public_name, one.spoken = public, list(said)
    session().flush()
    added = _mention(person, also_in)
    auditing.note(
        actor,
        "person.veil",
        f"person:{person.identifier}",
        before=before,
        after={"public_name": public, "spoken": said},
        mentioned_in=added,
    )
    _republish(person)
    return person


def unveil(person_id: str, actor: Actor) -> Person:
    """Take a veil away; where it alone made the person be mentioned, they no longer are.

    Raises NotFound, and Conflict when there is no veil.
    """
    require(actor, Action.WITHHOLD)
    person = find(person_id)
    if not person.veil:
        raise Conflict("This person is not veiled.")
    group = person.everyone
    spoken = list(dict.fromkeys(form for one in group for form in one.spoken or ()))
    before = {"public_name": person.veil, "spoken": spoken}
    told = _testimonies(person)
    for one in group:
        one.public_name, one.spoken = "", []
    for testimony in told:
        if testimony.identifier in _added(person):
            testimony.mentions[:] = [m for m in testimony.mentions if m.person_id != person.id]
    session().flush()
    auditing.note(actor, "person.unveil", f"person:{person.identifier}", before=before)
    for testimony in told:
        publishing.publish(testimony)
    return person


def named_in(testimony_id: str, name: str, actor: Actor) -> Person:
    """The person whom this testimony calls so: one who is known there, or anywhere, or somebody new.

    Raises NotFound for the testimony, Invalid without a name.
    """
    require(actor, Action.WITHHOLD)
    testimony, said = linking.find(testimony_id), name.strip()
    if not said:
        raise Invalid("Write the name, or choose the person.")
    here = [p.person for p in testimony.participations] + [m.person for m in testimony.mentions]
    wanted = masking.tokens(said)
    for person in here:
        if any(masking.tokens(form) == wanted for form in masking.forms(person)):
            return person.in_use
    known = select(Person).outerjoin(PersonName).where(or_(Person.name == said, PersonName.form == said))
    found = session().scalars(known.order_by(Person.id).limit(1)).first()
    if found is None:
        found = Person(name=said, invented=testimony.invented)
        session().add(found)
        session().flush()
        auditing.note(
            actor,
            "person.make",
            f"person:{found.identifier}",
            testimony=testimony.identifier,
            name=said,
        )
    return found.in_use


def spoken_in(person: Person, veils: masking.Veils) -> Iterator[Found]:
    """The testimonies in whose words these forms stand, of those the archive holds, closed ones included.

    Every staff edition is looked through: an index could miss an ending.
    """
    own = {testimony.id for testimony in _testimonies(person)}
    after = 0
    while True:
        batch = (
            session()
            .scalars(
                select(Edition)
                .where(Edition.audience == Audience.STAFF, Edition.testimony_id > after)
                .order_by(Edition.testimony_id)
                .limit(BATCH)
            )
            .all()
        )
        if not batch:
            return
        for edition in batch:
            after = edition.testimony_id
            texts = _texts(edition)
            joined = "\x1f".join(texts)
            count = masking.occurs(joined, veils)
            if count or edition.testimony_id in own:
                sounds = any(m.get("kind") in ("audio", "video") for m in edition.head.get("media", ()))
                yield Found(
                    edition.head["identifier"],
                    edition.head["title"],
                    count,
                    tuple(_examples(texts, veils)),
                    edition.testimony_id in own,
                    sounds,
                )


def of(testimony: Testimony) -> list[Person]:
    """The people who are veiled in a testimony."""
    people = [p.person for p in testimony.participations] + [m.person for m in testimony.mentions]
    return list(dict.fromkeys(person.in_use for person in people if person.is_veiled))


def find(person_id: str) -> Person:
    """The person of this identifier, or the one that stands for them. Raises NotFound."""
    person = session().scalar(select(Person).filter_by(identifier=person_id))
    if person is None:
        raise NotFound(f"There is no person {person_id}.")
    return person.in_use


def _check(person: Person, public: str, spoken: list[str]) -> None:
    """A public name that holds a word of a kept one would say it."""
    if not public:
        raise Invalid("Write the name that readers are given, or initials.")
    if masking.tells(public, (*_names(person), *spoken)):
        raise Invalid("The public name says a part of the name that is to be kept. Choose another.")


def _names(person: Person) -> list[str]:
    spoken = {str(form) for one in person.everyone for form in one.spoken or ()}
    return [form for form in masking.forms(person) if form not in spoken or form == person.name]


def _forms(said: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(form.strip() for form in said if masking.tokens(form)))


def _initials(name: str) -> str:
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())


def _mention(person: Person, identifiers: Sequence[str]) -> list[str]:
    """Say that the person is spoken of in these testimonies; returns those that did not say so before."""
    own = {testimony.id for testimony in _testimonies(person)}
    wanted = session().scalars(select(Testimony).where(Testimony.identifier.in_(list(identifiers))))
    added = [testimony for testimony in wanted if testimony.id not in own]
    for testimony in added:
        testimony.mentions.append(Mention(testimony_id=testimony.id, person_id=person.id))
    session().flush()
    return [testimony.identifier for testimony in added]


def _added(person: Person) -> set[str]:
    """The testimonies that mention the person only since they were veiled."""
    entries = session().scalars(
        select(AuditEntry)
        .where(
            AuditEntry.target == f"person:{person.identifier}",
            AuditEntry.action.in_(("person.veil", "person.unveil")),
        )
        .order_by(AuditEntry.id.desc())
    )
    added: set[str] = set()
    for entry in entries:
        if entry.action == "person.unveil":
            break
        added |= set(entry.details.get("mentioned_in", ()))
    return added


def _testimonies(person: Person) -> list[Testimony]:
    """Where the person, or one found to be the same, takes part or is spoken of."""
    ids = [one.id for one in person.everyone]
    parts = select(Participation.testimony_id).where(Participation.person_id.in_(ids))
    mentions = select(Mention.testimony_id).where(Mention.person_id.in_(ids))
    held = select(Testimony).where(or_(Testimony.id.in_(parts), Testimony.id.in_(mentions)))
    return list(session().scalars(held.order_by(Testimony.id)))


def _republish(person: Person) -> None:
    """Write anew whatever shows the person, or a link, a claim or an event that says a name."""
    veils = masking.of([person])
    claims = [c.id for c in session().scalars(select(Claim)) if masking.occurs(c.text, veils)]
    links = [
        link.id
        for link in session().scalars(select(Evidence))
        if any(masking.occurs(said, veils) for said in (link.heard_from, link.note, link.figure.words))
    ]
    events = [e for e in session().scalars(select(Event)) if masking.occurs(e.title, veils)]
    told = select(Testimony).where(
        or_(
            Testimony.id.in_(
                select(Passage.testimony_id)
                .join(Evidence, Evidence.passage_id == Passage.id)
                .where(or_(Evidence.claim_id.in_(claims), Evidence.id.in_(links)))
            ),
            Testimony.events.any(Event.id.in_([event.id for event in events])),
        )
    )
    for testimony in dict.fromkeys([*_testimonies(person), *session().scalars(told)]):
        publishing.publish(testimony)


def _texts(edition: Edition) -> list[str]:
    """Everything that an edition says: its lines first, then its head."""
    parts = session().scalars(
        select(EditionPart.lines).where(EditionPart.edition_id == edition.id).order_by(EditionPart.number)
    )
    lines = [line for part in parts for line in part]
    speakers = {line.get("speaker", "") for line in lines}
    head = {name: held for name, held in edition.head.items() if name not in ("tags", "collection_ref")}
    return [line.get("text", "") for line in lines] + sorted(speakers) + list(_strings(head))


def _strings(held: Any) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for name, value in held.items():
            if name not in ("ref", "identifier", "key", "claim"):
                yield from _strings(value)
    elif isinstance(held, list):
        for value in held:
            yield from _strings(value)


def _examples(texts: Sequence[str], veils: masking.Veils) -> Iterator[Example]:
    shown = 0
    for text in texts:
        if shown < EXAMPLES and (place := masking.first(text, veils)) is not None:
            shown += 1
            start, end = max(0, place[0] - AROUND), place[1] + AROUND
            piece = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
            yield Example(piece, masking.veiled(piece, veils))
