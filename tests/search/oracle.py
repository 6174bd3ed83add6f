"""A search engine by brute force: reads every document for every query. What the real one is held against."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.search import Document, Query

Groups = Mapping[str, Sequence[Document]]


def plain(text: str) -> list[str]:
    """Lower-case words without accents: enough for the alphabet of the tests, and not the code under test."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ı", "i"))
    return re.findall(r"[a-z0-9]+", "".join(sign for sign in bare if not unicodedata.combining(sign)))


@dataclass(frozen=True)
class Ask:
    """A query as a tree: kind, and words or children."""

    kind: str  # word, phrase, prefix, and, or, not, field, years, side
    text: str = ""
    children: tuple["Ask", ...] = ()

    def __str__(self) -> str:
        inner = [str(child) for child in self.children]
        match self.kind:
            case "word":
                return self.text
            case "phrase":
                return f'"{self.text}"'
            case "prefix":
                return self.text + "*"
            case "field" | "years":
                return self.text
            case "not":
                return f"NOT {inner[0]}"
            case "side":
                return "(" + " ".join(inner) + ")"
        return "(" + f" {self.kind.upper()} ".join(inner) + ")"


def matches(ask: Ask, document: Document) -> bool:
    """Whether a document answers, by reading it."""
    lines = [plain(utterance.text) for utterance in document.utterances]
    match ask.kind:
        case "word":
            return any(ask.text in line for line in lines)
        case "prefix":
            return any(word.startswith(ask.text) for line in lines for word in line)
        case "phrase":
            wanted = plain(ask.text)
            return any(
                line[i : i + len(wanted)] == wanted
                for line in lines
                for i in range(len(line) - len(wanted) + 1)
            )
        case "field":
            name, _, value = ask.text.partition(":")
            wanted_text = " ".join(plain(value))
            return any(f" {wanted_text} " in f" {' '.join(plain(v))} " for v in document.facets.get(name, ()))
        case "years":
            low, high = (int(bound) for bound in ask.text.removeprefix("year:").split(".."))
            return any(low <= int(value) <= high for value in document.facets.get("year", ()))
        case "and":
            return all(matches(child, document) for child in ask.children)
        case "or":
            return any(matches(child, document) for child in ask.children)
        case "not":
            return not matches(ask.children[0], document)
    return _side(ask.children, document)


def _side(children: Sequence[Ask], document: Document) -> bool:
    must = [child for child in children if child.kind in ("phrase", "and", "field", "years")]
    banned = [child.children[0] for child in children if child.kind == "not"]
    may = [child for child in children if child not in must and child.kind != "not"]
    words_required = any(child.kind in ("phrase", "and") for child in must)
    return (
        all(matches(child, document) for child in must)
        and not any(matches(child, document) for child in banned)
        and (not may or words_required or any(matches(child, document) for child in may))
    )


def answer(groups: Groups, ask: Ask, query: Query) -> tuple[set[tuple[str, int]], dict[str, dict[str, int]]]:
    """All (group, number) that answer, and the facet counts of their groups."""
    found = {
        (group, document.number): document
        for group, documents in groups.items()
        for document in documents
        if matches(ask, document)
        and all(set(values) & set(document.facets.get(name, ())) for name, values in query.filters.items())
        and query.group in ("", group)
    }
    facets = {}
    for name in query.facets:
        holders: dict[str, set[str]] = {}
        for (group, _), document in found.items():
            for value in document.facets.get(name, ()):
                holders.setdefault(value, set()).add(group)
        facets[name] = {value: len(held) for value, held in holders.items()}
    return set(found), facets
