"""Arrays that were worked out for the segments of an index: those asked for most are kept, in one room."""

import itertools
import mmap
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.columnfile import Pages

KEPT = 72_000_000  # bytes of unpacked postings and masks that are kept for an index
_MISSED = 1_000  # askings for what was not here, after which all that was asked for before counts half
_OFTEN = 50.0  # no array counts as asked for more often then
_MORE = 1.5  # times as often must be asked for what takes the place of others
_DEAR = {  # beside a copy
    **dict.fromkeys(("laid", "firsts", "begins", "mask", "few", "filter"), 4),
    **dict.fromkeys(("turns", "keys", "marks", "above"), 8),
    "line": 99,
    "owners": 99,
}
_LESS = 0.85  # what is left of its askings when it might have had to go
_ENTRY = 400  # bytes that an array takes beside its own
_LARGE = 200_000  # bytes of an array that has pages of its own
_owners = itertools.count()


class Kept:
    """What is kept of one segment (or of several that are read as one), in a room shared with others."""

    def __init__(self, room: "Room") -> None:
        self._room, self._owner = room, next(_owners)
        weakref.finalize(self, room.gone.append, self._owner).atexit = False

    def get(self, key: Any, make: Callable[[], Array]) -> Array:
        """What ``make`` gives, made once."""
        return self._room.get((self._owner, *key), make)

    def known(self, key: Any) -> Array | None:
        """An array, if it is here."""
        return self._room.known((self._owner, *key))

    def wanted(self, key: Any, size: int, times: int = 1) -> bool:
        """Whether an array of so many bytes is here, or was asked for so many times that it should be."""
        return self._room.wanted((self._owner, *key), size, times)

    def has(self, key: Any) -> bool:
        """Whether an array is here."""
        return self._room.has((self._owner, *key))


class Room:
    """Arrays that were worked out for an index: those asked for most, as many as there is room for.

    Of a key the first part says whose it is (those who are in ``gone`` need no more), the second what it is.
    ``joined`` are the segments of the index that were last read as one, ``pages`` what is read of its files.

    What is asked for hardly more than what is here already does not take its place: else questions that come
    round again and again would find everything gone each time. (Einziger, Friedman, Manes: TinyLFU, 2017.)
    May be shared by threads: then numbers of askings are about right.
    """

    def __init__(self, room: int = KEPT) -> None:
        self.gone: deque[int] = deque()
        self.pages = Pages()
        self.joined: Any = None
        self._found: OrderedDict[Any, Array] = OrderedDict()
        self._room, self._size = room, 0
        self._lock = threading.Lock()
        self._asked: dict[Any, float] = {}
        self._missed = 0

    def get(self, key: Any, make: Callable[[], Array]) -> Array:
        """What ``make`` gives, made once."""
        found = self.known(key)
        if found is None:
            found = make()
            with self._lock:
                size = found.nbytes + _ENTRY
                if key not in self._found and self._room_for(size, self._ask(key)):
                    found = self._found[key] = _settled(found)
                    self._size += size
        return found

    def known(self, key: Any) -> Array | None:
        """An array, if it is here."""
        found = self._found.get(key)
        if found is not None:
            try:
                self._found.move_to_end(key)
                self._asked[key] += _DEAR.get(key[1], 1)
            except KeyError:  # another thread has just let it go
                pass
        return found

    def wanted(self, key: Any, size: int, times: int = 1) -> bool:
        """Whether an array of so many bytes is here, or was asked for so many times that it should be."""
        if key in self._found:
            return True
        with self._lock:
            asked = self._ask(key)
            return asked > times * _DEAR.get(key[1], 1) and self._room_for(size + _ENTRY, asked)

    def has(self, key: Any) -> bool:
        """Whether an array is here."""
        return key in self._found

    def _ask(self, key: Any) -> float:
        """Count an asking for what is not here; how often was it asked for of late, and how dear is it."""
        if self.gone:
            self._forget()
        self._missed += 1
        if self._missed > _MISSED:
            self._missed = 0
            self._asked = {one: min(many / 2, _OFTEN) for one, many in self._asked.copy().items() if many > 1}
        found = self._asked[key] = self._asked.get(key, 0.0) + _DEAR.get(key[1], 1)
        return found

    def _forget(self) -> None:
        """Let go of what is of those that are gone."""
        gone = {self.gone.popleft() for _ in range(len(self.gone))}
        for key in [key for key in self._found.copy() if key[0] in gone]:
            self._size -= self._found.pop(key).nbytes + _ENTRY
        self._asked = {key: many for key, many in self._asked.copy().items() if key[0] not in gone}

    def _room_for(self, size: int, asked: float) -> bool:
        """Make room for what was asked for so often, if what must go was asked for clearly less."""
        while self._size + size > self._room and self._found:
            oldest = next(iter(self._found))
            if self._asked.get(oldest, 0.0) * _MORE >= asked:
                self._found.move_to_end(oldest)
                self._asked[oldest] = self._asked.get(oldest, 0.0) * _LESS
                return False
            self._size -= self._found.pop(oldest).nbytes + _ENTRY
        return True


def _settled(array: Array) -> Array:
    """An array that stays: a large one in pages of its own, which leave no hole among others when it goes."""
    if array.nbytes < _LARGE:
        return array
    room = mmap.mmap(-1, array.nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    found: Array = np.frombuffer(room, array.dtype)
    found[:] = array
    return found
