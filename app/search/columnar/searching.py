"""A searcher that answers from whole arrays, and leaves to Whoosh's own what it does not know."""

# mypy: allow-untyped-calls, allow-untyped-defs, disallow-subclassing-any=False

from whoosh.searching import Searcher


class ColumnarSearcher(Searcher):
    """Whoosh's searcher."""
