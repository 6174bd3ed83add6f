"""Evidence as a table: one passage bearing on one claim in each row.

Columns, in any order: ``testimony, first, last, claim, stance, basis`` must be there; ``heard_from, note,
revision, linked_by, linked_at, ref, quote, claim_text, machine`` may be, and what the passage gives:
``figure_words, figure_value, figure_low, figure_high, figure_approximate`` (1 or empty) ``, figure_unit,
figure_counted, figure_when, figure_where, happened_words, happened_edtf, happened_lower, happened_upper``. No
cell that is written is taken for a formula: an apostrophe is set before it, and taken away when it is read.
"""

import csv
import dataclasses
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Any

from app.dates import from_words
from app.errors import Invalid
from app.formats import base
from app.formats.shape import CHOICES
from app.records import EvidenceEntry, Figure, FuzzyDate

NESTED: dict[str, Any] = {"figure": Figure, "happened": FuzzyDate}
NOTHING: dict[str, Any] = {"figure": {}, "happened": {"words": ""}}  # as JSON, where nothing is given
PARTS = {  # column: field of the entry, and part of it
    f"{name}_{part.name}": (name, part.name) for name in NESTED for part in dataclasses.fields(NESTED[name])
}
PLAIN = tuple(field.name for field in dataclasses.fields(EvidenceEntry) if field.name not in NESTED)
COLUMNS = (*PLAIN, *PARTS)
NUMBERS = ("value", "low", "high")
REQUIRED = COLUMNS[:6]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")  # the apostrophe too, so that it can be taken away


def load(data: bytes) -> Iterator[EvidenceEntry | Invalid]:
    """Each row's entry, or what is wrong with it. Raises Invalid for what is no such table."""
    text = _text(data)
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip().lower().replace(" ", "_") for name in next(rows, [])]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise Invalid(f"The table has no column {', '.join(missing)}.", 1)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _entry(dict(zip(names, map(unguarded, row), strict=False)), rows.line_num)
    except csv.Error as error:
        raise Invalid(f"The table cannot be read: {error}.", rows.line_num) from None


def _text(data: bytes) -> str:
    """As it stands, where it is UTF-8: a note's line ends are its own."""
    base.check_size(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return base.decode(data)[0]


def dump(entries: Iterable[EvidenceEntry]) -> str:
    """The table such that ``load(dump(entries)) == entries``."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for entry in entries:
        cells = [getattr(entry, name) for name in PLAIN]
        cells += [getattr(getattr(entry, name), part) for name, part in PARTS.values()]
        table.writerow(_cell(cell) for cell in cells)
    return written.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else guarded(f"{value:.17g}" if isinstance(value, float) else str(value))


def guarded(text: str) -> str:
    """A cell that no table program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    """The cell as it was before it was guarded."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _entry(row: Mapping[str, str], line: int) -> EvidenceEntry | Invalid:
    given: dict[str, Any] = {name: row.get(name, "") for name in PLAIN}
    try:
        given["first"] = _number(row["first"], "first")
        given["last"] = _number(row["last"] or row["first"], "last")
        said = given["revision"]
        given["revision"] = _number(said, "revision") if said.strip() else None
        return checked(EvidenceEntry(**given, figure=_figure(row), happened=_time(row)))
    except Invalid as refusal:
        return Invalid(str(refusal), line)


def _figure(row: Mapping[str, str]) -> Figure:
    said: dict[str, Any] = {
        part: row.get(column, "") for column, (name, part) in PARTS.items() if name == "figure"
    }
    for part in NUMBERS:
        try:
            said[part] = float(said[part]) if said[part].strip() else None
        except ValueError:
            raise Invalid(f"figure_{part} is {said[part]!r:.40}, not a number") from None
    said["approximate"] = said["approximate"].strip().lower() in ("1", "yes", "true")
    return Figure(**said)


def _time(row: Mapping[str, str]) -> FuzzyDate:
    """As the table says it; where it has the words alone, as they are read."""
    said = {part: row.get(column, "") for column, (name, part) in PARTS.items() if name == "happened"}
    return FuzzyDate(**said) if said["edtf"] else from_words(said["words"])


def checked(entry: EvidenceEntry) -> EvidenceEntry:
    """The entry, when it can be one. Raises Invalid."""
    for column, (name, part) in PARTS.items():
        value = getattr(getattr(entry, name), part)
        kind: Any = (int, float, NoneType) if part in NUMBERS else bool if part == "approximate" else str
        if not isinstance(value, kind) or (isinstance(value, float) and not math.isfinite(value)):
            raise Invalid(f"{column} is {value!r:.40}")
    for name in ("testimony", "claim"):
        if not getattr(entry, name).strip():
            raise Invalid(f"{name} is empty")
    if entry.first > entry.last:
        raise Invalid(f"lines {entry.first} to {entry.last} run backwards")
    for name in ("stance", "basis"):
        if getattr(entry, name) not in CHOICES[name]:
            said = getattr(entry, name)
            raise Invalid(f"{name} is {said!r:.40}, not one of {', '.join(sorted(CHOICES[name]))}")
    return entry


def _number(cell: str, name: str) -> int:
    try:
        number = int(cell)
    except ValueError:
        number = -1
    if number < 0:
        raise Invalid(f"{name} is {cell!r:.40}, not a whole number from 0")
    return number
