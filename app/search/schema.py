"""What is written into Whoosh, and how: the fields, their formats, and the card every document carries.

Four fields. ``group`` finds the documents of a group again, to replace them. ``words`` holds folded words
with their positions, ``stems`` the weighted stems. ``card`` is a column: for a passage its place in its
group, for a group (one card each, even for a group without passages) its stamp and facets.
"""

# mypy: allow-untyped-calls
# Whoosh's public names are typed, its constructors and writers are not.

import json
import struct
from array import array
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from whoosh import columns, fields, formats

from app.search.analysis import Terms, analyse, stem_language
from app.search.base import Document

VERSION = 1  # of everything written to disk: raise it when analysis, fields or formats change

_PASSAGE = struct.Struct("<5i")
_GROUP = struct.pack("<5i", -1, 0, 0, 0, 0)

Facets = tuple[str, dict[str, list[str]]]  # date, and values by facet


class Places(formats.Format):
    """Postings that carry the positions of a word, as little-endian 32-bit numbers."""

    def decode_positions(self, value: bytes) -> "array[int]":
        """The positions of one posting, ascending."""
        return array("I", value)


class Bare(formats.Format):
    """Postings that carry a weight and nothing else."""

    posting_size = 0


class Prepared(fields.FieldType):
    """A field that is given its terms, so that Whoosh has nothing left to analyse."""

    def __init__(self, format: formats.Format) -> None:
        self.format = format
        self.analyzer = None

    def index(self, value: Any, **kwargs: Any) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """The prepared postings (term, 1, weight, value), as they came."""
        yield from value


def schema() -> fields.Schema:
    """The fields of an index."""
    return fields.Schema(
        group=fields.ID(),
        words=Prepared(Places()),
        stems=Prepared(Bare()),
        card=fields.COLUMN(columns.VarBytesColumn()),
    )


def rows(group: str, stamp: str, documents: Sequence[Document]) -> Iterable[dict[str, Any]]:
    """What is written for one group: its card, then its passages."""
    sets: dict[str, int] = {}
    languages: set[str] = set()
    passages: list[dict[str, Any]] = []
    for document in documents:
        terms = analyse(document.utterances)
        languages.update(stem_language(utterance.language) for utterance in document.utterances)
        facets = {name: sorted(set(values)) for name, values in sorted(document.facets.items()) if values}
        key = json.dumps([document.date, facets], ensure_ascii=False)
        place = _PASSAGE.pack(
            sets.setdefault(key, len(sets)), document.number, document.first, document.last, terms.length
        )
        passages.append({"group": group, "card": place + group.encode(), **_postings(terms)})
    card = json.dumps([group, stamp, sorted(languages)], ensure_ascii=False)
    text = f"[{card}, [{', '.join(sets)}]]"
    yield {"group": group, "card": _GROUP + text.encode()}
    yield from passages


def _postings(terms: Terms) -> Mapping[str, Any]:
    weights = terms.weights
    return {
        "words": [(term, 1, weights[term], places.tobytes()) for term, places in terms.positions.items()],
        "stems": [(term, 1, weight, b"") for term, weight in terms.stems.items()],
    }


def read_passage(card: bytes) -> tuple[int, int, int, int, int, str] | None:
    """Facet set, number, first, last, length and group of a passage; None for the card of a group."""
    place = _PASSAGE.unpack_from(card)
    return None if place[0] < 0 else (*place, card[_PASSAGE.size :].decode())


def read_group(card: bytes) -> tuple[str, str, list[str], list[Facets]]:
    """Group, stamp, languages of stems, and the facet sets of a group's card."""
    (group, stamp, languages), sets = json.loads(card[_PASSAGE.size :])
    return group, stamp, languages, sets
