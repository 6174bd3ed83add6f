"""How a stretch of testimony is laid out: turns, lines, marks in the margin, withheld passages.

A turn names its speaker once. Lines withheld one after another for one reason are one row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.pages import TestimonyPage
from app.records import Chapter, Line, Mark


@dataclass(slots=True)
class Row:
    """One line, or a run of withheld lines from ``line`` to ``last``."""

    line: Line
    last: Line
    translated: list[tuple[str, Line]] = field(default_factory=list)  # (language, line)
    marks: list[Mark] = field(default_factory=list)  # those that begin here
    bearing: bool = False  # some claim bears on this line
    chapter: Chapter | None = None  # the chapter that begins here
    focused: bool = False

    @property
    def numbers(self) -> range:
        """The numbers of all lines in the row, each of which keeps its anchor."""
        return range(self.line.number, self.last.number + 1)


@dataclass(slots=True)
class Turn:
    """What one speaker says until another speaks or a chapter begins."""

    speaker: str
    rows: list[Row] = field(default_factory=list)
    chapter: Chapter | None = None


def _follows(row: Row, line: Line) -> bool:
    """Whether a withheld line continues the withheld row before it."""
    return bool(
        line.withheld
        and row.line.withheld == line.withheld
        and row.line.withheld_until == line.withheld_until
        and row.last.number + 1 == line.number
    )


def _row(line: Line, page: TestimonyPage, languages: Sequence[str], to: int | None) -> Row:
    focus = page.focus
    marks = page.record.marks
    return Row(
        line=line,
        last=line,
        translated=[
            (language, page.translations[language][line.number])
            for language in languages
            if line.number in page.translations[language]
        ],
        marks=[mark for mark in marks if mark.first == line.number],
        bearing=any(mark.first <= line.number <= mark.last for mark in marks),
        chapter=next((c for c in page.record.chapters if c.first == line.number), None),
        focused=focus is not None and focus <= line.number <= max(focus, to or focus),
    )


def turns(page: TestimonyPage, languages: Sequence[str], to: int | None = None) -> list[Turn]:
    """The stretch in turns. ``languages`` are the translations wanted; ``to`` ends the highlight."""
    laid: list[Turn] = []
    for line in page.record.lines:
        row = _row(line, page, languages, to)
        if not laid or row.chapter or line.speaker != laid[-1].speaker:
            laid.append(Turn(line.speaker, chapter=row.chapter))
        rows = laid[-1].rows
        if rows and _follows(rows[-1], line):
            rows[-1].last = line
            rows[-1].focused = rows[-1].focused or row.focused
        else:
            rows.append(row)
    return laid


def focused(page: TestimonyPage, to: int | None = None) -> tuple[int, int] | None:
    """The first and last line of the stretch asked for, as far as it is shown here."""
    if page.focus is None:
        return None
    return page.focus, min(max(page.focus, to or 0), page.record.lines[-1].number)


def shown_translations(translations: Mapping[str, object], wanted: str) -> list[str]:
    """Which translations stand beside the original: all, none ("none"), or the one asked for."""
    if wanted == "none":
        return []
    return [wanted] if wanted in translations else list(translations)
