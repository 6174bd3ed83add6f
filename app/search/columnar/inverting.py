"""Makes the postings of a field from what was gathered in the order of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from whoosh.util.numeric import byte_to_length, length_to_byte

from app.search.columnar import fronts
from app.search.columnar.arrays import Array, Strings, changes, packed, ranges, small, starts
from app.search.columnar.laying import coded, made

LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], np.int64)  # what a length byte stands for
_BYTES = np.array([length_to_byte(length) for length in range(1 << 17)], np.uint8)


def length_bytes(lengths: Array) -> Array:
    """Whoosh's length byte of each length; zero for none."""
    found: Array = _BYTES[np.minimum(lengths.astype(np.int64), len(_BYTES) - 1)]
    return found


class Ranked(NamedTuple):
    """Names in order: their ``arrays`` (see ``fronts``), how many, and the rank of each by its number."""

    arrays: dict[str, Array]
    size: int
    ranks: Array


def ranked(names: Sequence[bytes], terms: Array) -> Ranked:
    """Those names that occur among the numbers ``terms``, ascending."""
    used = np.flatnonzero(np.bincount(terms, minlength=len(names)))
    by_name = sorted(used.tolist(), key=names.__getitem__)
    ranks = np.zeros(len(names), np.uint32)
    ranks[by_name] = np.arange(len(by_name), dtype=np.uint32)
    return Ranked(fronts.kept(Strings.of([names[number] for number in by_name])), len(by_name), ranks)


def order_of(ranks: Array) -> Array:
    """What sorts ranks, equals in order: numpy sorts whole keys many times faster than it finds an order."""
    keys = ranks.astype(np.uint64) << np.uint64(32)
    keys |= np.arange(len(ranks), dtype=np.uint64)
    keys.sort()
    return keys.astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words of one field, in the order of documents, and of places in each document.

    Token ``i`` is ``names[terms[i]]`` in document ``documents[i]``, counts for ``weights[i]`` and stands at
    ``places[i]`` (None: places are not kept). ``long`` is how many words each document has, where that is
    not the number of its tokens.
    """

    names: Sequence[bytes]
    terms: Array
    documents: Array
    weights: Array
    places: Array | None = None
    long: Array | None = None

    def lengths(self, count: int) -> Array:
        """How many words each of ``count`` documents has."""
        return np.bincount(self.documents, minlength=count) if self.long is None else self.long


def of_tokens(tokens: Tokens, bytes_of: Array) -> dict[str, Array]:
    """The field of tokens. ``bytes_of`` has the length byte of every document."""
    terms, size, ranks = ranked(tokens.names, tokens.terms)
    per_token = ranks[tokens.terms]
    order = order_of(per_token)
    term, owner = per_token[order], tokens.documents[order]
    first = changes(term, owner)
    many = np.diff(first, append=len(owner)).astype(np.uint32)
    weights = np.add.reduceat(tokens.weights[order], first, dtype=np.float64) if len(first) else np.zeros(0)
    found = owner[first].astype(np.uint32)
    codes, table = coded(weights, bytes_of[found], many)
    arrays = made(terms, np.bincount(term[first], minlength=size), found, codes, table)
    if tokens.places is not None:
        per_term = np.bincount(per_token, minlength=size)
        arrays |= {**packed("places", tokens.places[order]), "place_starts": small(starts(per_term))}
    return arrays


def of_postings(
    names: Ranked,
    terms: Array,
    documents: Array,
    weights: Array,
    counts: Array,
    bytes_of: Array,
    along: dict[str, Array],
    raw: Sequence[bytes] | None,
) -> dict[str, Array]:
    """The field of postings that come in the order of documents, each with ``counts`` places.

    ``along`` has ``places`` and what goes with them, posting by posting; ``raw`` the payload of formats
    that are not Whoosh's own. A term that comes twice for one document counts once.
    """
    rank = names.ranks[terms]
    order = order_of(rank).astype(np.int64)
    order = order[changes(rank[order], documents[order])]
    per_posting, found = rank[order], documents[order].astype(np.uint32)
    codes, table = coded(weights[order], bytes_of[found], counts[order])
    per_term = np.bincount(per_posting, minlength=names.size)
    arrays = made(names.arrays, per_term, found, codes, table)
    if along:
        which = ranges(starts(counts)[:-1][order], counts[order])
        arrays |= {name: values[which] for name, values in along.items()}
        arrays |= packed("places", arrays["places"])
        per_term = np.bincount(per_posting, counts[order], minlength=names.size).astype(np.int64)
        arrays["place_starts"] = small(starts(per_term))
    if raw is not None:
        kept = Strings.of([raw[number] for number in order.tolist()])
        arrays |= {"raw": kept.blob, "raw_ends": kept.starts}
    return arrays
