"""SKOS vocabularies, read from Turtle, RDF/XML, JSON-LD or CSV: labels, relations, and whatever else is said.

Nothing is ever fetched: a context, an entity or an import that lies elsewhere is refused. What of a file
is a label or a relation between its own terms is told apart; every other statement is carried as it came,
so that a file that was taken in can be written again with exactly the same statements.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, BinaryIO
from xml.parsers import expat

import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.store import Store

from app.errors import Invalid
from app.formats import skos_csv
from app.formats.skos_shape import (
    CONCEPT,
    IN_SCHEME,
    LABELS,
    RELATIONS,
    SCHEME,
    SKOS,
    TITLES,
    TYPE,
    Concept,
    Label,
    Loaded,
    Loose,
    Relation,
    Said,
)

# "01" as a number must come out again as "01", not as "1".
rdflib.NORMALIZE_LITERALS = False

LARGEST = 512 * 2**20  # bytes of a vocabulary; 68,000 terms in seven languages are about 60 MiB
NOWHERE = "x-relative://nowhere/"  # what addresses are held against that are not whole
DEEPEST = 200  # elements within one another in RDF/XML
TOLD = 5000  # statements read between two words about progress
OF_A_TERM = frozenset(
    [*LABELS, *RELATIONS, IN_SCHEME, SKOS + "topConceptOf", SKOS + "notation", SKOS + "definition"]
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]*")
_BAD = re.compile("[\0\ud800-\udfff]")

Tell = Callable[[int], None]


def load(stream: BinaryIO, name: str, tell: Tell = lambda count: None) -> Loaded:
    """The vocabulary in a file; ``tell`` hears how many statements were read so far.

    Raises Invalid with what is wrong, for a file that reaches for another, and for one without terms.
    """
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Invalid(f"The vocabulary is larger than {LARGEST // 2**20} MiB.")
    kind = detect(name, data[:4096])
    if kind == "csv":
        return _sorted_out(skos_csv.load(data))
    heap = _Heap(tell)
    try:
        READERS[kind](data, heap)
    except Invalid:
        raise
    except RecursionError:
        raise Invalid("The vocabulary cannot be read: it is nested too deep.") from None
    except Exception as error:  # rdflib's parsers raise whatever they stumble over
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise Invalid(f"The vocabulary cannot be read: {said}") from None
    return _sorted_out(heap.said)


def detect(name: str, head: bytes) -> str:
    """``turtle``, ``rdfxml``, ``jsonld`` or ``csv``, by the name and the first bytes of a file."""
    low = name.lower()
    for ending, kind in _ENDINGS.items():
        if low.endswith(ending):
            return kind
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith((b"<?xml", b"<rdf:RDF", b"<!--", b"<!DOCTYPE")):
        return "rdfxml"
    return "jsonld" if begins.startswith((b"{", b"[")) else "turtle"


_ENDINGS = {
    **dict.fromkeys((".ttl", ".nt", ".n3", ".turtle"), "turtle"),
    **dict.fromkeys((".rdf", ".xml", ".owl", ".skos"), "rdfxml"),
    **dict.fromkeys((".jsonld", ".json"), "jsonld"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
}


class _Heap(Store):  # type: ignore[misc, unused-ignore]
    """Where rdflib's parsers put what they read: by subject, small, and in no index."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.said: dict[str, dict[Said, None]] = {}
        self.tell, self.count = tell, 0
        self._known: dict[str, str] = {}  # each address once in memory
        self._blanks: dict[str, str] = {}

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:
        """One statement. Raises Invalid for what no database or format could carry."""
        subject, predicate, value = triple
        self.count += 1
        if not self.count % TOLD:
            self.tell(self.count)
        self.said.setdefault(self._name(subject), {})[self._what(self._name(predicate), value)] = None

    def _what(self, predicate: str, value: Any) -> Said:
        if not isinstance(value, Literal):
            return Said(predicate, "blank" if isinstance(value, BNode) else "uri", self._name(value))
        words = str(value)
        if _BAD.search(words):
            raise Invalid("The vocabulary holds a character that no text can hold (NUL, or half of one).")
        datatype = self._name(value.datatype) if value.datatype else ""
        language = value.language or ""
        return Said(predicate, "literal", words, self._known.setdefault(language, language), datatype)

    def _name(self, node: Any) -> str:
        text = str(node)
        if isinstance(node, BNode):
            return self._blanks.setdefault(text, f"_:b{len(self._blanks)}")
        known = self._known.get(text)
        if known is None:
            if not _ADDRESS.fullmatch(text) or text.startswith(NOWHERE):
                raise Invalid(
                    f"This is no full address: {text.removeprefix(NOWHERE)[:100]!r}. "
                    "A vocabulary needs whole ones, such as http://example.org/1."
                )
            known = self._known[text] = text
        return known

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Prefixes are only ways of writing."""

    def namespace(self, prefix: str) -> URIRef | None:
        """None are kept."""
        return None

    def prefix(self, namespace: URIRef) -> str | None:
        """None are kept."""
        return None

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """None are kept."""
        return iter(())


def _parse(data: bytes, heap: _Heap, kind: str) -> None:
    Graph(store=heap, bind_namespaces="none").parse(BytesIO(data), publicID=NOWHERE, format=kind)


def _turtle(data: bytes, heap: _Heap) -> None:
    _parse(data.removeprefix(b"\xef\xbb\xbf"), heap, "turtle")


def _rdfxml(data: bytes, heap: _Heap) -> None:
    """RDF/XML, looked through first for whatever could reach out or swell up."""
    _examine(data)
    _parse(data, heap, "xml")


def _examine(data: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def refuse(*_: object) -> None:
        raise Invalid("A document type (DOCTYPE) is not accepted: it can reach files and exhaust memory.")

    def begin(name: str, _: object) -> None:
        nonlocal depth
        if not depth and name != "http://www.w3.org/1999/02/22-rdf-syntax-ns# RDF":
            raise Invalid("This is no RDF/XML: it does not begin with <rdf:RDF>.")
        depth += 1
        if depth > DEEPEST:
            raise Invalid("The vocabulary cannot be read: it is nested too deep.")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Invalid(f"The vocabulary is no well-formed XML: {error}.") from None


def _jsonld(data: bytes, heap: _Heap) -> None:
    try:
        held = json.loads(data)
    except ValueError as error:
        raise Invalid(f"The vocabulary is no JSON: {error}.") from None
    _refuse_remote(held)
    to_rdf(held, Graph(store=heap, bind_namespaces="none"), NOWHERE)


def _refuse_remote(held: Any) -> None:
    """Raises Invalid for a context that would have to be fetched; an archive asks nobody."""
    waiting = [held]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        if not isinstance(one, dict):
            continue
        contexts = one.get("@context")
        for context in contexts if isinstance(contexts, list) else [contexts]:
            if isinstance(context, str) or (isinstance(context, dict) and "@import" in context):
                raise Invalid(
                    "The vocabulary names a context elsewhere, which is not fetched. "
                    "Write the context into the file itself."
                )
        waiting += one.values()


READERS: dict[str, Callable[[bytes, _Heap], None]] = {
    "turtle": _turtle,
    "rdfxml": _rdfxml,
    "jsonld": _jsonld,
}


def _sorted_out(said: dict[str, dict[Said, None]]) -> Loaded:
    """Terms apart from what is said of anything else."""
    terms = {subject for subject, things in said.items() if _is_term(subject, things)}
    if not terms:
        raise Invalid("There is no term (skos:Concept) in this file.")
    spoken = Counter(
        thing.language
        for subject in terms
        for thing in said[subject]
        if LABELS.get(thing.predicate) == "preferred" and thing.kind == "literal"
    )
    language = max(spoken, key=lambda code: (spoken[code], code == "en"), default="")
    scheme = _scheme(said, terms)
    others = [Loose(s, thing) for s in said if s not in terms for thing in said[s]]
    title = _title(said.get(scheme, {}), language)
    count = len(terms)

    def concepts() -> Iterator[Concept]:
        for subject in list(said):
            things = said.pop(subject)
            if subject in terms:
                yield _concept(subject, things, terms)

    return Loaded(scheme, title, language, count, concepts(), others)


def _is_term(subject: str, things: dict[Said, None]) -> bool:
    if subject.startswith("_:"):
        return False
    kinds = {thing.value for thing in things if thing.predicate == TYPE}
    if CONCEPT in kinds:
        return True
    return not kinds and any(thing.predicate in OF_A_TERM for thing in things)


def _concept(uri: str, things: dict[Said, None], terms: set[str]) -> Concept:
    labels, relations, statements = [], [], []
    for thing in things:
        if thing.predicate in LABELS and thing.kind == "literal" and not thing.datatype:
            labels.append(Label(LABELS[thing.predicate], thing.language, thing.value))
        elif thing.predicate in RELATIONS and thing.kind == "uri" and thing.value in terms:
            relations.append(Relation(RELATIONS[thing.predicate], thing.value))
        else:
            statements.append(thing)
    return Concept(uri, tuple(labels), tuple(relations), tuple(statements))


def _scheme(said: dict[str, dict[Said, None]], terms: set[str]) -> str:
    """The scheme that most terms are in; where none says so, the one that is described."""
    used = Counter(
        thing.value
        for subject in terms
        for thing in said[subject]
        if thing.predicate == IN_SCHEME and thing.kind == "uri"
    )
    if used:
        return min(used, key=lambda uri: (-used[uri], uri))
    described = (s for s, things in said.items() if Said(TYPE, "uri", SCHEME) in things and s[:2] != "_:")
    return min(described, default="")


def _title(things: dict[Said, None], language: str) -> str:
    """What the scheme is called, in the terms' main language where it is."""
    names = [
        (TITLES.index(thing.predicate), thing.language != language, thing.language != "en", thing.value)
        for thing in things
        if thing.predicate in TITLES and thing.kind == "literal"
    ]
    return min(names)[3].strip() if names else ""
