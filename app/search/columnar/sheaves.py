"""Sorts the words of texts while they come, a sheaf at a time, and lays the sheaves end to end at last.

A sheaf is about a million words: what is sorted stays in the processor's caches. What is kept of it takes a
few bytes a word, and is put aside in a file without a name, so that many documents are indexed at once.
"""

import os
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array, changes, narrow, packed, ranges, small, starts
from app.search.columnar.inverting import length_bytes, order_of, ranked
from app.search.columnar.laying import CHUNK, distinct, laid

WORDS = 1 << 20  # of a sheaf, about
_GATHERED = 1 << 20  # entries that are brought into their order together
_LOWER = (1 << CHUNK) - 1
_ASIDE = ("documents", "codes", "places")


@dataclass(slots=True)
class Sheaf:
    """Postings of documents that have the same upper bits, by term and then by document.

    Of each term: its number (ascending), and how many postings and places it has. Of each posting: the
    document's lower bits, and a code for ``keys[code]``: how many places, and a length byte in the lowest 8
    bits. ``often`` is how many postings have each code.
    """

    chunk: int
    terms: Array
    postings: Array
    words: Array
    documents: Array
    codes: Array
    keys: Array
    often: Array
    places: Array


class Aside:
    """A file in a folder that goes with this object, or with its process. OSError when the disk is full."""

    def __init__(self, folder: str | Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # as long as this lives
        weakref.finalize(self, self._file.close)

    def put(self, sheaf: Sheaf) -> None:
        """What a sheaf has of each posting and place is in the file from now on."""
        for name in _ASIDE:
            values: Any = getattr(sheaf, name)
            if not len(values):
                continue  # nothing cannot be mapped
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(values)
            self._file.flush()
            setattr(sheaf, name, np.memmap(self._file, values.dtype, "r", place, values.shape))


def bound(tokens: Array, documents: Array, counts: Array, leads: Array) -> list[Sheaf]:
    """Sheaves of texts: tokens come in order, ``counts[i]`` of them in document ``documents[i]``, ascending.

    Its first token stands at place ``leads[i]``, the others at the next ones. Tokens are numbers of terms.
    """
    edges = np.append(changes(documents >> CHUNK), len(documents)).tolist()
    begins = starts(counts)
    return [
        _bound(
            tokens[begins[low] : begins[high]],
            documents[low:high],
            counts[low:high],
            leads[low:high],
        )
        for low, high in pairwise(edges)
    ]


def _bound(tokens: Array, documents: Array, counts: Array, leads: Array) -> Sheaf:
    """A token is one number of 64 bits: its term, then its document, then its place; to sort is all."""
    bits = np.uint64(int((counts + leads).max(initial=1)).bit_length())
    lower = documents & np.uint32(_LOWER)
    sorted_ = tokens.astype(np.uint64) << (bits + np.uint64(CHUNK))
    first = (lower.astype(np.uint64) << bits) + (leads - starts(counts)[:-1]).astype(np.uint64)  # modulo 2^64
    sorted_ += np.repeat(first, counts)
    sorted_ += np.arange(len(tokens), dtype=np.uint64)
    sorted_.sort()
    places = small(sorted_ & np.uint64((1 << int(bits)) - 1))
    sorted_ >>= bits
    fresh = changes(sorted_)
    many = np.diff(fresh, append=len(tokens))
    found = sorted_[fresh]
    within, number = (
        (found & np.uint64(_LOWER)).astype(np.uint16),
        (found >> np.uint64(CHUNK)).astype(np.uint32),
    )
    term = changes(number)
    bytes_of = np.zeros(_LOWER + 1, np.uint8)
    bytes_of[lower] = length_bytes(counts)
    keys, codes = distinct(many << 8 | bytes_of[within])
    return Sheaf(
        int(documents[0]) >> CHUNK,
        number[term],
        np.diff(term, append=len(fresh)).astype(np.uint32),
        np.diff(fresh[term], append=len(tokens)).astype(np.uint32),
        within,
        codes,
        keys,
        np.bincount(codes, minlength=len(keys)),
        places,
    )


def together(names: Sequence[bytes], sheaves: list[Sheaf]) -> dict[str, Array]:
    """The field of all sheaves, which are in the order of documents; they are used up."""
    chunks = np.repeat([one.chunk for one in sheaves], [len(one.terms) for one in sheaves])
    numbers, postings, words = (
        _end_to_end(sheaves, name, np.uint32) for name in ("terms", "postings", "words")
    )
    terms, size, ranks = ranked(names, numbers)
    order = order_of(ranks[numbers])
    rank, chunk = ranks[numbers][order], chunks[order]
    first = changes(rank, chunk)
    begins, postings = starts(postings)[:-1][order], postings[order]
    ends = starts(postings)
    table = _coded(sheaves)
    arrays = {
        **laid(
            terms,
            np.bincount(rank[first], minlength=size),
            chunk[first],
            np.append(ends[first], ends[-1]),
            _gathered(_end_to_end(sheaves, "documents", np.uint16), begins, postings),
        ),
        **packed("codes", _gathered(_end_to_end(sheaves, "codes", np.uint8), begins, postings)),
        **table,
    }
    begins, words = starts(words)[:-1][order], words[order]
    per_term = np.bincount(rank, words, minlength=size).astype(np.int64)
    places = _gathered(_end_to_end(sheaves, "places", np.uint8), begins, words)
    return {**arrays, **packed("places", places), "place_starts": small(starts(per_term))}


def _end_to_end(sheaves: Sequence[Sheaf], name: str, least: type) -> Array:
    """One of the arrays of all sheaves, which have it no longer."""
    found = np.concatenate([np.zeros(0, least), *(getattr(one, name) for one in sheaves)])
    for one in sheaves:
        setattr(one, name, np.zeros(0, least))
    return found


def _coded(sheaves: Sequence[Sheaf]) -> dict[str, Array]:
    """The table of codes of all sheaves, the most frequent first; their own are made to be these."""
    keys, which = np.unique(_end_to_end(sheaves, "keys", np.uint32), return_inverse=True)
    edges = starts(np.array([len(one.often) for one in sheaves], np.int64)).tolist()
    often = np.bincount(which, _end_to_end(sheaves, "often", np.int64), minlength=len(keys))
    order = np.argsort(-often, kind="stable")
    ranks: Array = np.zeros(len(order), narrow(max(len(order) - 1, 0)))
    ranks[order] = np.arange(len(order))
    for one, (begin, end) in zip(sheaves, pairwise(edges), strict=True):
        one.codes = ranks[which[begin:end]][one.codes]
    counts: Array = (keys[order] >> 8).astype(np.uint32)
    return {
        "weights": counts.astype(np.float32),
        "lengths": (keys[order] & 255).astype(np.uint8),
        "counts": counts,
    }


def _gathered(values: Array, begins: Array, counts: Array) -> Array:
    """``counts[i]`` values from ``begins[i]`` on, for each ``i``, end to end."""
    ends = np.cumsum(counts, dtype=np.int64)
    found = np.empty(int(ends[-1]) if len(ends) else 0, values.dtype)
    low = done = 0
    while low < len(counts):
        high = max(int(np.searchsorted(ends, done + _GATHERED, "right")), low + 1)
        end = int(ends[high - 1])
        values.take(ranges(begins[low:high], counts[low:high]), out=found[done:end], mode="clip")
        low, done = high, end
    return found
