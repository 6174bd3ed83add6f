"""Finds the terms that a beginning, a pattern or a range stands for, in one segment."""

import re
from typing import Any

import numpy as np

from app.search.columnar.arrays import Ints
from app.search.columnar.postings import Postings


def beginning(part: Postings, start: bytes) -> Ints:
    """Numbers of the terms that begin with ``start``."""
    return np.arange(*part.terms.span(start))


def between(part: Postings, low: bytes, high: bytes, above: bool, below: bool) -> Ints:
    """Numbers of the terms from ``low`` to ``high``, without the ends when ``above`` and ``below``."""
    terms = part.terms
    first, last = terms.place(low), terms.place(high)
    if above and first < len(terms) and terms[first] == low:
        first += 1
    if not below and last < len(terms) and terms[last] == high:
        last += 1
    return np.arange(first, max(first, last))


def matching(part: Postings, field: Any, start: bytes, pattern: str) -> Ints:
    """Numbers of the terms that begin with ``start`` and match a regular expression."""
    fits = re.compile(pattern).match
    low, high = part.terms.span(start)
    words = map(field.from_bytes, part.terms.slice(low, high))
    return np.array([number for number, word in enumerate(words, low) if fits(word)], np.int64)
