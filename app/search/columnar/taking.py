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

_REMEMBERED = (int, float, bool, datetime, date, Decimal)


class _Plan:
    """What is done with one field."""

    def __init__(self, name: str, field: Any) -> None:
        self.name, self.field = name, field
        self.tokenizing: Tokenizing | None = quick(field) if field.indexed else None
        self.kind = payload.kind(field.format) if field.indexed else "none"
        self.bare = self.kind in ("none", "count") and not field.vector and not field.separate_spelling()
        self.whole = (
            type(field) is fields.ID
            and type(field.analyzer) is IDTokenizer
            and type(field.format) is formats.Existence
        )


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
        todo: list[Callable[[], Any]] = []
        gathering = self.gathering
        for name, value in given.items():
            if name[0] == "_" or value is None:
                if name[0] != "_" and name not in self._plans:
                    self._plan(name)
                continue
            plan = self._plans.get(name) or self._plan(name)
            field_boost = given.get(f"_{name}_boost", boost)
            if plan.field.indexed:
                act = self._indexed(plan, value, field_boost)
                if act is None:
                    return False
                todo.append(act)
            self._kept(plan, given.get(f"_stored_{name}", value), todo)
        gathering.document = self.count
        for act in todo:
            act()
        self.count += 1
        return True

    def _kept(self, plan: _Plan, value: Any, todo: list[Callable[[], Any]]) -> None:
        gathering, name, field = self.gathering, plan.name, plan.field
        if field.stored and value is not None:
            said = spoken(value)
            todo.append(lambda: gathering.store(name, said))
        column = field.column_type
        if column and value is not None:
            shown = field.to_column_value(value)
            todo.append(lambda: gathering.column(name, column, shown))

    def _indexed(self, plan: _Plan, value: Any, boost: float) -> Callable[[], Any] | None:
        gathering, name, field = self.gathering, plan.name, plan.field
        if plan.tokenizing is not None:
            if type(value) is str and boost == 1.0:
                tokenizing = plan.tokenizing
                return lambda: gathering.text(name, tokenizing, value)
            if name in gathering.texts:
                return None
            plan.tokenizing = None  # from now on term by term
        if plan.bare:
            return self._tagged(plan, value, boost)
        return self._posted(plan, list(field.index(value)), value, boost)

    def _tagged(self, plan: _Plan, value: Any, boost: float) -> Callable[[], Any]:
        gathering, name, field = self.gathering, plan.name, plan.field
        if plan.whole and type(value) is str:
            term = utf8encode(value)[0]
            weight = field.format.field_boost
            return lambda: gathering.tag(name, plan.kind, None, lambda: ((term, 1, weight, b""),), boost)
        known = value if type(value) is str else (type(value), value) if type(value) in _REMEMBERED else None
        known = known if boost == 1.0 else None
        if gathering.remembers(name, known):
            items: Any = ()
        else:
            items = list(field.index(value))

        def act() -> None:
            length = gathering.tag(name, plan.kind, known, lambda: items, boost)
            if field.scorable:
                gathering.length(name, length)

        return act

    def _posted(self, plan: _Plan, items: list[Any], value: Any, boost: float) -> Callable[[], Any]:
        gathering, name, field = self.gathering, plan.name, plan.field
        spelled = list(field.spellable_words(value)) if field.separate_spelling() else []
        vector: list[Any] = []
        if field.vector:
            found = field.vector.word_values(value, field.analyzer, mode="index")
            vector = sorted((text, weight, payload_) for text, _, weight, payload_ in found)

        def act() -> None:
            for term, _, weight, rest in items:
                gathering.post(name, field.format, term, weight * boost, rest)
            if field.scorable:
                gathering.length(name, sum(count for _, count, _, _ in items))
            if spelled:
                words = [(utf8encode(word)[0], 1, 1.0, b"") for word in spelled]
                gathering.tag(field.spelling_fieldname(name), "none", None, lambda: words)
            if vector:
                gathering.vector(name, field.vector, vector)

        return act
