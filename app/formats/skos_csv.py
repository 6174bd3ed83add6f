"""A vocabulary as a table, for whoever works in a spreadsheet. It holds what its columns hold, no more.

Columns, in any order: ``uri`` (or ``id``), ``label@en``, ``alt@en``, ``hidden@en`` (one for each language;
without @ for none), ``broader``, ``narrower``, ``related`` (addresses or ids), ``scope note@en``,
``definition@en``, ``notation``, ``exact match``, ``close match``. Several values of one cell stand between
bars (|); a bar within a value is written \\|.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from app.errors import Invalid
from app.formats import base
from app.formats.skos_shape import CONCEPT, LABELS, RELATIONS, SKOS, TYPE, Concept, Said

OWN = "urn:x-archive:id:"  # how a term is called that only has an id
_NAMES = {
    "label": SKOS + "prefLabel",
    "preferred label": SKOS + "prefLabel",
    "alt": SKOS + "altLabel",
    "hidden": SKOS + "hiddenLabel",
    "broader": SKOS + "broader",
    "narrower": SKOS + "narrower",
    "related": SKOS + "related",
    "scope note": SKOS + "scopeNote",
    "definition": SKOS + "definition",
    "notation": SKOS + "notation",
    "exact match": SKOS + "exactMatch",
    "close match": SKOS + "closeMatch",
}
_SHOWN = {predicate: name for name, predicate in reversed(_NAMES.items())}
_LINKS = frozenset(SKOS + name for name in ("broader", "narrower", "related", "exactMatch", "closeMatch"))
_FULL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]+")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def load(data: bytes) -> dict[str, dict[Said, None]]:
    """What the table says, by subject. Raises Invalid with the line that is wrong."""
    text, _ = base.decode(data)
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=between)
    try:
        columns = [_column(name) for name in next(rows, [])]
    except csv.Error as error:
        raise Invalid(f"The table cannot be read: {error}.", 1) from None
    if not any(predicate == SKOS + "prefLabel" for predicate, _ in columns):
        raise Invalid("The table has no column for labels: call it label@en, or label.", 1)
    said: dict[str, dict[Said, None]] = {}
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                uri, things = _row(columns, row, rows.line_num)
                said.setdefault(uri, {Said(TYPE, "uri", CONCEPT): None}).update(dict.fromkeys(things))
    except csv.Error as error:
        raise Invalid(f"The table cannot be read: {error}.", rows.line_num) from None
    return said


def _column(name: str) -> tuple[str, str]:
    """The predicate and the language of a column; ("", "") for one that is not ours."""
    word, _, language = name.strip().partition("@")
    word = word.strip().lower().replace("_", " ")
    if word in ("uri", "id"):
        return "id", ""
    if language and not _TAG.fullmatch(language):
        raise Invalid(f"{language!r} is no language: write label@en, label@hy.", 1)
    return _NAMES.get(word, ""), language


def _row(columns: Sequence[tuple[str, str]], row: list[str], line: int) -> tuple[str, list[Said]]:
    uri, things = "", []
    for (predicate, language), cell in zip(columns, row, strict=False):
        if predicate == "id":
            uri = uri or cell.strip()
        elif predicate:
            for value in _values(cell):
                things.append(
                    Said(predicate, "uri", _address(value))
                    if predicate in _LINKS
                    else Said(predicate, "literal", value, language)
                )
    labels = [thing.value for thing in things if thing.predicate == SKOS + "prefLabel"]
    if not uri and not labels:
        raise Invalid("The row has neither an id nor a label.", line)
    return _address(uri or labels[0]), things


def _values(cell: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", cell)
    return [part.replace("\\|", "|").strip() for part in parts if part.strip()]


def _address(name: str) -> str:
    return name if _FULL.fullmatch(name) else OWN + quote(name, safe="")


def dump(concepts: Iterable[Concept], languages: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The table, row by row. ``languages`` are the pairs of predicate and language that have a column."""
    columns = [*dict.fromkeys(languages)]
    names = [_SHOWN[p] + (f"@{language}" if language else "") for p, language in columns]
    yield _line(["uri", *names])
    kinds = {kind: predicate for predicate, kind in (LABELS | RELATIONS).items()}
    for concept in concepts:
        held: dict[tuple[str, str], list[str]] = {}
        for label in concept.labels:
            held.setdefault((kinds[label.kind], label.language), []).append(label.text)
        for relation in concept.relations:
            held.setdefault((kinds[relation.kind], ""), []).append(relation.other)
        for said in concept.statements:
            held.setdefault((said.predicate, said.language), []).append(said.value)
        cells = ("|".join(value.replace("|", "\\|") for value in held.get(column, ())) for column in columns)
        yield _line([concept.uri, *cells])


def columns_of(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The columns there are for these pairs of predicate and language, in the order of the table."""
    order = list(_SHOWN)
    known = {(p, language) for p, language in pairs if p in _SHOWN}
    return sorted(known, key=lambda pair: (order[::-1].index(pair[0]), pair[1]))


def _line(cells: list[str]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerow(cells)
    return held.getvalue()
