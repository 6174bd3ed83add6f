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
from app.search.columnar.buffers import Tagged
from app.search.columnar.gathering import Gathering, spoken
from app.search.columnar.shapes import Shape
from app.search.columnar.tokenizing import Tokenizing, quick
from app.search.columnar.values import dumped

_KNOWN = frozenset((str, int, float, bool, datetime, date, Decimal, tuple))  # values of these are remembered
_SHAPES = 1000  # kinds of document that are remembered
_REMEMBERED = 50_000  # values of a field whose terms are remembered
_COST = 50  # bytes of memory that a field of a document takes, beside a byte for each letter of a text

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
        self.shown: dict[type, dict[Any, Any]] = {}  # values of each type, and how they stand in the column
        self.into: Any = None  # what takes the field's values in this run


class Taking:
    """Documents of one schema, into a gathering. ``count`` are those that are in it."""

    def __init__(self, schema: Schema, gathering: Gathering) -> None:
        self.schema = schema
        self._plans: dict[str, _Plan] = {}
        self._renew(gathering)

    def handed(self, gathering: Gathering) -> tuple[Gathering, int]:
        """What was gathered in this run, and of how many documents; a new run begins with ``gathering``."""
        self.settle()
        full, count = self.gathering, self.count
        full.settle()
        self._renew(gathering)
        return full, count

    def _renew(self, gathering: Gathering) -> None:
        self.gathering, self.count = gathering, 0
        self._shapes: dict[tuple[Any, ...], Shape | None] = {}
        self._last: Shape | None = None  # whose documents may be waiting
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
        values = tuple(given.values())
        key = (*given, *map(type, values))
        shape = self._shapes.get(key)
        if shape is not None and boost == 1.0:
            if shape is not self._last:
                self.settle()
                self._last = shape
            self.gathering.document = self.count
            size = shape.take(self.count, values)
            if size >= 0:
                self.gathering.size += size
                self.count += 1
                return True
        if not self._looked_at(given, boost):
            return False
        if key not in self._shapes and len(self._shapes) < _SHAPES:
            self._shapes[key] = self._shape(given)
        return True

    def settle(self) -> None:
        """All documents are in the gathering when this returns."""
        if self._last is not None:
            self._last.settle()

    def _shape(self, given: dict[str, Any]) -> Shape | None:
        """How documents like this one are taken apart; None: each must be looked at."""
        shape = Shape(_COST * sum(value is not None for value in given.values()))
        for place, (name, value) in enumerate(given.items()):
            if name[0] == "_":
                return None
            if value is not None and not self._step(shape, place, self._plans[name], type(value)):
                return None
        return shape

    def _step(self, shape: Shape, place: int, plan: _Plan, kind: type) -> bool:
        """What is done with the values of a field; False: it is not known beforehand."""
        if plan.indexed:
            if plan.bulk:
                shape.bulk(place, plan.into.add)
            elif plan.tokenizing is not None or plan.whole:
                if kind is not str:
                    return False
                shape.plain(place, plan.into)
                shape.waiting &= plan.tokenizing is None or plan.tokenizing.plain
            elif plan.bare and kind in _KNOWN and not plan.field.scorable:
                into = self.gathering.tagged(plan.name, plan.kind)
                memo = into.memo.setdefault(kind, {})
                shape.told(place, memo, lambda value: self._given(plan, into, value, 1.0), into)
            else:
                return False
        if plan.stored:
            if kind is not str:
                return False
            shape.plain(place, self.gathering.values(plan.name))
        if plan.column:
            if kind not in _KNOWN:
                return False
            column = self.gathering.column(plan.name, plan.column)[1]
            memo = plan.shown.setdefault(kind, {})
            shape.told(place, memo, lambda value: self._shown(plan, value), column)
        return True

    def _looked_at(self, given: dict[str, Any], boost: float) -> bool:
        """As ``add``, for any document."""
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
        self.settle()
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
            said = spoken(value)
            plain = type(value) is str and said[:1] != b"\0"  # as shapes take it
            todo.append((self.gathering.values(plan.name).add, value if plain else said))
        if plan.column:
            _, into = self.gathering.column(plan.name, plan.column)
            todo.append((into.add, self._shown(plan, value)))

    def _shown(self, plan: _Plan, value: Any) -> Any:
        """A value as it stands in the field's column."""
        memo = plan.shown.setdefault(type(value), {}) if type(value) in _KNOWN else {}
        shown = memo.get(value) if memo else None
        if shown is None:
            shown = plan.field.to_column_value(value)
            if self.gathering.column(plan.name, plan.column)[0] == "value":
                shown = dumped(shown)
            if type(value) in _KNOWN and len(memo) < _REMEMBERED:
                memo[value] = shown
        return shown

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
                gathering.size += len(value)
                todo.append((plan.into.add, value))
                return True
            if name in gathering.texts:
                return False
            plan.tokenizing = None  # from now on term by term
        if plan.whole:
            if text:
                if plan.into is None:
                    plan.into = gathering.whole(name, plan.field.format.field_boost)
                utf8encode(value)  # raises what cannot be said
                todo.append((plan.into.add, value))
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
        into = self.gathering.tagged(plan.name, plan.kind)
        number = self._given(plan, into, value, boost)
        todo.append((into.add, number))
        if plan.field.scorable:
            todo.append((self._length(plan.name), into.length(number)))

    @staticmethod
    def _given(plan: _Plan, into: Tagged, value: Any, boost: float) -> int:
        """The number of what a value gives in a field without places."""
        known = type(value) in _KNOWN and boost == 1.0
        memo = into.memo.setdefault(type(value), {}) if known else {}
        number = memo.get(value) if memo else None
        if number is None:
            items = plan.field.index(value)
            number = into.tags((term, count, weight * boost, rest) for term, count, weight, rest in items)
            if known and len(memo) < _REMEMBERED:
                memo[value] = number
        return number

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
