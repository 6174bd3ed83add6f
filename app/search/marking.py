"""Finds in a text the words that a query asked for, so that they can be shown marked."""

from collections.abc import Iterable, Sequence

from app.search import stopping
from app.search.analysis import pieces, roots, stem, stem_language
from app.search.folding import forms
from app.search.syntax import Exact, Node, Prefix, Word, leaves


class WordMarker:
    """Marks the words, phrases and beginnings of a query tree (None: nothing), but not what it bans.

    Stop words are marked in phrases, and when nothing else was asked for.

    ``languages`` are those of the index; a text may come with another one.
    """

    def __init__(self, node: Node | None, languages: Iterable[str] = ()) -> None:
        found = list(leaves(node)) if node is not None else []
        self._languages = tuple(languages)
        asked = [surface for leaf in found if isinstance(leaf, Word) for surface in leaf.surfaces]
        little = stopping.of(self._languages)
        telling = [surface for surface in asked if little.isdisjoint(forms(surface))]
        self._phrases = [leaf.slots for leaf in found if isinstance(leaf, Exact)]
        self._starts = tuple(leaf.start for leaf in found if isinstance(leaf, Prefix))
        self._words = telling or ([] if self._phrases or self._starts else asked)
        self._same = {form for surface in self._words for form in forms(surface)}
        self._roots: dict[str, set[str]] = {}
        self._known: dict[str, dict[str, bool]] = {}

    def spans(self, text: str, language: str = "") -> Sequence[tuple[int, int]]:
        """Start and end (code points) of each matching word, in order, not overlapping."""
        found = list(pieces(text))
        marked = {index for index, piece in enumerate(found) if self._fits(piece[0], language)}
        if self._phrases:
            spelled = [set(forms(piece[0], language)) for piece in found]
            for slots in self._phrases:
                for start in range(len(found) - len(slots) + 1):
                    if all(spelled[start + i].intersection(slot) for i, slot in enumerate(slots)):
                        marked.update(range(start, start + len(slots)))
        return [found[index].span() for index in sorted(marked)]

    def _fits(self, surface: str, language: str) -> bool:
        known = self._known.setdefault(language, {})
        found = known.get(surface)
        if found is None:
            if len(known) > 50_000:
                known.clear()
            found = known[surface] = self._decide(surface, language)
        return found

    def _decide(self, surface: str, language: str) -> bool:
        spelled = forms(surface, language)
        if any(form in self._same or (self._starts and form.startswith(self._starts)) for form in spelled):
            return True
        languages = (stem_language(language),) if language else self._languages
        return any(stem(surface, one) in self._stems(one) for one in languages)

    def _stems(self, language: str) -> set[str]:
        if language not in self._roots:
            self._roots[language] = {root for surface in self._words for root in roots(surface, language)}
        return self._roots[language]
