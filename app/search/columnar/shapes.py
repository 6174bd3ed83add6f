"""Documents with the same fields, of the same types, are taken apart alike: by a list of plain steps."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Protocol

_TOGETHER = 256  # documents that are taken apart together


class Into(Protocol):
    """What takes the values of a field."""

    def extend(self, first: int, values: Sequence[Any], /) -> None:
        """The values of documents ``first``, ``first + 1``, ..."""


class Shape:
    """What is done with each value of such a document, which needs ``cost`` bytes beside its texts.

    Documents wait until there are many, or ``settle`` is called; where ``waiting`` is False, they never do.
    """

    def __init__(self, cost: int) -> None:
        self.cost, self.waiting = cost, True
        self._bulks: list[tuple[int, Callable[[int, Any], None]]] = []
        self._plain: list[tuple[int, Into]] = []
        self._told: list[tuple[int, dict[Any, Any], Into]] = []
        self._learnt: list[tuple[int, dict[Any, Any], Callable[[Any], Any]]] = []
        self._texts: Callable[[Sequence[Any]], Any] = itemgetter(slice(0, 0))
        self._rows: list[Sequence[Any]] = []
        self._first = 0

    def bulk(self, place: int, add: Callable[[int, Any], None]) -> None:
        """The value at this place goes to what gathers it in its own way, at once."""
        self._bulks.append((place, add))

    def plain(self, place: int, into: Into) -> None:
        """The text at this place goes as it is."""
        self._plain.append((place, into))
        places = sorted({place for place, _ in self._plain})
        self._texts = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))

    def told(self, place: int, memo: dict[Any, Any], learn: Callable[[Any], Any], into: Into) -> None:
        """Of the value at this place goes what ``memo`` has for it, once ``learn`` was told the value."""
        self._learnt.append((place, memo, learn))
        self._told.append((place, memo, into))

    def take(self, document: int, values: Sequence[Any]) -> int:
        """Take a document apart: about the bytes it needs; -1: nothing was taken, it must be looked at.

        Raises what its fields raise, before anything is taken. Those that wait are the documents before it.
        """
        texts = "".join(self._texts(values))
        if "\0" in texts or not (texts.isascii() or _sayable(texts)):
            return -1
        for place, memo, learn in self._learnt:
            if values[place] not in memo:
                learn(values[place])
                if values[place] not in memo:
                    return -1
        for place, add in self._bulks:
            add(document, values[place])
        if not self._rows:
            self._first = document
        self._rows.append(values)
        if len(self._rows) == _TOGETHER or not self.waiting:
            self.settle()
        return self.cost + len(texts)

    def settle(self) -> None:
        """Nothing waits any longer."""
        rows, self._rows = self._rows, []
        columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True))
        if not columns:
            return
        for place, into in self._plain:
            into.extend(self._first, columns[place])
        for place, memo, into in self._told:
            into.extend(self._first, list(map(memo.__getitem__, columns[place])))


def _sayable(text: str) -> bool:
    """Whether a text can be said in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
