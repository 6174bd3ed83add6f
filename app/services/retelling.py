"""Where readers still read words of what is withheld from them: told to the archivist, who decides.

A title, an abstract or a note is written by somebody who heard the withheld lines. Nothing is hidden by
itself for it: too many words are innocent. Those that tell something, for few passages hold them, are shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.archive import index
from app.models import Audience, Testimony
from app.records import Record
from app.search.analysis import stem
from app.search.analysis import words as words_of
from app.search.folding import fold
from app.search.stopping import STOP_WORDS
from app.services import editions, understanding

SHORTEST = 3  # letters of a word that may tell
COMMON = 10  # a word that more than one passage in so many holds tells nothing ...
MANY = 50  # ... in an archive of so many passages
LINES = 4  # a word that stands in more of the open lines is one the narrator uses anyhow
AROUND = 8  # words shown on each side
SHOWN = 40  # places


@dataclass(frozen=True, slots=True)
class Echo:
    """A place that readers see, and the words of withheld lines that stand in it."""

    where: str  # title, summary, content_note, chapter, mark, tag, caption, event, line, translation
    text: str  # the words around the first of them
    words: tuple[str, ...]
    line: int | None = None
    withheld: tuple[int, ...] = ()  # the numbers of the lines that say the same


def echoes(testimony: Testimony) -> list[Echo]:
    """What readers may still read of withheld lines, that which says most of them first."""
    record = editions.whole(testimony)
    staff = editions.seen_by(Audience.STAFF, record, {})
    kept = {line.number: line.text for line in staff.lines if line.withheld}
    if not kept:
        return []
    language = record.language
    said: dict[str, set[int]] = {}
    forms: dict[str, str] = {}
    for number, text in kept.items():
        for form in _words(text):
            forms.setdefault(_same(form, language), form)
            said.setdefault(_same(form, language), set()).add(number)
    seen = editions.seen_by(Audience.PUBLIC, record, editions.veils(testimony))
    telling = {word: said[word] for word in _telling(said, forms, seen, language)}
    found = [echo for place in _places(seen) if (echo := _echo(*place, telling, language))]
    found.sort(key=lambda echo: (echo.line is not None, -len(echo.words)))
    return found[:SHOWN]


def _telling(
    said: Mapping[str, set[int]], forms: Mapping[str, str], seen: Record, language: str
) -> Iterator[str]:
    """Of these words those that stand in few of the open lines, and in few passages of the archive."""
    counts: dict[str, int] = {}
    for line in seen.lines:
        for word in {_same(form, language) for form in _words(line.text)}:
            counts[word] = counts.get(word, 0) + 1
    engine, plain = index(Audience.STAFF), replace(understanding.understood("", Audience.STAFF), limit=1)
    size = engine.search(plain).total
    for word in said:
        if counts.get(word, 0) <= LINES:
            held = engine.search(replace(plain, words=forms[word].lower())).total if size >= MANY else 0
            if held * COMMON <= size:
                yield word


def _places(seen: Record) -> Iterator[tuple[str, str, int | None]]:
    """Everything that readers see in words, with what it is and the line it stands on."""
    yield from (("title", seen.title, None), ("summary", seen.summary, None))
    yield "content_note", seen.content_note, None
    for chapter in seen.chapters:
        words = (chapter.title, chapter.synopsis, chapter.partial_transcript, *chapter.keywords)
        yield "chapter", ". ".join(filter(None, words)), chapter.first
    for mark in seen.marks:
        yield "mark", ". ".join(filter(None, (mark.claim_text, mark.note, mark.heard_from))), mark.first
    yield from (("tag", tag.term, tag.first) for tag in seen.tags)
    yield from (("event", event.name, None) for event in seen.events)
    for caption in dict.fromkeys(m.caption for m in seen.media):
        yield "caption", caption, None
    for number, script in enumerate(seen.scripts):
        for line in script.lines:
            yield "translation" if number else "line", line.text, line.number


def _echo(
    where: str, text: str, line: int | None, telling: Mapping[str, set[int]], language: str
) -> Echo | None:
    forms = [form for form in _words(text) if _same(form, language) in telling]
    if not forms:
        return None
    lines = sorted(set().union(*(telling[_same(form, language)] for form in forms)))
    return Echo(where, _around(text, forms[0]), tuple(dict.fromkeys(forms)), line, tuple(lines))


def _words(text: str) -> Iterator[str]:
    for word in words_of(text):
        folded = fold(word.surface)
        if not word.scrap and len(folded) >= SHORTEST and folded not in STOP_WORDS:
            yield word.surface


def _same(form: str, language: str) -> str:
    """What all forms of a word have in common."""
    return stem(form, language)


def _around(text: str, form: str) -> str:
    pieces: Sequence[str] = text.split()
    at = next((n for n, piece in enumerate(pieces) if form in piece), 0)
    start, end = max(0, at - AROUND), at + AROUND + 1
    return ("… " if start else "") + " ".join(pieces[start:end]) + (" …" if end < len(pieces) else "")
