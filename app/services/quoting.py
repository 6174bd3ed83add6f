"""The words of a passage as an audience may read them, and where they stand in the text."""

import unicodedata
from dataclasses import replace

from app.formats.webannotation import Where
from app.models import Edition
from app.records import Line
from app.services import reading

AROUND = 32  # characters before and after a passage that tell it from others of the same words


class Text:
    """The original transcript of one edition: its lines, and their places in the whole of them."""

    def __init__(self, edition: Edition) -> None:
        held = reading.stretch(edition.id, 0, max(0, edition.lines - 1))
        self.lines = tuple(replace(line, text=unicodedata.normalize("NFC", line.text)) for line in held)
        scripts = edition.head.get("scripts") or [{}]
        self.revision = int(scripts[0].get("revision", 1)) if edition.head.get("scripts") else 0
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line.text) + 1)

    def between(self, first: int, last: int) -> tuple[Line, ...]:
        """Lines ``first`` to ``last``."""
        return self.lines[first : last + 1]

    def said(self, first: int, last: int) -> str:
        """Their words, a line feed between two lines; nothing where one of them is withheld from readers."""
        return spoken(self.between(first, last))

    def where(self, first: int, last: int) -> Where:
        """Their place in code points and milliseconds, and the words around them."""
        lines = self.between(first, last)
        start, end = self._starts[first], self._starts[last + 1] - 1
        before = "\n".join(line.text for line in self.lines[max(0, first - AROUND) : first])
        after = "\n".join(line.text for line in self.lines[last + 1 : last + 1 + AROUND])
        times = [line.start_ms for line in lines if line.start_ms is not None]
        ends = [line.end_ms for line in lines if line.end_ms is not None]
        return Where(
            start,
            end,
            f"{before}\n"[-AROUND:] if first else "",
            f"\n{after}"[:AROUND] if last + 1 < len(self.lines) else "",
            min(times, default=None),
            max(ends, default=None),
        )


def machine(lines: tuple[Line, ...]) -> str:
    """``unchecked`` or ``silence`` where a machine wrote words of a quotation and nobody has checked them."""
    return next((line.machine for line in lines if line.machine), "")


def spoken(lines: tuple[Line, ...]) -> str:
    """The words of lines; none where one of them is masked: a quotation is whole or not at all."""
    if any(line.withheld and not line.text for line in lines):
        return ""
    return "\n".join(line.text for line in lines)
