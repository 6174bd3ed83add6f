"""A searcher that answers from whole arrays, and leaves to Whoosh's own what it does not know."""

# mypy: allow-untyped-calls, allow-untyped-defs, disallow-subclassing-any=False

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from whoosh import scoring
from whoosh.collectors import WrappingCollector
from whoosh.searching import Results, Searcher

from app.search.columnar.joining import joined
from app.search.columnar.nodes import TooMuch, Unknown, compiled
from app.search.columnar.ranking import Answer, Asked, answer, documents_of
from app.search.columnar.segment import ColumnSegment, data_of
from app.search.columnar.snapshot import Patience, Snapshot, View

_KNOWN = {"limit", "filter", "mask", "sortedby", "reverse", "scored", "optimize", "terms"}


class _Collected:
    """Stands for Whoosh's collector in results: how many documents were found, and which."""

    def __init__(self, searcher: "ColumnarSearcher", asked: Asked, total: int) -> None:
        self._searcher, self._asked, self._total = searcher, asked, total

    def count(self) -> int:
        """How many."""
        return self._total

    def computes_count(self) -> bool:
        """The number is known."""
        return True

    def all_ids(self) -> Iterator[int]:
        """Which."""
        return iter(documents_of(self._searcher.snapshot, self._asked).tolist())


class ColumnarSearcher(Searcher):
    """Whoosh's searcher. ``search`` gives what Whoosh's would give; ``ask`` counts facets as well.

    ``seconds`` is how long a search may take; what takes longer is TooMuch.
    """

    seconds = 10.0

    @cached_property
    def snapshot(self) -> Snapshot:
        """What is evaluated. Unknown when the reader is not one of columns, or scores not by BM25F."""
        if type(self.weighting) is not scoring.BM25F or self.has_parent():
            raise Unknown("weighting")
        views = []
        for reader, base in (
            self.ixreader.leaf_readers() if not self.ixreader.is_atomic() else ((self.ixreader, 0),)
        ):
            segment = reader.segment()
            if isinstance(segment, ColumnSegment):
                views.append(View(segment, data_of(reader.storage(), segment), base))
            elif reader.doc_count_all():
                raise Unknown("codec")
        return Snapshot(joined(views), self.schema, self.weighting)

    def ask(
        self,
        q: Any,
        limit: int | None = 10,
        filters: Sequence[Any] = (),
        banned: Sequence[Any] = (),
        facets: Sequence[str] = (),
        group: str = "",
        sortedby: str = "",
        reverse: bool = False,
    ) -> Answer:
        """The best documents, their number, and how many documents and groups have each value of ``facets``.

        ``group`` is the field whose values part documents into groups. Unknown when Whoosh must answer,
        TooMuch when the query asks for too much.
        """
        schema = self.schema
        narrowed = tuple([compiled(one, schema) for one in filters]) if filters else ()
        left_out = tuple([compiled(one, schema) for one in banned]) if banned else ()
        asked = Asked(compiled(q, schema), limit, narrowed, left_out, tuple(facets), group, sortedby, reverse)
        self.snapshot.patience.until = time.monotonic() + self.seconds
        return answer(self.snapshot, asked)

    def stored(self, document: int, field: str) -> Any:
        """What a document stores of one field; None: nothing."""
        return self.stored_many((document,), field)[0]

    def stored_many(self, documents: Sequence[int], field: str) -> list[Any]:
        """What documents store of one field."""
        views = self.snapshot.views
        return views[0].data.values(documents, field) if views else []

    def search(self, q: Any, **kwargs: Any) -> Results:
        """As Whoosh's ``Searcher.search``. TooMuch when the query asks for more than a search may take."""
        began = time.perf_counter()
        try:
            asked = self._asked(q, **kwargs)
            self.snapshot.patience.until = time.monotonic() + self.seconds
            found = answer(self.snapshot, asked)
        except Unknown:
            return self._walked(q, **kwargs)
        results = Results(self, q, found.hits, runtime=time.perf_counter() - began)
        results.collector = _Collected(self, asked, found.total)  # type: ignore[assignment]  # all that is asked of it
        return results

    def _walked(self, q: Any, **kwargs: Any) -> Results:
        """What Whoosh's own searcher finds, document by document."""
        patience = Patience()
        patience.until = time.monotonic() + self.seconds
        collector = innermost = self.collector(**kwargs)
        while isinstance(innermost, WrappingCollector):
            innermost = innermost.child
        matches = innermost.matches

        def patient() -> Iterator[int]:
            for number in matches():
                patience.check()
                yield number

        innermost.matches = patient
        self.search_with_collector(q, collector)
        found: Results = collector.results()
        return found

    def _asked(self, q: Any, **kwargs: Any) -> Asked:
        sort, limit = kwargs.get("sortedby"), kwargs.get("limit", 10)
        if kwargs.keys() - _KNOWN or kwargs.get("terms") or not kwargs.get("scored", True):
            raise Unknown("options")
        if (sort and not isinstance(sort, str)) or (kwargs.get("reverse") and not sort):
            raise Unknown("order")
        if limit is not None and limit < 1:
            raise ValueError("limit must be >= 1")
        filters = [] if kwargs.get("filter") is None else [kwargs["filter"]]
        banned = [] if kwargs.get("mask") is None else [kwargs["mask"]]
        if sort and not all(sort in part.data.columns for view in self.snapshot.views for part in view.parts):
            raise Unknown("order")
        schema = self.schema
        return Asked(
            compiled(q, schema),
            limit,
            tuple(compiled(one, schema) for one in filters),
            tuple(compiled(one, schema) for one in banned),
            sort=sort or "",
            last=bool(kwargs.get("reverse")),
        )


__all__ = ["ColumnarSearcher", "TooMuch", "Unknown"]
