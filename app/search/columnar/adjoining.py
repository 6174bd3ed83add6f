"""Finds words that follow one another at once, by keys that say where in the whole segment each stands."""

from collections.abc import Sequence

from app.search.columnar.arrays import Array
from app.search.columnar.edges import FEW, Gaps
from app.search.columnar.lines import Line
from app.search.columnar.phrasing import among, unique
from app.search.columnar.snapshot import View

_RARER = 6  # of a term so many times as frequent as what is left, only those documents are looked at


def adjoining(view: View, field: str, numbers: Sequence[int]) -> Array:
    """Documents (ascending) in which these terms follow one another."""
    line, begun, _ = _followed(view, field, [(number,) for number in numbers])
    return unique(line.owners(begun))


def places(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Where words follow one another: the document and the first place, for every time, ascending.

    Each slot (at most ``LONGEST``) has the numbers of the terms that fit there; one may be without any.
    """
    line, keys, first = _followed(view, field, slots)
    owners = line.owners(keys)
    return owners, keys - line.begins.take(owners) - keys.dtype.type(first)


def _followed(view: View, field: str, slots: Sequence[Sequence[int]]) -> tuple[Line, Array, int]:
    """The keys of the rarest slot where all follow one another, and which slot that is."""
    line = view.lines.get(field)
    if line is None:
        line = view.lines[field] = Line(view, field, even=view.kept.has(("gaps", field)))
    try:
        return line, *_kept(line, slots)
    except Gaps:
        line = view.lines[field] = Line(view, field, even=True)
        return line, *_kept(line, slots)


def _kept(line: Line, slots: Sequence[Sequence[int]]) -> tuple[Array, int]:
    sized = sorted([(sum(map(line.size, slot)), at) for at, slot in enumerate(slots)])
    first = sized[0][1]
    begun = _begun(line, slots, sized)
    for size, at in sized[1:]:
        if not len(begun):
            break
        wanted, slot = _moved(begun, at - first), slots[at]
        if len(slot) == 1 and len(begun) * _RARER < size and not line.ready(slot[0]):
            here = line.standing(slot[0], wanted)
        else:
            here = among(wanted, line.keys(slot)).nonzero()[0]
        if len(here) < len(begun):
            begun = begun.take(here)
    return begun, first


def _begun(line: Line, slots: Sequence[Sequence[int]], sized: Sequence[tuple[int, int]]) -> Array:
    """Keys of the rarest slot: those after which the others stand, and a few more."""
    rarest, first = sized[0]
    slot, marked, others = slots[first], [], []
    if rarest > FEW:
        for _, at in sized[1:]:
            if len(slots[at]) == 1:
                marks = line.marks(slots[at][0])
                if marks is None:
                    others.append(slots[at][0])
                else:
                    marked.append((at - first, marks))
    if len(slot) > 1 or line.ready(slot[0]):
        begun = line.keys(slot)
        if others and not marked:
            begun = line.having(begun, slot, others)
    else:
        begun = line.some(slot[0], others)
    for step, marks in marked:
        begun = begun.compress(line.likely(_moved(begun, step), marks))
    return begun


def _moved(keys: Array, step: int) -> Array:
    """Keys of so many places further."""
    found: Array = keys + keys.dtype.type(step) if step >= 0 else keys - keys.dtype.type(-step)
    return found
