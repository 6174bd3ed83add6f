"""SKOS vocabularies written as Turtle, RDF/XML or JSON-LD, one subject after another: never all in memory."""

import json
import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from app.errors import Invalid
from app.formats.skos_shape import DCTERMS, LABELS, RDF, RELATIONS, SKOS, TYPE, XSD, Concept, Loose, Said

PREFIXES = {
    "skos": SKOS,
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dcterms": DCTERMS,
    "xsd": XSD,
}
_KINDS = {kind: predicate for predicate, kind in (LABELS | RELATIONS).items()}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LAST_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*$")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})

Subject = tuple[str, list[Said]]


def subjects(concepts: Iterable[Concept], others: Iterable[Loose]) -> Iterator[Subject]:
    """Everything that is said, subject by subject."""
    held: Subject | None = None
    for subject, said in others:
        if held and held[0] == subject:
            held[1].append(said)
        else:
            if held:
                yield held
            held = (subject, [said])
    if held:
        yield held
    for concept in concepts:
        yield (
            concept.uri,
            [
                *(Said(_KINDS[one.kind], "literal", one.text, one.language) for one in concept.labels),
                *(Said(_KINDS[one.kind], "uri", one.other) for one in concept.relations),
                *concept.statements,
            ],
        )


def turtle(held: Iterable[Subject]) -> Iterator[str]:
    """Turtle."""
    for prefix, namespace in PREFIXES.items():
        yield f"@prefix {prefix}: <{namespace}> .\n"
    for subject, said in held:
        if said:
            things = " ;\n    ".join(f"{_short(one.predicate)} {_value(one)}" for one in said)
            yield f"\n{_node(subject)} {things} .\n"


def _node(name: str) -> str:
    return name if name.startswith("_:") else f"<{name}>"


def _short(uri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if uri.startswith(namespace) and _PLAIN.fullmatch(uri[len(namespace) :]):
            return f"{prefix}:{uri[len(namespace) :]}"
    return f"<{uri}>"


def _value(said: Said) -> str:
    if said.kind != "literal":
        return said.value if said.kind == "blank" else _short(said.value)
    quoted = f'"{said.value.translate(_ESCAPES)}"'
    if said.language:
        return f"{quoted}@{said.language}"
    return f"{quoted}^^{_short(said.datatype)}" if said.datatype else quoted


def rdfxml(held: Iterable[Subject]) -> Iterator[str]:
    """RDF/XML. Raises Invalid for a predicate that XML has no name for (see ``has_name``)."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for prefix, namespace in PREFIXES.items():
        yield f"\n  xmlns:{prefix}={quoteattr(namespace)}"
    yield ">\n"
    for subject, said in held:
        if said:
            yield f"<rdf:Description {_about(subject, 'about')}>\n"
            yield "".join(_element(one) for one in said)
            yield "</rdf:Description>\n"
    yield "</rdf:RDF>\n"


def has_name(predicate: str) -> bool:
    """Whether a predicate can be written as an element of XML."""
    return _LAST_NAME.search(predicate) is not None


def _about(name: str, kind: str) -> str:
    # Names of blank nodes may hold dots and begin with digits; those of XML may not begin so.
    return f"rdf:nodeID={quoteattr('n' + name[2:])}" if name[:2] == "_:" else f"rdf:{kind}={quoteattr(name)}"


def _element(said: Said) -> str:
    found = _LAST_NAME.search(said.predicate)
    if not found:
        raise Invalid(f"RDF/XML cannot write the predicate {said.predicate}.")
    namespace, name = said.predicate[: found.start()], found[0]
    prefix = next((prefix for prefix, known in PREFIXES.items() if known == namespace), "")
    tag = f"{prefix}:{name}" if prefix else f"n:{name}"
    opened = tag if prefix else f"{tag} xmlns:n={quoteattr(namespace)}"
    if said.kind != "literal":
        return f"  <{opened} {_about(said.value, 'resource')}/>\n"
    text = escape(_NOT_XML.sub("\ufffd", said.value), {"\r": "&#13;"})
    if said.language:
        return f"  <{opened} xml:lang={quoteattr(said.language)}>{text}</{tag}>\n"
    if said.datatype:
        return f"  <{opened} rdf:datatype={quoteattr(said.datatype)}>{text}</{tag}>\n"
    return f"  <{opened}>{text}</{tag}>\n"


def jsonld(held: Iterable[Subject]) -> Iterator[str]:
    """JSON-LD in its expanded form: no context is needed to read it."""
    yield "["
    first = True
    for subject, said in held:
        if not said:
            continue
        node: dict[str, object] = {"@id": subject}
        for one in said:
            if one.predicate == TYPE and one.kind == "uri":
                _listed(node, "@type").append(one.value)
            else:
                _listed(node, one.predicate).append(_held(one))
        yield ("\n" if first else ",\n") + json.dumps(node, ensure_ascii=False)
        first = False
    yield "\n]\n"


def _listed(node: dict[str, object], key: str) -> list[object]:
    held = node.setdefault(key, [])
    assert isinstance(held, list)
    return held


def _held(said: Said) -> dict[str, str]:
    if said.kind != "literal":
        return {"@id": said.value}
    more = {"@language": said.language} if said.language else {}
    return {"@value": said.value} | more | ({"@type": said.datatype} if said.datatype else {})


WRITERS = {"turtle": turtle, "rdfxml": rdfxml, "jsonld": jsonld}
