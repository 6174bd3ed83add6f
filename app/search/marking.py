"""Finds in a text the words that a query asked for, so that they can be shown marked."""

from collections.abc import Iterable, Mapping, Sequence

from app.search import stopping
from app.search.analysis import pieces, roots, stem, stem_language
from app.search.folding import forms
from app.search.syntax import Exact, Node, Prefix, Word, leaves

KNOWN = 50_000  # words that are remembered, of one query and language


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
        self._fitting: dict[str, _Fitting] = {}

    def spans(self, text: str, language: str = "") -> Sequence[tuple[int, int]]:
        """Start and end (code points) of each matching word, in order, not overlapping."""
        fits = self._fitting.get(language)
        if fits is None:
            fits = self._fitting[language] = self._fits(language)
        found = pieces(text)
        if not self._phrases:
            return [piece.span() for piece in found if fits[piece[0]]]
        marked = {index for index, piece in enumerate(found) if fits[piece[0]]}
        spelled = [set(forms(piece[0], language)) for piece in found]
        for slots in self._phrases:
            for start in range(len(found) - len(slots) + 1):
                if all(spelled[start + i].intersection(slot) for i, slot in enumerate(slots)):
                    marked.update(range(start, start + len(slots)))
        return [found[index].span() for index in sorted(marked)]

    def _fits(self, language: str) -> "_Fitting":
        languages = (stem_language(language),) if language else self._languages
        wanted = {one: {root for surface in self._words for root in roots(surface, one)} for one in languages}
        return _Fitting(language, self._same, self._starts, wanted)


class _Fitting(dict[str, bool]):
    """Whether a word of a text in one language is to be marked: each is decided once.

    ``same`` are folded words, ``starts`` beginnings, ``roots`` the stems that are marked, by language.
    """

    def __init__(
        self, language: str, same: set[str], starts: tuple[str, ...], roots: Mapping[str, set[str]]
    ) -> None:
        super().__init__()
        self._language, self._same, self._starts, self._roots = language, same, starts, list(roots.items())

    def __missing__(self, surface: str) -> bool:
        if len(self) > KNOWN:
            self.clear()
        fits = self[surface] = self._decide(surface)
        return fits

    def _decide(self, surface: str) -> bool:
        spelled = forms(surface, self._language)
        if not self._same.isdisjoint(spelled):
            return True
        for language, wanted in self._roots:  # half a thousand words a page are asked about: no generators
            if stem(surface, language) in wanted:
                return True
        return bool(self._starts) and any(form.startswith(self._starts) for form in spelled)
