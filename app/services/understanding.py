"""Understand what a reader asks: under which names, in whose voice, and what of it stands nowhere."""

from collections.abc import Mapping
from itertools import chain

from app.archive import index
from app.errors import Invalid
from app.search import Query
from app.search.folding import fold
from app.search.parsing import key
from app.search.spelling import keys
from app.search.suggesting import spoken
from app.services import indexing, naming, widening, wording

FACETS = ("collection", "event", "claim", "tag", "place", "language", "year", "media")


def understood(
    words: str,
    audience: str,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    *,
    sort: str = "relevance",
    exact: bool = False,
    within: str = "",
    late: bool = False,
) -> Query:
    """The question as an index is asked it: whatever shows passages of a search begins here.

    The arguments are those of ``ask``; ``within`` must be open to the audience.
    """
    filters = filters or {}
    if sort not in ("relevance", "date", "-date"):
        raise Invalid("Results are sorted by relevance, date or -date.")
    if unknown := set(filters) - {*FACETS, "speaker"}:
        raise Invalid(f"There is no facet {', '.join(sorted(unknown))}; there are {', '.join(FACETS)}.")
    held_back = frozenset[str]() if late else indexing.awaited()
    variants = {} if exact else _variants(words, audience, held_back)
    speaking = frozenset[str]() if exact else _voices(words, variants, audience, held_back)
    return Query(words, filters, variants, speaking, sort=sort, group=within, without=held_back)


def _variants(words: str, audience: str, held_back: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Other names: those the archive knows, labels of the same term, then what the index makes likely."""
    found = naming.variants(words, audience)
    for more in (wording.synonyms(words, audience), widening.spellings(words, audience, held_back)):
        for word, others in more.items():
            own = found.get(word, ())
            held = {key(other) for other in own}
            found[word] = (*own, *{key(one): one for one in others if key(one) not in held}.values())
    return found


def _voices(
    words: str, variants: Mapping[str, tuple[str, ...]], audience: str, held_back: frozenset[str]
) -> frozenset[str]:
    """The folded names, as typed or as spelt elsewhere, under which somebody speaks: Kaspen for Каспен."""
    engine = index(audience)
    words = _named(words, audience, held_back)
    found = engine.voices(words, held_back)
    for word in spoken(words):
        own = fold(word.surface)
        if own not in found and not word.surface[0].islower():
            mine = keys(word.surface)
            others = [one for one in variants.get(own, ()) if " " not in one and mine & keys(one)]
            found |= engine.voices(", ".join(others), held_back)
    return found


def _named(words: str, audience: str, held_back: frozenset[str]) -> str:
    """The query with a capital for every name under which somebody speaks: many type none."""
    engine = index(audience)
    for word in reversed(spoken(words)):
        name = word.surface.capitalize()
        if (
            word.surface[0].islower()
            and engine.voices(name, held_back)
            and widening.is_name(word.surface, audience, held_back)
        ):
            words = words[: word.start] + name + words[word.end :]
    return words


def voices(words: str, query: Query) -> tuple[str, ...]:
    """The names, as typed or as spelt elsewhere, under which somebody speaks who is found by them."""
    found: list[str] = []
    end = -1
    for word in spoken(words):
        other = (one for one in query.variants.get(fold(word.surface), ()) if fold(one) in query.voices)
        name = word.surface if fold(word.surface) in query.voices else next(other, "")
        if name and end >= 0 and not words[end : word.start].strip(" ."):
            found[-1] += f" {name}"
        elif name:
            found.append(name)
        end = word.end if name else -1
    return tuple(dict.fromkeys(found))


def absent(words: str, query: Query, audience: str) -> tuple[str, ...]:
    """The words, as typed, that are in no passage the audience may read, under no name that is searched.

    None when that is all of them: then nothing is found, and no more need be said.
    """
    found = index(audience).absent(words, query.without, frozenset(_known(query)) | query.voices)
    return found if len(found) < len(spoken(words)) else ()


def suggestion(words: str, query: Query, audience: str) -> str:
    """What may have been meant, as the archive writes it; a name that the archive knows is no slip."""
    engine, known = index(audience), frozenset(_known(query))
    better = engine.suggest(words, query.without, known)
    if better:  # which is seldom, and to know all names takes a while
        better = engine.suggest(words, query.without, known | naming.known(words, audience))
    typed = {word.surface for word in spoken(words)}
    new = [word for word in spoken(better) if word.surface not in typed]
    written = widening.written([word.surface for word in new], audience, query.without)
    for word in reversed(new):
        better = better[: word.start] + written[word.surface] + better[word.end :]
    return better


def _known(query: Query) -> set[str]:
    """The words of names that are searched under other names as well."""
    return set(chain.from_iterable(name.split() for name in query.variants))
