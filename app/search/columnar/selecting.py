"""Chooses the best of many: by blocks and their maxima, then by a threshold, and only then by sorting."""

import numpy as np

from app.search.columnar.arrays import Array, Ints

_ROWS = 128
_LONG = 16_384


def candidates(values: Array, count: int, slack: float = 0.0) -> Ints:
    """Places of a few values, among them the ``count`` greatest (none below zero), equals included.

    ``slack`` is how much the values may be wrong, in parts of themselves.
    """
    if len(values) <= count:
        return np.arange(len(values))
    if len(values) > _LONG:
        width = len(values) // _ROWS
        if width > count:
            rows = values[: width * _ROWS].reshape(_ROWS, width)
            maxima = rows.max(axis=0)
            least = np.partition(maxima, width - count)[width - count] * (1 - slack)
            if least > 0:
                return _fewer(values, rows, maxima, least, count, slack)
    ordered, at = values.copy(), len(values) - count
    ordered.partition(at)
    found: Ints = (values >= ordered[at] * (1 - slack)).nonzero()[0]
    return found


def _fewer(values: Array, rows: Array, maxima: Array, least: float, count: int, slack: float) -> Ints:
    """The same, of those columns of the values that have anything as great as ``least``."""
    columns = (maxima >= least).nonzero()[0]
    row, column = (rows[:, columns] >= least).nonzero()
    chosen: Ints = row * len(maxima)
    chosen += columns.take(column)
    rest = rows.size
    if rest < len(values):
        chosen = np.concatenate((chosen, (values[rest:] >= least).nonzero()[0] + rest))
    if len(chosen) <= 4 * count + 256:
        return chosen
    return chosen[candidates(values[chosen], count, slack)]


def first(keys: Array, documents: Array, count: int | None, last: bool) -> Ints:
    """Places of the ``count`` least keys (greatest, if ``last``), in order; equals by document, likewise."""
    chosen = np.arange(len(keys))
    if count is not None and count < len(keys):
        at = len(keys) - count if last else count - 1
        edge = np.partition(keys, at)[at]
        chosen = np.flatnonzero(keys >= edge if last else keys <= edge)
    order = np.lexsort((documents[chosen], keys[chosen]))
    if last:
        order = order[::-1]
    return chosen[order if count is None else order[:count]]
