"""What an index keeps of a passage, as a Whoosh schema, and the version of all that is written to disk.

A document is a passage. ``words`` are its folded words with their places, ``stems`` its ranking terms with
theirs, ``turns`` says where those who ask and those who tell take turns. ``group`` is its testimony,
``facet_...`` the values to filter and count by, ``stemmed`` the languages of its stems. A group without
passages has one document that says so (``empty``) and nothing else.
"""

# mypy: allow-untyped-calls, disallow-subclassing-any=False, disable-error-code="arg-type, override"

from collections.abc import Iterator
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis.acore import Token
from whoosh.analysis.tokenizers import IDTokenizer, Tokenizer

from app.search.analysis import words
from app.search.folding import fold
from app.search.tokens import Tokens

VERSION = 5  # raise it when analysis, fields or formats change

FACET = "facet_"  # what the names of facets begin with, as fields


class Folded(Tokenizer):
    """The folded words of a text, as ``words`` holds them: what Whoosh's own query parser needs."""

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        """One token a word."""
        token = Token(positions=True, chars=True)
        for place, word in enumerate(words(value)):
            token.text, token.pos, token.stopped = fold(word.surface), place, False
            token.startchar, token.endchar = word.start, word.end
            yield token


class Said(fields.FieldType):
    """The utterances of a passage. They are gathered all at once, with their stems, by ``Tokens``."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), Folded(), scorable=True)
        self.version = VERSION

    def bulk(self, name: str) -> Tokens:
        """What takes the utterances of passages."""
        return Tokens()


class Values(fields.FieldType):
    """Values as they are, any number of them (a tuple of strings)."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), IDTokenizer())

    def index(self, value: tuple[str, ...], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Each value once."""
        for one in dict.fromkeys(value):
            yield one.encode(), 1, 1.0, b""


def schema() -> fields.Schema:
    """The fields of every index."""
    whole = columns.NumericColumn("i")
    found = fields.Schema(
        words=Said(),
        stems=fields.FieldType(formats.Positions(), IDTokenizer(), scorable=True),
        turns=fields.FieldType(formats.Positions(), IDTokenizer()),
        group=fields.ID(stored=True),
        stamp=fields.STORED(),
        empty=fields.ID(),
        number=fields.COLUMN(whole),
        first=fields.COLUMN(whole),
        last=fields.COLUMN(whole),
        date=fields.COLUMN(columns.VarBytesColumn()),
        stemmed=Values(),
    )
    found.add(f"{FACET}*", Values(), glob=True)
    return found
