"""Find passages like one passage: by those of its words that tell it from others, in the reader's own index.

A word is telling when few passages of other testimonies hold it, and some do. Which words it was is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from app.archive import index
from app.errors import NotFound
from app.pages import PassageHit, Summary, TestimonyHits
from app.records import Line
from app.search import Marker, Query
from app.search.analysis import words as words_of
from app.search.folding import fold
from app.search.stopping import STOP_WORDS
from app.services import naming, opening, reading, searching, understanding
from app.services.reading import NOT_HERE

WORDS = 8  # that a passage is looked for by
SHORTEST = 3  # letters of a word that may tell
COMMON = 10  # a word that more than one passage in so many holds tells nothing
MANY = 50  # passages in an index from which on that is asked: in fewer every word is common
ENOUGH = 2  # of the words must be in a passage that is like it
LOOKED_AT = 100  # passages, best first, that are looked at
SHOWN = 20  # passages that are shown


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A passage, the words it was looked for by, the most telling first, and what is like it, best first."""

    testimony: Summary
    lines: tuple[Line, ...]
    language: str
    first: int
    last: int
    words: tuple[str, ...] = ()
    results: tuple[TestimonyHits, ...] = ()


def like(identifier: str, line: int, seen_as: str, audience: str, language: str = "") -> Resemblance:
    """Passages of other testimonies like the one in which this line of a testimony stands.

    ``language`` is that of a translation whose line it is; ``seen_as`` is through whose eyes the testimony
    is read, ``audience`` whose index is searched: somebody let in to one that is restricted searches as
    before. Raises NotFound.
    """
    edition = reading.find(identifier, seen_as)
    languages = [script["language"] for script in edition.head.get("scripts", ())]
    script = languages.index(language) if language in languages else 0
    part = reading.part_at(edition.id, line, script)
    if part is None:
        raise NotFound(NOT_HERE)
    lines = reading.stretch(edition.id, part.first, part.last, script)
    spoken = opening.language_of(edition.head, part.script)
    passage = Resemblance(reading.summary(edition), lines, spoken, part.first, part.last)
    plain = understanding.understood("", audience)
    plain = replace(plain, without=plain.without | {identifier})
    told = _telling([held.text for held in lines if not held.withheld], plain, audience)
    if not told:
        return passage
    words = " ".join(word.lower() for word in told)
    query = replace(plain, words=words, variants=naming.variants(words, audience), limit=LOOKED_AT)
    engine = index(audience)
    found = searching.grouped(engine.search(query).hits, audience, engine.marker(query))
    markers = [_marker(word, query, audience) for word in told]
    return replace(passage, words=told, results=tuple(_alike(found, markers)))


def _telling(texts: Sequence[str], plain: Query, audience: str) -> tuple[str, ...]:
    """The words that tell most: by how few passages hold them, and how often they are said here."""
    engine = index(audience)
    said: dict[str, list[str]] = {}
    for text in texts:
        for word in words_of(text):
            if not word.scrap:
                said.setdefault(fold(word.surface), []).append(word.surface)
    size = engine.search(replace(plain, limit=1)).total
    weights: dict[str, float] = {}
    for folded, forms in said.items():
        if len(folded) < SHORTEST or not folded.isalpha() or folded in STOP_WORDS:
            continue
        held = engine.search(replace(plain, words=forms[0].lower(), limit=1)).total
        if held and (size < MANY or held * COMMON <= size):
            weights[forms[0]] = log(1 + size / held) * (1 + log(len(forms)))
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS])


def _marker(word: str, query: Query, audience: str) -> Marker:
    asked = replace(query, words=word.lower(), variants=naming.variants(word, audience))
    return index(audience).marker(asked)


def _alike(found: Sequence[TestimonyHits], markers: Sequence[Marker]) -> Iterator[TestimonyHits]:
    """Of what was found those passages that hold enough of the words, as many as are shown."""
    left = SHOWN
    for group in found:
        passages = tuple(islice((p for p in group.passages if _shares(p, markers)), left))
        left -= len(passages)
        if passages:
            yield replace(group, passages=passages)


def _shares(passage: PassageHit, markers: Sequence[Marker]) -> bool:
    least = min(ENOUGH, len(markers))
    holding = (1 for marker in markers if marker.spans(passage.text, passage.language))
    return sum(islice(holding, least)) == least
