"""Reads what somebody typed into a tree, and never fails: what cannot be understood is said, or left out.

Words side by side are a ranked OR. Quotes, AND and ``+`` require; NOT and ``-`` ban.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whoosh.qparser import plugins
from whoosh.qparser import syntax as whoosh_syntax

from app.search import grammar
from app.search.analysis import words
from app.search.folding import fold, forms
from app.search.syntax import All, Either, Exact, Facet, Loose, Node, Not, Plus, Prefix, Some, Word, Years

LONGEST = 1000  # characters of a query that are read
MOST_LEAVES = 48  # words, phrases and beginnings that are looked for
DEEPEST = 12  # parentheses within parentheses

TOO_LONG = f"Only the first {LONGEST} characters were read."
TOO_MANY = f"Only the first {MOST_LEAVES} words were looked for."
TOO_DEEP = "The parentheses were too many and were left out."
NOT_CLOSED = "A quotation mark is not closed; its words were looked for one by one."
NOT_UNDERSTOOD = "The signs between the words were not understood; only the words were looked for."
NO_SIGNS = "The signs ~ and ^ mean nothing here and were left out."
NO_WORDS = "There is no word to look for."

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂〝〞", '"') | {"\0": " "})
_SIGNS = re.compile(r'(?<=[\w"*)])[~^][\d.]*(?=[\s()]|$)')  # nearness and weight in other query languages
_YEARS = re.compile(r"(\d{1,4})?\s*(?:\.\.|–)\s*(\d{1,4})?")

Variants = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query's tree (None: no words were typed, which asks for everything) and what to tell the reader."""

    node: Node | None
    message: str = ""
    empty: bool = False  # something was typed, and there is no word in it


def parse(text: str, variants: Variants | None = None, voices: frozenset[str] = frozenset()) -> Parsed:
    """Read a query. ``variants`` (folded word or phrase to other forms) are put in as alternatives.

    Folded words among ``voices`` are names under which somebody speaks.
    """
    messages: list[str] = []
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]
        messages.append(TOO_LONG)
    text = text.translate(_QUOTES).strip()
    if not text:
        return Parsed(None, " ".join(messages))
    if _SIGNS.search(text):
        text = _SIGNS.sub("", text)
        messages.append(NO_SIGNS)
    if text.count('"') % 2:
        messages.append(NOT_CLOSED)
    if _depth(text) > DEEPEST:
        text = re.sub("[()]", " ", text)
        messages.append(TOO_DEEP)
    reader = _Reader({key(phrase): others for phrase, others in (variants or {}).items()}, voices)
    try:
        node = reader.node(grammar.parse(text))
    except Exception:  # Whoosh's parser raises many kinds on strange input, and none of them helps a reader
        reader.leaves = 0
        node = reader.side([reader.word(word) for word in re.split(r"[^\w'’]+", text)])
        messages.append(NOT_UNDERSTOOD)
    if reader.leaves > MOST_LEAVES:
        messages.append(TOO_MANY)
    if node is None:
        messages.append(NO_WORDS)
    return Parsed(node, " ".join(messages), node is None)


def key(text: str) -> str:
    """The folded words of a text, with single blanks: how names are compared."""
    return " ".join(fold(word.surface) for word in words(text))


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")" and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def exact(text: str) -> Exact | None:
    """The phrase of a text's words, or None when there are none."""
    slots = tuple(forms(word.surface) for word in words(text))
    return Exact(slots) if slots else None


class _Reader:
    """Turns Whoosh's syntax nodes into ours."""

    def __init__(self, variants: Variants, voices: frozenset[str]) -> None:
        self.variants, self.voices = variants, voices
        self.leaves = 0

    def node(self, found: object) -> Node | None:
        match found:
            case plugins.PhrasePlugin.PhraseNode():
                return self._field(found.fieldname, found.text) or self.phrase(found.text)
            case plugins.PrefixPlugin.PrefixNode():
                return self._field(found.fieldname, found.text, True) or self.prefix(found.text)
            case whoosh_syntax.RangeNode():
                return self._range(found)
            case whoosh_syntax.GroupNode():
                return self._group(found)
            case whoosh_syntax.TextNode():
                return self._field(found.fieldname, found.text) or self.word(found.text)
        return None

    def _group(self, group: whoosh_syntax.GroupNode) -> Node | None:
        if isinstance(group, grammar.Side):
            return self.side([self.node(child) for child in group])
        nodes = tuple(node for child in group if (node := self.node(child)) is not None)
        if not nodes:
            return None
        if isinstance(group, whoosh_syntax.NotGroup):
            return Not(nodes[0] if len(nodes) == 1 else Some(nodes))
        if isinstance(group, grammar.Must):
            return Plus(nodes[0])
        if len(nodes) == 1:
            return nodes[0]
        return All(nodes) if isinstance(group, whoosh_syntax.AndGroup) else Some(nodes)

    def side(self, found: Iterable[Node | None]) -> Node | None:
        """Words side by side. Variants of several words in a row are looked for as well."""
        nodes: list[Node] = [node for node in found if node is not None]
        required: list[Node] = [
            node for node in nodes if isinstance(node, Plus | Exact | All | Facet | Years)
        ]
        banned = [node.node for node in nodes if isinstance(node, Not)]
        optional: list[Node] = [node for node in nodes if node not in required and not isinstance(node, Not)]
        optional += self._rows(nodes)
        if not banned and len(required) + len(optional) <= 1:
            return next(iter([*required, *optional]), None)
        return Loose(tuple(required), tuple(optional), tuple(banned))

    def _rows(self, nodes: list[Node]) -> list[Node]:
        typed = [_typed(node) for node in nodes]
        rows: list[Node] = []
        for phrase, others in self.variants.items():
            width = phrase.count(" ") + 1
            if width > 1 and any(
                all(typed[i : i + width]) and " ".join(typed[i : i + width]) == phrase
                for i in range(len(typed) - width + 1)
            ):
                rows += [node for other in others if (node := self._plain(other)) is not None]
        return rows

    def word(self, text: str) -> Node | None:
        """One word as typed; of several in one (``share-crop``) the phrase, but not required."""
        found = list(words(text))
        kept = [word for word in found if not word.scrap]
        # l'homme, d'or: what stands before an apostrophe is a scrap as well
        kept = [w for i, w in enumerate(kept) if i == len(kept) - 1 or not _elided(text, w.start, w.end)]
        if not kept or not self._room():
            return None
        if len(kept) > 1:
            return Either((Exact(tuple(forms(word.surface) for word in kept[:MOST_LEAVES])),))
        return self._widened(kept[0].surface)

    def phrase(self, text: str) -> Node | None:
        """A phrase, any word of which may stand in one of its variants."""
        whole = exact(text)
        if whole is None or not self._room():
            return None
        if len(whole.slots) > MOST_LEAVES:
            self.leaves = MOST_LEAVES + 1  # which is said
            whole = Exact(whole.slots[:MOST_LEAVES])
        typed = [slot[0] for slot in whole.slots]
        others: list[Node] = []
        for i in range(len(typed)):
            for j in range(i + 1, len(typed) + 1):
                for other in self.variants.get(" ".join(typed[i:j]), ()):
                    if (put := exact(other)) is not None:
                        others.append(Exact(whole.slots[:i] + put.slots + whole.slots[j:]))
        return Plus(Either((whole, *others))) if others else whole

    def prefix(self, text: str) -> Node | None:
        """Words that begin so; of several words the last is the beginning, and the others are words."""
        found = list(words(text))
        if not found or not self._room():
            return None
        start = Prefix(fold(found[-1].surface))
        before = [Word(word.surface) for word in found[:-1]]
        return All((*before, start)) if before else start

    def _plain(self, text: str) -> Node | None:
        found = list(words(text))
        if len(found) == 1:
            return Word(found[0].surface)
        return exact(text)

    def _widened(self, surface: str) -> Node:
        folded = fold(surface)
        others = [other for text in self.variants.get(folded, ()) if (other := self._plain(text)) is not None]
        same = tuple(other.surface for other in others if isinstance(other, Word))
        phrases = [other for other in others if not isinstance(other, Word)]
        voices = (one for one in map(fold, (surface, *same)) if one in self.voices)
        node = Word(surface, same, tuple(dict.fromkeys(voices)))
        return Either((node, *phrases)) if phrases else node

    def _room(self) -> bool:
        self.leaves += 1
        return self.leaves <= MOST_LEAVES

    def _field(self, name: str | None, text: str, open_end: bool = False) -> Node | None:
        if not name or not self._room():
            return None
        name = name.lower()
        years = _YEARS.fullmatch(text.strip())
        if name == "year" and years and any(years.groups()):
            return Years.between(name, *(int(bound) if bound else None for bound in years.groups()))
        value = tuple(key(text).split())
        if not value:
            return None
        others = (tuple(key(other).split()) for other in self.variants.get(" ".join(value), ()))
        named = tuple(Facet(name, other, open_end) for other in (value, *others) if other)
        return Either(named) if len(named) > 1 else named[0]

    def _range(self, found: whoosh_syntax.RangeNode) -> Node | None:
        bounds = [str(bound or "").strip() for bound in (found.start, found.end)]
        whole = all(not bound or bound.isdecimal() for bound in bounds)
        if (found.fieldname or "").lower() == "year" and whole:
            low, high = (int(bound[:4]) if bound else None for bound in bounds)
            return Years.between("year", low, high) if any(bounds) else None
        return self.side([self.word(bound) for bound in " ".join(bounds).split()])


def _typed(node: Node) -> str:
    """The folded word that a node stands for, or nothing when it is not a word."""
    if isinstance(node, Either):
        node = node.nodes[0]
    return fold(node.surface) if isinstance(node, Word) else ""


def _elided(text: str, start: int, end: int) -> bool:
    return end - start <= 2 and end + 1 < len(text) and text[end] in "'’" and text[end + 1].isalnum()
