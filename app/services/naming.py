"""Find a place or a person under every name the archive knows, and say so to the reader.

Only names that the reader's own editions and events show are used: a search must not give
away that the archive knows another name for somebody it keeps.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Select, select

from app.db import session
from app.models import Audience, Edition, EditionLink, Event, LinkKind, Person, PersonName, Place, PlaceName
from app.search.folding import fold
from app.services import weighing

LONGEST = 4  # words of a name that is looked up in a query


def variants(words: str, audience: str) -> dict[str, tuple[str, ...]]:
    """Each name in the query, folded, with the other forms it is known under."""
    asked = words.replace('"', " ").replace("(", " ").replace(")", " ").split()
    bare = [fold(word.partition(":")[2] if ":" in word else word) for word in asked]
    spoken = {" ".join(bare[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(bare) - n + 1)}
    found: dict[str, tuple[str, ...]] = {}
    for forms in _names(audience):
        folded = {fold(form): form for form in forms}
        for key in spoken & set(folded):
            others = {form for other, form in folded.items() if other != key}
            found[key] = tuple(sorted({*found.get(key, ()), *others}))
    return {key: forms for key, forms in found.items() if forms}


def said(words: str, variants: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The variants, under the words as the reader typed them."""
    typed = {fold(word.strip('"()')): word.strip('"()') for word in words.split()}
    return {typed.get(key, key): forms for key, forms in variants.items()}


def _names(audience: str) -> Iterator[set[str]]:
    """The forms of each person and place that has more than one, and that this audience may see."""
    forms: dict[tuple[str, int], set[str]] = {}
    seen_places = _linked(LinkKind.PLACE, audience).union(
        weighing.shown(Event, audience).with_only_columns(Event.place_id)
    )
    places = session().execute(
        select(Place.id, Place.name, PlaceName.form).join(PlaceName).where(Place.id.in_(seen_places))
    )
    for number, name, form in places:
        forms.setdefault(("place", number), {name}).add(form)
    people = session().execute(
        select(Person.id, Person.name, PersonName.form)
        .join(PersonName)
        .where(
            Person.id.in_(_linked(LinkKind.PERSON, audience).union(_linked(LinkKind.MENTION, audience))),
            # A veiled name is known to staff alone.
            (Person.public_name == "") | (audience == Audience.STAFF.value),
        )
    )
    for number, name, form in people:
        forms.setdefault(("person", number), {name}).add(form)
    yield from forms.values()


def _linked(kind: LinkKind, audience: str) -> Select[int]:
    return (
        select(EditionLink.target_id)
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(EditionLink.kind == kind, Edition.audience == Audience(audience))
        .distinct()
    )
