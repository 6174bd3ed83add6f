"""Who speaks: a name that is typed finds passages in which somebody of that name is heard.

In print the speaker's name stands before what is said and is searched with it; here it is kept beside the
words, a facet. A name that many speakers have (John, Mr) is nobody's in particular, and finds only what is
said.
"""

import threading
from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

import numpy as np

from app.search import stopping
from app.search.columnar.arrays import Array
from app.search.columnar.segmentdata import SegmentData
from app.search.folding import fold
from app.search.parsing import key
from app.search.part import Part
from app.search.schema import FACET
from app.search.suggesting import spoken
from app.search.view import View

SHARED = 12  # speakers of one name at most
SPEAKER = "speaker"  # the facet of their names

_kept: WeakKeyDictionary[SegmentData, dict[str, list[int]]] = WeakKeyDictionary()
_lock = threading.Lock()


def heard(part: Part, names: Iterable[str]) -> Array:
    """The passages, ascending, in which somebody speaks whose name has one of these folded words."""
    numbers = (number for name in names for number in _names(part).get(name, ()))
    found = [part.documents(FACET + SPEAKER, number) for number in numbers]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)


def named(view: View, text: str, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """The words of a query, folded, that are typed as a name is and are one that somebody speaks under.

    Words with a capital in a row are one name: General Lee is not looked for among all generals. Nothing is
    told of the groups of ``without``.
    """
    little = stopping.of(view.languages)
    return frozenset(
        name for names in _typed(text, little) if _is_somebody(view, names, without) for name in names
    )


def _typed(text: str, little: frozenset[str]) -> list[list[str]]:
    found: list[list[str]] = []
    end = -1
    for word in spoken(text):
        name = fold(word.surface)
        if word.surface[0].islower() or name in little:
            continue
        if found and not text[end : word.start].strip(" ."):
            found[-1].append(name)
        else:
            found.append([name])
        end = word.end
    return found


def _is_somebody(view: View, names: list[str], without: frozenset[str]) -> bool:
    """Whether anybody speaks under all of these names together, and not more than ``SHARED`` do."""
    speakers: set[str] = set()
    for part in view.parts:
        known = _names(part)
        for number in set.intersection(*(set(known.get(name, ())) for name in names)):
            if len(speakers) <= SHARED and _speaks(part, number, without):
                speakers.add(part.value(SPEAKER, number))
    return 0 < len(speakers) <= SHARED


def _speaks(part: Part, number: int, without: frozenset[str]) -> bool:
    passages = part.documents(FACET + SPEAKER, number)
    if part.alive is not None:
        passages = passages[part.alive.take(passages)]
    for group in without if len(passages) else ():
        passages = np.setdiff1d(passages, part.members(group), assume_unique=True)
    return len(passages) > 0


def _names(part: Part) -> Mapping[str, list[int]]:
    """The speakers of a segment, as numbers of their facet's values, by each word of their names."""
    with _lock:
        if part.data not in _kept:
            found: dict[str, list[int]] = {}
            for number, speaker in enumerate(part.values(SPEAKER)):
                for name in dict.fromkeys(key(speaker).split()):
                    found.setdefault(name, []).append(number)
            _kept[part.data] = found
        return _kept[part.data]
