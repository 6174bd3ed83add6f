"""What an archivist sees of the revisions of a transcript: one opened, all listed, two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import NotFound
from app.models import Testimony, Transcript, TranscriptKind, User
from app.services import aligning, linking, revisions, tracing
from app.services.reading import NOT_HERE
from app.services.revisions import Edited

PER_PAGE = 50  # lines of a transcript opened to be corrected
CONTEXT = 2  # lines shown around those that differ
SAME, GONE, NEW = "same", "gone", "new"
Piece = tuple[str, str]  # (same, gone or new; the words)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stretch of a transcript, to be corrected."""

    language: str
    original_language: str
    is_original: bool
    is_aligned: bool  # a translation that stands beside the original line by line
    revision: int
    lines: tuple[Edited, ...]
    first: int
    page: int
    pages: int
    speakers: tuple[str, ...]
    withheld: frozenset[int]
    translator: str = ""

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision in a list: who made it, when, and how many lines are others than before."""

    revision: int
    made_by: str
    at: datetime
    note: str
    lines: int
    changed: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A line of one of two revisions, its words told apart from those of the other."""

    number: int
    line: Edited
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """What belongs together in two revisions; ``skipped`` alike lines were left out before it."""

    old: tuple[Side, ...]
    new: tuple[Side, ...]
    differs: bool
    skipped: int = 0


def opened(
    testimony_id: str, language: str = "", *, page: int | None = None, line: int | None = None
) -> Opened:
    """A page of a transcript, or the one on which a line stands. Raises NotFound."""
    testimony = linking.find(testimony_id)
    held, original = revisions.current(testimony, language), revisions.original(testimony)
    lines = revisions.lines(held)
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = line // PER_PAGE + 1 if line is not None else page or 1
    if not 1 <= number <= pages or original is None:
        raise NotFound(NOT_HERE)
    first = (number - 1) * PER_PAGE
    translated = held.kind is TranscriptKind.TRANSLATION
    return Opened(
        language=held.language,
        original_language=original.language,
        is_original=held is original,
        is_aligned=translated and aligning.is_aligned(held, original),
        revision=held.revision,
        lines=tuple(lines[first : first + PER_PAGE]),
        first=first,
        page=number,
        pages=pages,
        speakers=tuple(dict.fromkeys(one.speaker for one in lines if one.speaker)),
        withheld=_withheld(testimony, held),
        translator=held.translator,
    )


def _withheld(testimony: Testimony, held: Transcript) -> frozenset[int]:
    moment = clock.now()
    return frozenset(
        number
        for passage in testimony.passages
        if passage.transcript_id == held.id and any(r.is_in_force(moment) for r in passage.redactions)
        for number in range(passage.first or 0, (passage.last or 0) + 1)
    )


def history(testimony_id: str, language: str = "") -> list[Entry]:
    """The revisions of a transcript, newest first. Raises NotFound."""
    held = revisions.chain(revisions.current(linking.find(testimony_id), language))
    names = _names({one.made_by for one in held})
    entries = []
    before: list[Edited] = []
    for one in held:
        lines = revisions.lines(one)
        changed = 0 if one is held[0] else _changed(before, lines, one)
        made_by = names.get(one.made_by, one.made_by)
        entries.append(
            Entry(one.revision, made_by, one.created_at, one.note, len(lines), changed, one.is_current)
        )
        before = lines
    return entries[::-1]


def _names(identifiers: set[str]) -> dict[str, str]:
    found = session().execute(select(User.identifier, User.name).where(User.identifier.in_(identifiers)))
    return {identifier: name for identifier, name in found if name}


def _changed(before: Sequence[Edited], after: Sequence[Edited], made: Transcript) -> int:
    """How many lines are new or others, and how many are left out."""
    whence = [[p for p in parents if isinstance(p, int)] for parents in made.lineage or ()]
    same = sum(
        1
        for line, parents in zip(after, whence, strict=False)
        if len(parents) == 1 and parents[0] < len(before) and before[parents[0]].said == line.said
    )
    left = {parent for parents in whence for parent in parents}
    return len(after) - same + sum(1 for n in range(len(before)) if n not in left)


def compare(
    testimony_id: str, old: int, new: int, language: str = "", *, everything: bool = False
) -> tuple[list[Pair], int]:
    """Two revisions side by side, and how many alike lines at the end were left out. Raises NotFound.

    Only what differs is given, with a little around it, unless ``everything`` is asked for.
    """
    held = revisions.current(linking.find(testimony_id), language)
    old, new = sorted((old, new))
    was, now = (revisions.lines(revisions.numbered(held, number)) for number in (old, new))
    known = revisions.lineages(revisions.chain(held))
    descent = [sorted(made_of) for made_of in tracing.origins(known, old, len(was))[new]]
    pairs = [
        _pair(was, now, unit)
        for unit in tracing.units(len(was), tracing.same(len(was)), descent)
        if unit.mine or unit.theirs
    ]
    if everything:
        return pairs, 0
    near = {n for at, pair in enumerate(pairs) if pair.differs for n in range(at - CONTEXT, at + CONTEXT + 1)}
    shown, skipped = [], 0
    for number, pair in enumerate(pairs):
        if number in near:
            shown.append(Pair(pair.old, pair.new, pair.differs, skipped))
        skipped = 0 if number in near else skipped + 1
    return shown, skipped


def _pair(was: Sequence[Edited], now: Sequence[Edited], unit: tracing.Unit) -> Pair:
    left, right = [was[n] for n in unit.mine], [now[n] for n in unit.theirs]
    if [line.said for line in left] == [line.said for line in right]:
        return Pair(
            tuple(Side(n, was[n], ((SAME, was[n].text),)) for n in unit.mine),
            tuple(Side(n, now[n], ((SAME, now[n].text),)) for n in unit.theirs),
            differs=False,
        )
    gone, new = marked([line.text for line in left], [line.text for line in right])
    return Pair(
        tuple(Side(n, was[n], pieces) for n, pieces in zip(unit.mine, gone, strict=True)),
        tuple(Side(n, now[n], pieces) for n, pieces in zip(unit.theirs, new, strict=True)),
        differs=True,
    )


def marked(old: Sequence[str], new: Sequence[str]) -> tuple[list[tuple[Piece, ...]], list[tuple[Piece, ...]]]:
    """Some lines and what became of them, word by word: what is the same, gone or new in each."""
    left = [(n, word) for n, text in enumerate(old) for word in text.split()]
    right = [(n, word) for n, text in enumerate(new) for word in text.split()]
    matcher = SequenceMatcher(None, [w for _, w in left], [w for _, w in right], autojunk=False)
    kinds = ([GONE] * len(left), [NEW] * len(right))
    for block in matcher.get_matching_blocks():
        kinds[0][block.a : block.a + block.size] = [SAME] * block.size
        kinds[1][block.b : block.b + block.size] = [SAME] * block.size
    return _pieces(left, kinds[0], len(old)), _pieces(right, kinds[1], len(new))


def _pieces(words: Sequence[tuple[int, str]], kinds: Sequence[str], count: int) -> list[tuple[Piece, ...]]:
    lines: list[list[tuple[str, list[str]]]] = [[] for _ in range(count)]
    for (number, word), kind in zip(words, kinds, strict=True):
        line = lines[number]
        if not line or line[-1][0] != kind:
            line.append((kind, []))
        line[-1][1].append(word)
    return [tuple((kind, " ".join(said)) for kind, said in line) for line in lines]
