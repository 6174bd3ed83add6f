"""Whoosh's queries as a tree that is evaluated on whole arrays; or ``Unknown``, for Whoosh to evaluate."""

# mypy: allow-untyped-calls, disable-error-code="attr-defined"
# Whoosh names its queries in a package that does not say that it exports them.

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from whoosh import query
from whoosh.fields import FieldType
from whoosh.query import qcore

from app.search.columnar.arrays import Array


class Unknown(Exception):
    """A query that is not evaluated here."""


class TooMuch(Exception):
    """A query that asks for more than a search may take. The message is for the reader."""


class Listed(Protocol):
    """Documents, ascending, and what each scores."""

    @property
    def documents(self) -> Array:
        """The documents."""

    def scores(self) -> Array:
        """Precise scores."""

    def rough(self) -> Array:
        """Scores in single precision."""

    def at(self, places: Array, /) -> Array:
        """Precise scores of some of the documents, by their places in the list."""


class Term(NamedTuple):
    """A term, as bytes."""

    field: str
    text: bytes
    boost: float


@dataclass(frozen=True, slots=True)
class Many:
    """Terms that are found in the index: ``how`` is prefix, range, pattern or fuzzy.

    If ``constant``, all documents score ``boost``, as Whoosh documents it. (Its own matchers forget this in
    segments of more than 5,000 documents, and whenever there are just two terms.)
    """

    field: str
    how: str
    given: tuple[Any, ...]
    boost: float
    constant: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after another, each at most ``slop`` places from the one before."""

    field: str
    words: tuple[bytes, ...]
    slop: int
    boost: float


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every one."""

    nodes: tuple["Node", ...]
    boost: float


@dataclass(frozen=True, slots=True)
class Any_:
    """Documents that match any."""

    nodes: tuple["Node", ...]
    boost: float


@dataclass(frozen=True, slots=True)
class Best:
    """Documents that match any, with the best score of those that match."""

    nodes: tuple["Node", ...]
    boost: float


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What whoever asks has worked out already: a list of documents and scores for each segment.

    Segments are named by the number of their first document.
    """

    lists: Mapping[int, Listed]


@dataclass(frozen=True, slots=True)
class Two:
    """``how`` is without, with (unscored) or maybe."""

    how: str
    first: "Node"
    second: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """Living documents that do not match; Whoosh scores them one."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Constant:
    """The documents of a node, all scored alike."""

    node: "Node"
    score: float


@dataclass(frozen=True, slots=True)
class Every:
    """All documents, or those with a term in a field."""

    field: str | None
    score: float


Node = Term | Given | Many | Phrase | All | Any_ | Best | Two | Not | Constant | Every
NOTHING = Any_((), 1.0)


MOST_NODES = 2_000  # parts of one query
LONG = "a query has at most {} parts; this one has more"
MOST_EDITS = 3
FUZZY = "words are looked for that differ in at most {} letters"
DEEP = "the query has too many parts within parts"


def compiled(asked: Any, schema: Any) -> Node:
    """The tree of a query. Unknown when some part of it is left to Whoosh, TooMuch when it is too large."""
    every = [asked]
    for one in every:  # which grows meanwhile
        if type(one) is query.Term:
            continue
        if not isinstance(one, qcore.Query):  # a filter may be a set of documents, or results
            raise Unknown(type(one).__name__)
        every.extend(one.children())
        if len(every) > MOST_NODES:
            raise TooMuch(LONG.format(MOST_NODES))
    try:
        return _compiled(asked, schema)
    except RecursionError:
        raise TooMuch(DEEP) from None


def _compiled(asked: Any, schema: Any) -> Node:
    reader = _READERS.get(type(asked))
    if reader is not None:
        return reader(asked, schema)
    if asked is qcore.NullQuery or asked == qcore.NullQuery:
        return NOTHING
    raise Unknown(type(asked).__name__)


def _field(asked: Any, schema: Any) -> Any:
    if asked.fieldname not in schema or schema[asked.fieldname].format is None:
        raise Unknown(asked.fieldname)
    return schema[asked.fieldname]


def _term(asked: Any, schema: Any) -> Node:
    name, text = asked.fieldname, asked.text
    try:
        field = schema[name]
    except KeyError:
        return NOTHING
    if asked.minquality or field.format is None:
        raise Unknown(name)
    try:
        plain = type(text) is str and type(field).to_bytes is FieldType.to_bytes
        return Term(name, text.encode() if plain else field.to_bytes(text), asked.boost)
    except ValueError:
        return NOTHING


def _all(asked: Any, schema: Any) -> Node:
    nodes = tuple(_compiled(one, schema) for one in asked.subqueries)
    return nodes[0] if len(nodes) == 1 else All(nodes, asked.boost) if nodes else NOTHING


def _any(asked: Any, schema: Any) -> Node:
    if asked.scale:
        raise Unknown("scale")
    nodes = tuple(_compiled(one, schema) for one in asked.subqueries)
    return nodes[0] if len(nodes) == 1 else Any_(nodes, asked.boost)


def _best(asked: Any, schema: Any) -> Node:
    if asked.tiebreak:
        raise Unknown("tiebreak")
    nodes = tuple(_compiled(one, schema) for one in asked.subqueries)
    return nodes[0] if len(nodes) == 1 else Best(nodes, asked.boost)


def _phrase(asked: Any, schema: Any) -> Node:
    if asked.fieldname not in schema:
        return NOTHING
    field = _field(asked, schema)
    if not field.format.supports("positions") or any(word is None for word in asked.words):
        raise Unknown("phrase")
    try:
        words = tuple(field.to_bytes(word) for word in asked.words)
    except ValueError:
        return NOTHING
    if len(words) < 2:
        raise Unknown("phrase of one word")
    return Phrase(asked.fieldname, words, asked.slop, asked.boost)


def _prefix(asked: Any, schema: Any) -> Node:
    field = _field(asked, schema)
    if asked.text == "":
        raise Unknown("every")
    return Many(asked.fieldname, "prefix", (field.to_bytes(asked.text),), asked.boost, asked.constantscore)


def _wildcard(asked: Any, schema: Any) -> Node:
    field = _field(asked, schema)
    if asked.text == "*" or not isinstance(asked.text, str):
        raise Unknown("every")
    start = asked.text[: next((i for i, sign in enumerate(asked.text) if sign in "*?["), len(asked.text))]
    given = field.to_bytes(start), fnmatch.translate(asked.text)
    return Many(asked.fieldname, "pattern", given, asked.boost, asked.constantscore)


def _fuzzy(asked: Any, schema: Any) -> Node:
    field = _field(asked, schema)
    if field.separate_spelling() or not isinstance(asked.text, str):
        raise Unknown("fuzzy")
    if asked.maxdist > MOST_EDITS:
        raise TooMuch(FUZZY.format(MOST_EDITS))
    given = asked.text, asked.maxdist, asked.prefixlength
    return Many(asked.fieldname, "fuzzy", given, asked.boost, asked.constantscore)


def _range(asked: Any, schema: Any) -> Node:
    field = _field(asked, schema)
    try:
        low = b"" if asked.start is None else field.to_bytes(asked.start)
        high = b"\xff\xff\xff\xff" if asked.end is None else field.to_bytes(asked.end)
    except ValueError:
        return NOTHING
    given = low, high, asked.startexcl, asked.endexcl
    return Many(asked.fieldname, "range", given, asked.boost, asked.constantscore)


class _Schemed:
    """What Whoosh's ranges of numbers want of a reader: the schema."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema


def _numbers(asked: Any, schema: Any) -> Node:
    return _compiled(asked._compile_query(_Schemed(schema)), schema)


def _two(how: str) -> Callable[[Any, Any], Node]:
    return lambda asked, schema: Two(how, _compiled(asked.a, schema), _compiled(asked.b, schema))


_READERS: dict[type, Callable[[Any, Any], Node]] = {
    query.Term: _term,
    query.And: _all,
    query.Or: _any,
    query.DisjunctionMax: _best,
    query.Phrase: _phrase,
    query.Prefix: _prefix,
    query.Wildcard: _wildcard,
    query.FuzzyTerm: _fuzzy,
    query.TermRange: _range,
    query.NumericRange: _numbers,
    query.DateRange: _numbers,
    query.AndNot: _two("without"),
    query.Require: _two("with"),
    query.AndMaybe: _two("maybe"),
    query.Not: lambda asked, schema: Not(_compiled(asked.query, schema)),
    query.ConstantScoreQuery: lambda asked, schema: Constant(_compiled(asked.child, schema), asked.score),
    query.Every: lambda asked, schema: Every(asked.fieldname or None, asked.boost),
}
