"""Lays out the postings of a field as the arrays that ``postings`` reads."""

import numpy as np

from app.search.columnar.arrays import Array, changes, narrow, packed, small, starts

CHUNK = 16  # bits of a document's number within its run
BYTES = 1 << CHUNK - 3  # of a run that is kept as bits
_LOOKED_UP = 1 << 24  # numbers below this are told apart by looking, and not by sorting


def coded(weights: Array, lengths: Array, counts: Array) -> tuple[Array, dict[str, Array]]:
    """Codes for (weight, length byte, count) of each posting, the most frequent first; and their tables."""
    plain = bool(len(counts)) and int(counts.max()) < 256 and bool((weights == counts).all())
    if plain:  # as nearly always: then a pair of bytes says it all
        keys = (counts.astype(np.uint16) << np.uint16(8)) | lengths
        often = np.bincount(keys, minlength=1)
        seen = np.flatnonzero(often)
        seen = seen[np.argsort(-often[seen], kind="stable")]
        codes: Array = np.zeros(1 << 16, narrow(max(len(seen) - 1, 0)))
        codes[seen] = np.arange(len(seen))
        many: Array = (seen >> 8).astype(np.uint32)
        table: dict[str, Array] = {
            "weights": many.astype(np.float32),
            "lengths": (seen & 255).astype(np.uint8),
            "counts": many,
        }
        return codes[keys], table
    if len(counts) and _halves(weights, int(counts.max()) + 1):  # small numbers are told apart by looking
        width = int(counts.max()) + 1
        pairs, pair = distinct((weights * 2).astype(np.uint32) * np.uint32(width) + counts)
        seen, codes = distinct(pair.astype(np.uint32) * np.uint32(256) + lengths)
        order = np.argsort(-np.bincount(codes), kind="stable")
        ranks: Array = np.zeros(len(order), narrow(max(len(order) - 1, 0)))
        ranks[order] = np.arange(len(order))
        twice, many = np.divmod(pairs[seen[order] >> 8], width)
        return ranks[codes], {
            "weights": (twice / 2).astype(np.float32),
            "lengths": (seen[order] & 255).astype(np.uint8),
            "counts": many.astype(np.uint32),
        }
    rows = np.zeros(len(weights), [("weight", "<f4"), ("length", "u1"), ("count", "<u4")])
    rows["weight"], rows["length"], rows["count"] = weights, lengths, counts
    table_rows, found, often = np.unique(rows, return_inverse=True, return_counts=True)
    order = np.argsort(-often, kind="stable")
    ranks = np.zeros(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    table_rows, found = table_rows[order], ranks[found]
    names = {"weights": "weight", "lengths": "length", "counts": "count"}
    return small(found), {name: np.ascontiguousarray(table_rows[of]) for name, of in names.items()}


def _halves(weights: Array, times: int) -> bool:
    """Whether all weights are halves, and small enough for a table of so many of each."""
    twice = weights * 2
    few = twice.min() >= 0 and (twice.max() + 1) * times <= 1 << 24
    return bool(few and (twice == np.floor(twice)).all())


def distinct(values: Array) -> tuple[Array, Array]:
    """The different whole numbers, ascending, and which of these each value is."""
    if int(values.max(initial=0)) >= _LOOKED_UP:
        found, which = np.unique(values, return_inverse=True)
        return found, small(which)
    marks = np.zeros(int(values.max(initial=0)) + 1, bool)
    marks[values] = True
    found = np.flatnonzero(marks)
    table: Array = np.zeros(len(marks), narrow(len(found)))
    table[found] = np.arange(len(found))
    return found, table[values]


def made(
    terms: dict[str, Array], per_term: Array, documents: Array, codes: Array, table: dict[str, Array]
) -> dict[str, Array]:
    """The arrays of a field from postings in the order of terms, then of documents.

    ``terms`` are the arrays that keep the terms (see ``fronts``); ``runs`` says of each term where its runs
    begin, ``chunks`` and ``firsts`` of each run its upper bits and its first posting; ``documents`` and
    ``dense`` are ``in_runs``.
    """
    chunks = (documents >> CHUNK).astype(np.uint16)
    number = np.repeat(np.arange(len(per_term), dtype=np.uint32), per_term)
    first = changes(number, chunks)
    runs = np.bincount(number[first], minlength=len(per_term))
    arrays = laid(terms, runs, chunks[first], np.append(first, len(documents)), documents)
    return {**arrays, **packed("codes", codes), **table}


def laid(
    terms: dict[str, Array], runs: Array, chunks: Array, firsts: Array, documents: Array
) -> dict[str, Array]:
    """The arrays that say in which documents terms are: ``runs[i]`` runs of term ``i``, in ``chunks``."""
    lower, dense = in_runs(documents, firsts[:-1])
    return {
        **terms,
        "runs": small(starts(runs)),
        "chunks": small(chunks),
        "firsts": small(firsts),
        "documents": lower,
        **({"dense": small(dense)} if len(dense) else {}),
    }


def in_runs(documents: Array, first: Array) -> tuple[Array, Array]:
    """The lower bits of documents, or a bit for each of 65,536, and which runs are kept so.

    Runs begin at ``first``; those of more than 8,192 documents are kept as bits.
    """
    lower = documents.astype(np.uint16, copy=False)
    ends = np.append(first[1:], len(documents))
    dense = np.flatnonzero(ends - first > BYTES)
    if not len(dense):
        return lower, dense
    found, done = [], 0
    for begin, end in zip(first[dense].tolist(), ends[dense].tolist(), strict=True):
        found += [lower[done:begin], bits_of(lower[begin:end]).view("<u2")]
        done = end
    return np.concatenate([*found, lower[done:]]), dense


def bits_of(lower: Array) -> Array:
    """A bit for each of 65,536, as bytes: whether it is among these."""
    marks = np.zeros(1 << CHUNK, bool)
    marks[lower] = True
    return np.packbits(marks, bitorder="little")
