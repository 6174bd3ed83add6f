"""Where each passage stands, and the groups and facets it belongs to: the cards of a segment, as arrays.

The documents of a group follow one another, and passages of a group that have the same date and facets share
one facet set. Groups are removed as wholes, and with them everything that only they said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.search.analysis import stem_language
from app.search.arrays import (
    Array,
    Arrays,
    Bools,
    Ints,
    Strings,
    numbered,
    ranges,
    sizes,
    small,
    starts,
    united,
)
from app.search.base import Document

PLACES = ("set", "number", "first", "last", "length")


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: ascending ``values``; set ``s`` has those of ``ordinals[starts[s]:starts[s + 1]]``."""

    values: Strings
    starts: Array
    ordinals: Array


@dataclass(frozen=True, slots=True)
class Cards:
    """Of each group ``names`` (UTF-8), ``stamps`` and ``languages`` (of its stems, with blanks between).

    Group ``g`` has documents ``documents[g]`` to ``documents[g + 1]`` and facet sets ``sets[g]`` to
    ``sets[g + 1]`` (exclusive). ``places`` has for each document its facet set, its number, first and last
    segment, and its length in words. ``set_dates`` are numbers in ``dates`` for each set.
    """

    names: Strings
    stamps: Strings
    languages: Strings
    documents: Array
    sets: Array
    places: Mapping[str, Array]
    dates: Strings
    set_dates: Array
    facets: Mapping[str, Facet]

    @property
    def count(self) -> int:
        """How many documents there are."""
        return int(self.documents[-1])

    def arrays(self) -> dict[str, Array]:
        """What to write; ``read`` is given the same, and the names of the facets."""
        found: dict[str, Array] = {
            "documents": self.documents,
            "sets": self.sets,
            "set_dates": self.set_dates,
        }
        found |= {f"place.{name}": array for name, array in self.places.items()}
        strings = {name: getattr(self, name) for name in _STRINGS}
        for number, facet in enumerate(self.facets.values()):
            strings[f"facet{number}"] = facet.values
            found |= {f"facet{number}.starts": facet.starts, f"facet{number}.ordinals": facet.ordinals}
        for name, one in strings.items():
            found |= {f"{name}.blob": one.blob, f"{name}.ends": one.starts}
        return found

    @classmethod
    def read(cls, arrays: Arrays, facets: Iterable[str]) -> "Cards":
        """From what ``arrays`` gave."""

        def strings(name: str) -> Strings:
            return Strings(arrays[f"{name}.blob"], arrays[f"{name}.ends"])

        return cls(
            **{name: strings(name) for name in _STRINGS},
            documents=arrays["documents"],
            sets=arrays["sets"],
            set_dates=arrays["set_dates"],
            places={name: arrays[f"place.{name}"] for name in PLACES},
            facets={
                name: Facet(strings(f"facet{i}"), arrays[f"facet{i}.starts"], arrays[f"facet{i}.ordinals"])
                for i, name in enumerate(facets)
            },
        )


_STRINGS = ("names", "stamps", "languages", "dates")


class CardBox:
    """Takes groups as they come, and makes cards of them."""

    def __init__(self) -> None:
        self._names: list[tuple[str, str, str]] = []
        self._documents: list[int] = [0]
        self._sets: list[int] = [0]
        self._places: list[tuple[int, int, int, int]] = []
        self._dates: list[str] = []
        self._pairs: dict[str, list[tuple[int, str]]] = {}

    def add(self, group: str, stamp: str, documents: Sequence[Document]) -> None:
        """A group with its passages."""
        known: dict[Any, int] = {}
        spoken: set[str] = set()
        for document in documents:
            spoken.update(utterance.language for utterance in document.utterances)
            facets = tuple((name, tuple(values)) for name, values in document.facets.items())
            key = (document.date, facets)
            if key not in known:
                known[key] = len(self._dates)
                self._add_set(document.date, document.facets)
            self._places.append((known[key], document.number, document.first, document.last))
        languages = sorted({stem_language(language) for language in spoken} - {""})
        self._names.append((group, stamp, " ".join(languages)))
        self._documents.append(len(self._places))
        self._sets.append(len(self._dates))

    def _add_set(self, date: str, facets: Mapping[str, tuple[str, ...]]) -> None:
        for name, values in facets.items():
            if values:
                pairs = self._pairs.setdefault(name, [])
                pairs.extend((len(self._dates), value) for value in dict.fromkeys(values))
        self._dates.append(date)

    def cards(self, lengths: Ints) -> Cards:
        """The cards of all that was added. ``lengths`` are words of each document."""
        rows = np.array(self._places, np.int64).reshape(-1, 4).T
        columns = dict(zip(PLACES, (*rows, lengths), strict=True))
        dates, set_dates = _ranked(self._dates)
        names, stamps, languages = (Strings.of(row[i].encode() for row in self._names) for i in range(3))
        return Cards(
            names,
            stamps,
            languages,
            small(np.array(self._documents)),
            small(np.array(self._sets)),
            {name: _signed(column) for name, column in columns.items()},
            dates,
            small(set_dates),
            {name: _facet(pairs, len(self._dates)) for name, pairs in sorted(self._pairs.items())},
        )


def _signed(values: Array) -> Array:
    return small(values) if not values.size or values.min() >= 0 else values.astype(np.int32)


def _ranked(texts: Sequence[str]) -> tuple[Strings, Ints]:
    listed = [text.encode() for text in texts]
    values = sorted(set(listed))
    ranks = {value: rank for rank, value in enumerate(values)}
    return Strings.of(values), np.fromiter(map(ranks.__getitem__, listed), np.int64, len(listed))


def _facet(pairs: list[tuple[int, str]], sets: int) -> Facet:
    values, ordinals = _ranked([value for _, value in pairs])
    owners = np.fromiter((index for index, _ in pairs), np.int64, len(pairs))
    return Facet(values, small(starts(np.bincount(owners, minlength=sets))), small(ordinals))


def merge(parts: Sequence[Cards], keep: Sequence[Bools]) -> Cards:
    """The cards of the groups that ``keep`` says (one entry for each group), in the order of the parts."""
    documents = [_spread(kept, part.documents) for part, kept in zip(parts, keep, strict=True)]
    sets = [_spread(kept, part.sets) for part, kept in zip(parts, keep, strict=True)]
    bases = starts(np.array([int(one.sum()) for one in sets]))
    places = {
        name: _signed(_joined([part.places[name][one] for part, one in zip(parts, documents, strict=True)]))
        for name in PLACES[1:]
    }
    set_of = [
        numbered(one)[part.places["set"][kept]] + base
        for part, one, kept, base in zip(parts, sets, documents, bases, strict=False)
    ]
    dates, ranks = united(
        [part.dates for part in parts],
        [_used(p.dates, p.set_dates[s]) for p, s in zip(parts, sets, strict=True)],
    )
    set_dates = _joined([rank[p.set_dates[s]] for p, s, rank in zip(parts, sets, ranks, strict=True)])
    names = sorted({name for part in parts for name in part.facets})
    facets = {name: _merged([part.facets.get(name) for part in parts], sets) for name in names}
    return Cards(
        _kept([part.names for part in parts], keep),
        _kept([part.stamps for part in parts], keep),
        _kept([part.languages for part in parts], keep),
        small(starts(_joined([sizes(p.documents)[k] for p, k in zip(parts, keep, strict=True)]))),
        small(starts(_joined([sizes(p.sets)[k] for p, k in zip(parts, keep, strict=True)]))),
        {"set": small(_joined(set_of)), **places},
        dates,
        small(set_dates),
        {name: facet for name, facet in facets.items() if len(facet.values)},
    )


def _merged(parts: Sequence[Facet | None], sets: Sequence[Bools]) -> Facet:
    """One facet of several segments, for the sets that are kept."""
    whole = [
        part or Facet(Strings.of(()), np.zeros(len(kept) + 1, np.int64), np.zeros(0, np.int64))
        for part, kept in zip(parts, sets, strict=True)
    ]
    ordinals = [
        part.ordinals[ranges(part.starts[:-1][kept], sizes(part.starts)[kept])]
        for part, kept in zip(whole, sets, strict=True)
    ]
    values, ranks = united(
        [part.values for part in whole],
        [_used(part.values, one) for part, one in zip(whole, ordinals, strict=True)],
    )
    counts = _joined([sizes(part.starts)[kept] for part, kept in zip(whole, sets, strict=True)])
    joined = _joined([rank[one] for rank, one in zip(ranks, ordinals, strict=True)])
    return Facet(values, small(starts(counts)), small(joined))


def _spread(keep: Bools, begins: Array) -> Bools:
    return np.repeat(keep, sizes(begins))


def _used(values: Strings, ordinals: Array) -> Bools:
    return np.bincount(ordinals, minlength=len(values)) > 0


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.zeros(0, np.int64), *arrays])


def _kept(parts: Sequence[Strings], keep: Sequence[Bools]) -> Strings:
    chosen = [part.taken(np.flatnonzero(kept)) for part, kept in zip(parts, keep, strict=True)]
    blob = np.concatenate([np.zeros(0, np.uint8), *(one.blob for one in chosen)])
    return Strings(blob, small(starts(_joined([sizes(one.starts) for one in chosen]))))
