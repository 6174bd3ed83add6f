"""The query language, as Whoosh's query parser with plug-ins of our choice.

Words, ``"phrases"``, AND OR NOT, parentheses, ``+`` and ``-``, ``beginning*``, ``field:value`` and
``year:[1990 TO 1995]``. No wildcards inside words, no boosts, no fuzziness: a question mark ends a question.
"""

# mypy: allow-untyped-calls
# Whoosh's public names are typed, its constructors and writers are not.

from functools import cache
from typing import Any

from whoosh.qparser import plugins, syntax
from whoosh.qparser.default import QueryParser
from whoosh.qparser.taggers import FnTagger

FIELDS = ("speaker", "event", "claim", "tag", "place", "collection", "language", "year")


class Side(syntax.GroupNode):
    """Words written side by side, without an operator between them.

    Not a kind of OrGroup, or an OR that follows would be taken in among them.
    """

    merging = False


class Must(syntax.GroupNode):
    """What a plus sign stands before."""


class _Signs(plugins.PlusMinusPlugin):
    """``+word`` and ``-word`` at any depth, and only at the beginning of a word."""

    def __init__(self) -> None:
        super().__init__(plusexpr=r"(?<![^\s(])\+(?=[^\s+)-])", minusexpr=r"(?<![^\s(])[-\u2212](?=[^\s+)-])")

    def taggers(self, parser: Any) -> list[tuple[Any, int]]:
        return [
            (FnTagger(self.plusexpr, self.Plus, "plus"), 0),
            (FnTagger(self.minusexpr, self.Minus, "minus"), 0),
        ]

    def filters(self, parser: Any) -> list[tuple[Any, int]]:
        return [(self._bind, 510)]  # after blanks are gone, before operators look at their neighbours

    def _bind(self, parser: Any, group: Any) -> Any:
        bound = group.empty_copy()
        wrap: Any = None
        for node in group:
            if isinstance(node, self.Plus):
                wrap = Must
            elif isinstance(node, self.Minus):
                wrap = syntax.NotGroup
            else:
                if isinstance(node, syntax.GroupNode):
                    node = self._bind(parser, node)
                if wrap is not None and not isinstance(node, syntax.Operator):
                    node = wrap([node])
                bound.append(node)
                wrap = None
        return bound


class _Parser(QueryParser):
    """Asks its plug-ins once what they do: Whoosh's own asks them, and sorts what they say, at each query."""

    @cache  # noqa: B019 - there is one parser
    def taggers(self) -> Any:
        """What finds signs and words in a query, in order."""
        return super().taggers()

    @cache  # noqa: B019 - as above
    def filters(self) -> Any:
        """What puts the nodes found together, in order."""
        return super().filters()


def parse(text: str) -> Any:
    """The tree of Whoosh's syntax nodes for a query. It may raise anything on strange input."""
    return _parser().process(text)


@cache
def _parser() -> Any:
    chosen: list[Any] = [
        plugins.FieldsPlugin(rf"(?<!\w)(?P<text>(?i:{'|'.join(FIELDS)})):(?=[^\s:)])"),
        plugins.PhrasePlugin(r'"(?P<text>[^"]*)"(?P<slop>(?!))?'),
        plugins.RangePlugin(),
        # Whoosh's own expression takes a parenthesis or a sign before the word for part of it.
        plugins.PrefixPlugin(r'(?P<text>[^\s*()"+:\[\]\u2212-][^\s*()"\[\]]*)[*](?!\w)'),
        plugins.GroupPlugin(),
        plugins.OperatorsPlugin(AndNot=None, AndMaybe=None, Require=None),
        _Signs(),
    ]
    return _Parser(None, None, plugins=chosen, group=Side)
