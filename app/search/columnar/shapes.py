"""Documents with the same fields, of the same types, are taken apart alike: by a list of plain steps."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

Add = Callable[[int, Any], None]  # takes a document's number and a value


class Shape:
    """What is done with each value of such a document, which counts for ``cost`` words beside its texts."""

    def __init__(self, cost: int) -> None:
        self.cost = cost
        self._bulks: list[tuple[int, Add]] = []
        self._plain: list[tuple[int, Add]] = []
        self._told: list[tuple[int, dict[Any, Any], Add]] = []
        self._learnt: list[tuple[int, dict[Any, Any], Callable[[Any], Any]]] = []
        self._texts: Callable[[Sequence[Any]], Any] = itemgetter(slice(0, 0))

    def bulk(self, place: int, add: Add) -> None:
        """The value at this place goes to what gathers it in its own way."""
        self._bulks.append((place, add))

    def plain(self, place: int, add: Add) -> None:
        """The text at this place goes as it is."""
        self._plain.append((place, add))
        places = sorted({place for place, _ in self._plain})
        self._texts = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))

    def told(self, place: int, memo: dict[Any, Any], learn: Callable[[Any], Any], add: Add) -> None:
        """Of the value at this place goes what ``memo`` has for it, once ``learn`` was told the value."""
        self._learnt.append((place, memo, learn))
        self._told.append((place, memo, add))

    def take(self, document: int, values: Sequence[Any]) -> int:
        """Take a document apart: about how many words it has; -1: nothing was taken, it must be looked at.

        Raises what its fields raise, before anything is taken.
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
        for place, add in self._plain:
            add(document, values[place])
        for place, memo, add in self._told:
            add(document, memo[values[place]])
        return self.cost + len(texts) // 6


def _sayable(text: str) -> bool:
    """Whether a text can be said in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
