"""Takes a document apart, field by field, into what is gathered of it."""

# mypy: allow-untyped-calls

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from whoosh import fields, formats
from whoosh.analysis.tokenizers import IDTokenizer
from whoosh.fields import Schema, UnknownFieldError
from whoosh.util.text import utf8encode

from app.search.columnar import payload
from app.search.columnar.gathering import Gathering, spoken
from app.search.columnar.tokenizing import Tokenizing, quick
from app.search.columnar.values import dumped

_KNOWN = (int, float, bool, datetime, date, Decimal, tuple)  # whose values are remembered, and str
_REMEMBERED = 50_000  # values of a field whose terms are remembered
_COST = 8  # what a field of a document counts for, in words

Todo = list[
    tuple[Callable[[int, Any], Any], Any]
]  # what is to be called with the document's number and a value


class _Plan:
    """What is done with one field."""

    def __init__(self, name: str, field: Any) -> None:
        self.name, self.field = name, field
        self.indexed, self.stored, self.column = field.indexed, field.stored, field.column_type
        self.tokenizing: Tokenizing | None = quick(field) if field.indexed else None
        self.kind = payload.kind(field.format) if field.indexed else "none"
        self.bare = self.kind in ("none", "count") and not field.vector and not field.separate_spelling()
        self.whole = (
            type(field) is fields.ID
            and isinstance(field.analyzer, IDTokenizer)
            and type(field.format) is formats.Existence
        )
        self.bulk = field.indexed and hasattr(field, "bulk")
        self.shown: dict[Any, Any] = {}  # values and how they stand in the column
        self.into: Any = None  # what takes the field's values in this run


class Taking:
    """Documents of one schema, into a gathering. ``count`` are those that are in it."""

    def __init__(self, schema: Schema, gathering: Gathering) -> None:
        self.schema = schema
        self._plans: dict[str, _Plan] = {}
        self.renew(gathering)

    def renew(self, gathering: Gathering) -> None:
        """Begin a new run."""
        self.gathering, self.count = gathering, 0
        for plan in self._plans.values():
            plan.into = None
            if plan.tokenizing is not None and plan.tokenizing.full:
                plan.tokenizing.reset()

    def _plan(self, name: str) -> _Plan:
        if name not in self.schema:
            raise UnknownFieldError(f"No field named {name!r} in {self.schema}")
        found = self._plans[name] = _Plan(name, self.schema[name])
        return found

    def add(self, given: dict[str, Any], boost: float) -> bool:
        """A document. Raises whatever its fields raise, before anything of it is kept.

        False: nothing was kept, because a field that got plain texts in this run now gets something else;
        a new run must begin.
        """
        todo: Todo = []
        plans = self._plans
        for name, value in given.items():
            if name[0] == "_":
                continue
            plan = plans.get(name) or self._plan(name)
            if value is None:
                continue
            if plan.indexed:
                own = given.get(f"_{name}_boost", boost)
                if not self._indexed(plan, value, own, todo):
                    return False
            if plan.stored or plan.column:
                self._kept(plan, given.get(f"_stored_{name}", value), todo)
        document = self.gathering.document = self.count
        for act, what in todo:
            act(document, what)
        self.gathering.size += _COST * len(todo)
        self.count += 1
        return True

    def _kept(self, plan: _Plan, value: Any, todo: Todo) -> None:
        if value is None:
            return
        if plan.stored:
            todo.append((self.gathering.values(plan.name).add, spoken(value)))
        if plan.column:
            kind, into = self.gathering.column(plan.name, plan.column)
            known = type(value) in _KNOWN
            shown = plan.shown.get(value) if known else None
            if shown is None:
                shown = plan.field.to_column_value(value)
                if known and len(plan.shown) < _REMEMBERED:
                    plan.shown[value] = shown
            todo.append((into.add, dumped(shown) if kind == "value" else shown))

    def _indexed(self, plan: _Plan, value: Any, boost: float, todo: Todo) -> bool:
        gathering, name = self.gathering, plan.name
        if plan.bulk:
            if plan.into is None:
                plan.into = gathering.bulk(name, plan.field)
            todo.append((plan.into.add, value))
            return True
        text = type(value) is str and boost == 1.0
        if plan.tokenizing is not None:
            if text:
                if plan.into is None:
                    plan.into = gathering.text(name, plan.tokenizing)
                gathering.size += len(value) // 6
                todo.append((plan.into.add, value))
                return True
            if name in gathering.texts:
                return False
            plan.tokenizing = None  # from now on term by term
        if plan.whole:
            if text:
                if plan.into is None:
                    plan.into = gathering.whole(name, plan.field.format.field_boost)
                todo.append((plan.into.add, utf8encode(value)[0]))
                return True
            if name in gathering.wholes:
                return False
            plan.whole = False
        if plan.bare:
            self._tagged(plan, value, boost, todo)
        else:
            self._posted(plan, value, boost, todo)
        return True

    def _tagged(self, plan: _Plan, value: Any, boost: float, todo: Todo) -> None:
        field, into = plan.field, self.gathering.tagged(plan.name, plan.kind)
        known = value if type(value) is str else (type(value), value) if type(value) in _KNOWN else None
        known = known if boost == 1.0 else None
        tags = into.memo.get(known) if known is not None else None
        if tags is None:
            items = field.index(value)
            tags = into.tags((term, count, weight * boost, rest) for term, count, weight, rest in items)
            if known is not None and len(into.memo) < _REMEMBERED:
                into.memo[known] = tags
        todo.append((into.add, tags))
        if field.scorable:
            todo.append((self._length(plan.name), sum(tags[1])))

    def _length(self, name: str) -> Callable[[int, int], None]:
        return lambda document, length: self.gathering.length(name, length)

    def _posted(self, plan: _Plan, value: Any, boost: float, todo: Todo) -> None:
        gathering, name, field = self.gathering, plan.name, plan.field
        items = list(field.index(value))

        def post(document: int, items: Any) -> None:
            for term, _, weight, rest in items:
                gathering.post(name, field.format, term, weight * boost, rest)

        todo.append((post, items))
        if field.scorable:
            todo.append((self._length(name), sum(count for _, count, _, _ in items)))
        if field.separate_spelling():
            words = [(utf8encode(word)[0], 1, 1.0, b"") for word in field.spellable_words(value)]
            spelled = gathering.tagged(field.spelling_fieldname(name), "none")
            todo.append((spelled.add, spelled.tags(words)))
        if field.vector:
            found = field.vector.word_values(value, field.analyzer, mode="index")
            vector = sorted((text, weight, rest) for text, _, weight, rest in found)
            todo.append((lambda document, items: gathering.vector(name, field.vector, items), vector))
