"""What a vocabulary is made of while it travels: terms with labels and relations, and what else is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCTERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE, CONCEPT, SCHEME = RDF + "type", SKOS + "Concept", SKOS + "ConceptScheme"
IN_SCHEME, SCOPE_NOTE = SKOS + "inScheme", SKOS + "scopeNote"
LABELS = {
    SKOS + "prefLabel": "preferred",
    SKOS + "altLabel": "alternative",
    SKOS + "hiddenLabel": "hidden",
}
RELATIONS = {SKOS + kind: kind for kind in ("broader", "narrower", "related")}
TITLES = (
    SKOS + "prefLabel",
    DCTERMS + "title",
    "http://purl.org/dc/elements/1.1/title",
    "http://www.w3.org/2000/01/rdf-schema#label",
)


class Said(NamedTuple):
    """What is said of a subject: a predicate, and a value that is a ``uri``, ``blank`` or ``literal``."""

    predicate: str
    kind: str
    value: str
    language: str = ""
    datatype: str = ""


class Loose(NamedTuple):
    """A statement about what is no term."""

    subject: str
    said: Said


class Label(NamedTuple):
    """A label: ``preferred``, ``alternative`` or ``hidden``, in one language or none."""

    kind: str
    language: str
    text: str


class Relation(NamedTuple):
    """``broader``, ``narrower`` or ``related``, and the address of the other term."""

    kind: str
    other: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A term as it was stated."""

    uri: str
    labels: tuple[Label, ...]
    relations: tuple[Relation, ...]
    statements: tuple[Said, ...]

    def main_label(self, language: str) -> str:
        """What it is called: in the main language, else in another, else by the end of its address."""
        kinds = ("preferred", "alternative", "hidden")
        ranked = sorted(
            self.labels,
            key=lambda one: (kinds.index(one.kind), one.language != language, one.language != "", one),
        )
        tail = self.uri.rstrip("/#").replace("#", "/").rpartition("/")[2] or self.uri
        return next((one.text.strip() for one in ranked if one.text.strip()), tail)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A vocabulary as it was read. ``concepts`` can be walked through once."""

    scheme: str  # its address, or nothing
    title: str
    language: str
    count: int
    concepts: Iterator[Concept]
    others: list[Loose]
