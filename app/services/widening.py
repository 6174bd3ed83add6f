"""Other spellings of the names in a query, in any script: Khojaly, Xocalı, Ходжалы, Խոջալու.

The index knows which of its words may be one name by their keys, and the keys over-match: Forrest is
forest. So a word is widened only when the archive itself writes it as a name: with a capital within
sentences, in the passages that are looked at, or in a script without capitals. A word that stands nowhere
counts as a name unless it is typed small and is one letter away from another word: then it is a slip. The
same holds for the spellings it is widened by. Only the reader's own index and editions are read, and what
is held back is left out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from weakref import WeakKeyDictionary

from app.archive import index
from app.search import Engine, Query, stopping
from app.search.analysis import words as words_of
from app.search.folding import fold, forms
from app.search.suggesting import spoken
from app.services import opening

SHORTEST = 4  # letters of a name that is widened
LOOKED_AT = 3  # passages in which it is looked how a word is written
TRIED = 16  # words alike, the most frequent first, that are looked at
MOST = 8  # spellings added to a word
WORDS = 12  # of a query that are looked at
KEPT = 20_000  # words whose spellings are remembered
_OPENS = ".!?…:։՜՞۔؟\n"  # after which a capital says nothing
_BETWEEN = " \t\"'“”„«»‘’(—–-"


@dataclass
class _Seen:
    """How the archive writes a word: its spellings, and how often as a name, and how often not."""

    spellings: Counter[str] = field(default_factory=Counter)
    names: int = 0
    others: int = 0

    @property
    def is_name(self) -> bool:
        return bool(self.spellings) and (self.names > self.others or self.names == self.others == 0)

    def add(self, text: str, start: int, end: int) -> None:
        """See a word of a text."""
        spelling = text[start:end]
        self.spellings[spelling] += 1
        before = text[:start].rstrip(_BETWEEN)
        if not before or before[-1] in _OPENS or spelling.isupper() or not _has_case(spelling):
            return
        if spelling[0].isupper():
            self.names += 1
        else:
            self.others += 1

    @property
    def usual(self) -> str:
        """The spelling seen most often; of those seen alike, one without a capital."""
        return max(self.spellings, key=lambda one: (self.spellings[one], one))


@dataclass
class _Kept:
    """What was found out about words of one state of an index."""

    mark: object
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    names: dict[str, bool] = field(default_factory=dict)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def _held(engine: Engine, without: frozenset[str]) -> _Kept:
    mark = engine.mark(), without
    held = _kept.get(engine)
    if held is None or held.mark != mark or len(held.others) + len(held.written) + len(held.names) > KEPT:
        held = _kept[engine] = _Kept(mark)
    return held


def written(words: Sequence[str], audience: str, without: frozenset[str]) -> Mapping[str, str]:
    """How the audience's editions write folded words of its index."""
    engine = index(audience)
    held = _held(engine, without)
    if new := [word for word in words if word not in held.written]:
        for word, seen in _looked_up(new, engine, audience, without).items():
            same = Counter({one: often for one, often in seen.spellings.items() if fold(one) == word})
            held.written[word] = _Seen(same).usual if same else word
    return {word: held.written[word] for word in words}


def is_name(word: str, audience: str, without: frozenset[str]) -> bool:
    """Whether the audience's editions write a word as a name, if they write it at all."""
    engine = index(audience)
    known = _held(engine, without).names
    if word not in known:
        seen = _looked_up([word], engine, audience, without)[word]
        known[word] = seen.is_name or not seen.spellings
    return known[word]


def spellings(words: str, audience: str, without: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Each word of a query that may be a name, folded, with the other spellings it has in the index.

    Nothing is told of the groups of ``without``.
    """
    engine = index(audience)
    held, little = _held(engine, without).others, stopping.of(engine.languages())
    found: dict[str, tuple[str, ...]] = {}
    for word in [one.surface for one in spoken(words)][:WORDS]:
        if len(word) < SHORTEST or not word.isalpha() or not little.isdisjoint(forms(word)):
            continue
        # Whether it is typed with a capital matters, so the word is remembered as it was typed.
        if word not in held:
            held[word] = _others(word, engine, audience, without)
        if held[word]:
            found[fold(word)] = held[word]
    return found


def _others(word: str, engine: Engine, audience: str, without: frozenset[str]) -> tuple[str, ...]:
    alike = [other for other in engine.alike(word, without) if other not in forms(word)][:TRIED]
    if not alike:
        return ()
    itself = _looked_up([word], engine, audience, without)[word]
    if itself.spellings and not itself.is_name:
        return ()
    others = _looked_up(alike, engine, audience, without)
    if not itself.spellings and word.islower() and _has_case(word):
        meant = engine.suggest(word, without)
        if meant and not (meant in others and others[meant].is_name):
            return ()
    likely = [
        min(seen.spellings, key=lambda one: (len(one), -seen.spellings[one], one))
        for other, seen in others.items()
        # Of what stands only in inflections less is known: its capitals must not be those of sentences.
        if seen.is_name and (seen.names or other in map(fold, seen.spellings))
    ]
    found: list[str] = []
    markers = [engine.marker(Query(word))]
    for spelling in sorted(likely, key=len):
        if not any(marker.spans(spelling) for marker in markers):  # inflections are found without this
            found.append(spelling)
            markers.append(engine.marker(Query(spelling)))
    return tuple(sorted(found[:MOST], key=likely.index))


def _looked_up(
    words: Sequence[str], engine: Engine, audience: str, without: frozenset[str]
) -> Mapping[str, _Seen]:
    """How each word is written in some passages that hold it."""
    hits = {word: engine.search(Query(word, without=without, limit=LOOKED_AT)).hits for word in words}
    places = {(hit.group, hit.number) for hit in chain.from_iterable(hits.values())}
    texts = _texts(places, audience)
    seen = {}
    for word, found in hits.items():
        seen[word] = _Seen()
        said = [text for hit in found for text in texts.get((hit.group, hit.number), ())]
        wanted = set(forms(word))
        same = [
            (text, one.start, one.end)
            for text in said
            for one in words_of(text)
            if not wanted.isdisjoint(forms(one.surface))
        ]
        if not same:  # only other forms of the word stand there
            marker = engine.marker(Query(word))
            same = [(text, *span) for text in said for span in marker.spans(text)]
        for text, start, end in same:
            seen[word].add(text, start, end)
    return seen


def _texts(places: set[tuple[str, int]], audience: str) -> dict[tuple[str, int], list[str]]:
    """The lines of passages of the audience's editions."""
    if not places:
        return {}
    heads = opening.heads((group for group, _ in places), audience)
    names = {head.id: group for group, head in heads.items()}
    parts = opening.parts((heads[group].id, number) for group, number in places if group in heads)
    return {
        (names[edition_id], number): [line.get("text", "") for line in part.lines]
        for (edition_id, number), part in parts.items()
    }


def _has_case(word: str) -> bool:
    return word[0].lower() != word[0].upper()
