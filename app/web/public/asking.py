"""A search as its address says it: read from the address, and written back with a change."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.errors import Invalid
from app.services.understanding import FACETS
from app.web.addresses import url_for

FILTERS = (*FACETS, "speaker")
SORTS = ("relevance", "date", "-date")
_LONGEST = 1000  # characters of a query
_STRICT = re.compile(r'["“”„«»+]|(?:^|\s)-|\b(?:AND|NOT)\b|\w:\S')
_IN_ADDRESS = ("words", "filters", "sort", "page", "exact", "within", "also")
_PLAIN = "!$'()*,/:;?@"  # signs that stand in a query as they are (WHATWG URL standard, as Werkzeug reads it)
_FARTHEST = 10_000  # pages, or hits skipped: beyond it nobody reads


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked for; the whole of it stands in the address."""

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    exact: bool = False
    within: str = ""
    endpoint: str = "public.search"  # the page on which it is asked
    also: Mapping[str, Any] = field(default_factory=dict)  # what else this page's address says

    @property
    def anything(self) -> bool:
        """Whether there is a question at all."""
        return bool(self.words or self.filters)

    def address(self, **changes: Any) -> str:
        """The address of this search with something changed; a change goes back to page one."""
        said = [
            (name, one)
            for name, held in self.parameters(**{"page": 1, **changes}).items()
            for one in (held if isinstance(held, list) else [held])
        ]
        # As ``url_for`` writes it, but for the path, which is always the same and not built each time.
        return url_for(self.endpoint) + (f"?{urlencode(said, safe=_PLAIN)}" if said else "")

    def at(self, endpoint: str, **more: Any) -> str:
        """The address of the same search on another page of the archive, or as another file."""
        return url_for(endpoint, **self.parameters(page=1, sort="relevance", also={}) | more)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Name and value of all but the words: what a form carries along."""
        said = self.parameters(words="", page=1)
        return [
            (name, str(one))
            for name, held in said.items()
            if name != "q"
            for one in (held if isinstance(held, list) else [held])
        ]

    @property
    def strict(self) -> bool:
        """Whether some words are required, in a row or not wanted: without such signs more is found."""
        return bool(_STRICT.search(self.words))

    def page_address(self, number: int) -> str:
        """The address of another page of the same results."""
        return self.address(page=number)

    def toggled(self, facet: str, value: str) -> str:
        """The address with a facet's value added, or taken away when it was there."""
        held = self.filters.get(facet, ())
        kept = tuple(v for v in held if v != value) if value in held else (*held, value)
        return self.address(filters={**self.filters, facet: kept})

    def widened(self, word: str, others: Iterable[str]) -> str:
        """The address of the same search with any of these in the place of a word of it."""
        names = (name.replace('"', " ") for name in (word, *others))
        either = " OR ".join(f'"{name}"' if " " in name else name for name in names)
        place = self.words.casefold().find(word.casefold())
        if place < 0 or '"' in self.words:
            return self.address(words=f"{self.words} OR {either}")
        after = self.words[place + len(word) :]
        return self.address(words=f"{self.words[:place]}({either}){after}")

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """What differs from a plain search, with something changed."""
        words, filters, sort, page, exact, within, also = (
            changes.get(n, getattr(self, n)) for n in _IN_ADDRESS
        )
        said: dict[str, Any] = {"q": words} if words else {}
        said |= {name: list(values) for name, values in filters.items() if values}
        said |= {"sort": sort} if sort != "relevance" else {}
        said |= {"exact": 1} if exact else {}
        said |= {"within": within} if within else {}
        said |= {"page": page} if page > 1 else {}
        return {**said, **also}


def page_number(args: MultiDict[str, str]) -> int:
    """The page asked for; what is no page number is page one."""
    raw = args.get("page", "1")
    return min(max(int(raw), 1), _FARTHEST) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 1


def optional_number(args: MultiDict[str, str], name: str) -> int | None:
    """A whole number of at least zero, or None."""
    raw = args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def read(args: MultiDict[str, str], endpoint: str = "public.search") -> Asked:
    """A reader's search. What cannot be read in an address is left out, not complained of."""
    sort = args.get("sort", "relevance")
    return Asked(
        words=args.get("q", "").strip()[: _LONGEST + 1],  # one more, or nobody would say that it is too long
        filters=_filters(args),
        sort=sort if sort in SORTS else "relevance",
        page=page_number(args),
        exact=args.get("exact", "") not in ("", "0"),
        within=args.get("within", "")[:64],
        endpoint=endpoint,
    )


def _filters(args: MultiDict[str, str]) -> dict[str, tuple[str, ...]]:
    chosen = {name: tuple(dict.fromkeys(v for v in args.getlist(name) if v)) for name in FILTERS}
    return {name: values for name, values in chosen.items() if values}


def _whole(args: MultiDict[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    raw = args.get(name, str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and lowest <= int(raw) <= highest):
        raise Invalid(f"{name} must be a whole number from {lowest} to {highest}")
    return int(raw)


def read_strictly(args: MultiDict[str, str]) -> tuple[Asked, int, int]:
    """A program's search, with its limit and offset; anything wrong is said plainly."""
    known = {"q", "limit", "offset", "sort", "exact", "within", *FILTERS}
    if unknown := sorted(set(args) - known):
        raise Invalid(f"unknown parameter {unknown[0][:40]!r}; known are {', '.join(sorted(known))}")
    if args.get("sort", "relevance") not in SORTS:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}")
    if len(args.get("q", "")) > _LONGEST:
        raise Invalid(f"q must be at most {_LONGEST} characters")
    if args.get("exact", "0") not in ("0", "1"):
        raise Invalid("exact must be 0 or 1")
    limit = _whole(args, "limit", 20, 1, 1000)
    return read(args), limit, _whole(args, "offset", 0, 0, 1_000_000)
