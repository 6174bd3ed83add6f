"""What is stated of terms: as it is kept here, as files say it, and whom a change concerns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.db import session
from app.formats.skos_shape import (
    CONCEPT,
    DCTERMS,
    IN_SCHEME,
    SCHEME,
    TYPE,
    XSD,
    Concept,
    Label,
    Relation,
    Said,
)
from app.models import Statement, Tagging, Term, TermLabel, TermRelation, Testimony
from app.queue import enqueue

OWN_TERM, OWN_SCHEME = "urn:x-archive:term:", "urn:x-archive:vocabulary:"
TOGETHER = 500  # terms asked for at once


@dataclass
class Held:
    """A term as it is kept."""

    identifier: str
    label: str
    uri: str
    version: int
    merged_into: str  # the address of the term that stands for it
    labels: list[Label] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)

    @property
    def address(self) -> str:
        """How files call it."""
        return self.uri or OWN_TERM + self.identifier


def address(term: Term) -> str:
    """How files call a term: by the address it came with, or by one made from its identifier."""
    return term.uri or OWN_TERM + term.identifier


def held(numbers: Sequence[int]) -> dict[int, Held]:
    """Terms with everything that is stated of them, by number."""
    found: dict[int, Held] = {}
    for start in range(0, len(numbers), TOGETHER):
        found |= _held(numbers[start : start + TOGETHER])
    return found


def _held(numbers: Sequence[int]) -> dict[int, Held]:
    terms = list(session().scalars(select(Term).where(Term.id.in_(numbers)).order_by(Term.id)))
    found = {
        term.id: Held(
            term.identifier,
            term.label,
            term.uri,
            term.version,
            address(term.in_use) if term.merged_into_id else "",
        )
        for term in terms
    }
    labels = select(TermLabel.term_id, TermLabel.kind, TermLabel.language, TermLabel.label)
    for number, kind, language, text in session().execute(
        labels.where(TermLabel.term_id.in_(numbers)).order_by(TermLabel.id)
    ):
        found[number].labels.append(Label(kind.value, language, text))
    relations = select(TermRelation.term_id, TermRelation.kind, Term.uri, Term.identifier)
    for number, relation, uri, identifier in session().execute(
        relations.join(Term, Term.id == TermRelation.other_id)
        .where(TermRelation.term_id.in_(numbers))
        .order_by(TermRelation.id)
    ):
        found[number].relations.append(Relation(relation.value, uri or OWN_TERM + identifier))
    vocabularies = {term.vocabulary_id for term in terms}
    by_address = {(term.vocabulary_id, address(term)): term.id for term in terms}
    for row in session().scalars(
        select(Statement)
        .where(Statement.vocabulary_id.in_(vocabularies), Statement.subject.in_([a for _, a in by_address]))
        .order_by(Statement.id)
    ):
        if (row.vocabulary_id, row.subject) in by_address:
            said = Said(row.predicate, row.kind, row.value, row.language, row.datatype)
            found[by_address[row.vocabulary_id, row.subject]].statements.append(said)
    for one in found.values():
        if not one.uri and not any(label.kind == "preferred" for label in one.labels):
            one.labels.insert(0, Label("preferred", "", one.label))
    return found


def same(before: Held, concept: Concept) -> bool:
    """Whether a file says of a term what is known already; names of blank nodes mean nothing."""
    blind = [Counter(_nameless(one) for one in said) for said in (before.statements, concept.statements)]
    return (
        before.address == concept.uri
        and set(before.labels) == set(concept.labels)
        and {one for one in before.relations if not one.other.startswith(OWN_TERM)}
        == {one for one in concept.relations if not one.other.startswith(OWN_TERM)}
        and blind[0] == blind[1]
    )


def _nameless(said: Said) -> Said:
    return said._replace(value="") if said.kind == "blank" else said


def written(numbers: Sequence[int], scheme_address: str) -> Iterator[Concept]:
    """Terms as a file says them. Those made here belong to the scheme; merged ones say what replaces them."""
    for one in held(numbers).values():
        more: tuple[Said, ...] = ()
        if not one.uri:
            more += (Said(TYPE, "uri", CONCEPT), Said(IN_SCHEME, "uri", scheme_address))
        if one.merged_into:
            more += merging(one.merged_into)
        said = tuple(dict.fromkeys((*more, *one.statements)))
        yield Concept(one.address, tuple(one.labels), tuple(one.relations), said)


def merging(into: str) -> tuple[Said, Said]:
    """What a file says of a term that was merged into another."""
    return (
        Said("http://www.w3.org/2002/07/owl#deprecated", "literal", "true", "", XSD + "boolean"),
        Said(DCTERMS + "isReplacedBy", "uri", into),
    )


def scheme(name: str) -> tuple[Said, Said]:
    """What a file says of a vocabulary that was made here."""
    return Said(TYPE, "uri", SCHEME), Said(DCTERMS + "title", "literal", name)


def standing_for(numbers: Iterable[int]) -> set[int]:
    """These terms and all that were merged into them, whether at once or by way of another."""
    found = fresh = set(numbers)
    while fresh:
        fresh = set(session().scalars(select(Term.id).where(Term.merged_into_id.in_(fresh)))) - found
        found = found | fresh
    return found


def republish(numbers: Iterable[int]) -> int:
    """Have the testimonies that use these terms published anew. Returns how many they are."""
    concerned = standing_for(numbers)
    if not concerned:
        return 0
    session().flush()
    identifiers = session().scalars(
        select(Testimony.identifier)
        .join(Tagging, Tagging.testimony_id == Testimony.id)
        .where(Tagging.term_id.in_(concerned))
        .distinct()
        .order_by(Testimony.identifier)
    )
    found = list(identifiers)
    for identifier in found:
        enqueue("republish", testimony=identifier)
    return len(found)
