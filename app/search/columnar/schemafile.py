"""A Whoosh schema as JSON and back, so that opening an index runs nothing the index brought along.

Objects are written by the name of their class and their attributes. Only classes and functions of Whoosh's
own analysis, fields, formats, columns and stemmers are read back, and only of the kinds that a schema is made
of. A schema with parts of one's own is written as far as names go; it must be given when its index is opened.
"""

# mypy: allow-untyped-calls, disable-error-code="no-untyped-call"

import importlib
import re
from collections.abc import Callable
from types import FunctionType
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis.acore import Composable

from app.search.columnar.values import plain, value

_TAG = "\u0001"
_ROOMS = ("whoosh.analysis.", "whoosh.fields", "whoosh.formats", "whoosh.columns", "whoosh.lang.")
_KINDS = (fields.FieldType, fields.Schema, formats.Format, columns.Column, Composable)
_NUMBERS = {"int": int, "float": float, "str": str, "bool": bool}


class UnknownPart(Exception):
    """The schema has a part that is not Whoosh's own: give the schema when opening the index."""


def dumped(schema: fields.Schema) -> Any:
    """The schema as JSON."""
    return _write(schema)


def loaded(said: Any) -> fields.Schema:
    """What ``dumped`` was given. UnknownPart when it had parts that are not Whoosh's."""
    found = _read(said)
    if not isinstance(found, fields.Schema):
        raise UnknownPart("the index holds no schema")
    return found


def _write(given: Any) -> Any:
    state: Any
    if isinstance(given, _KINDS):
        state = given.__getstate__() if hasattr(type(given), "__getstate__") else given.__dict__
        return {_TAG: "object", "of": _name(type(given)), "has": _write(dict(state or {}))}
    if isinstance(given, type) and given in _NUMBERS.values():
        return {_TAG: "type", "of": given.__name__}
    if isinstance(given, re.Pattern):
        return {_TAG: "pattern", "of": given.pattern, "flags": given.flags}
    if isinstance(given, dict):
        return {_TAG: "dict", "of": [[_write(key), _write(one)] for key, one in given.items()]}
    for kind in (list, tuple, set, frozenset):
        if type(given) is kind:
            listed = sorted(given, key=repr) if kind in (set, frozenset) else given
            return {_TAG: kind.__name__, "of": [_write(one) for one in listed]}
    if isinstance(given, (FunctionType, type)) or callable(given):
        return {_TAG: "function", "of": _name(given)}
    try:
        return plain(given)
    except TypeError:
        return {_TAG: "unknown", "of": _name(type(given))}


def _name(given: Any) -> str:
    owner = getattr(given, "__self__", None)
    if owner is not None and type(owner).__module__.startswith("whoosh.lang."):
        return f"{type(owner).__module__}:{type(owner).__name__}().{given.__name__}"
    return f"{getattr(given, '__module__', '?')}:{getattr(given, '__qualname__', '?')}"


def _read(said: Any) -> Any:
    if not isinstance(said, dict) or _TAG not in said:
        return value(said)
    reader = _READERS.get(said[_TAG])
    if reader is None:
        raise UnknownPart(f"the schema has a part that cannot be read back ({said.get('of')})")
    return reader(said)


def _object(said: Any) -> Any:
    kind = _found(said["of"])
    if not (isinstance(kind, type) and issubclass(kind, _KINDS)):
        raise UnknownPart(f"{said['of']} is no part of a schema")
    made = kind.__new__(kind)
    state = _read(said["has"])
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        made.__dict__.update(state)
    return made


def _function(said: Any) -> Any:
    name, _, method = said["of"].partition("().")
    found = _found(name)
    if method:
        return getattr(found(), method)
    if not isinstance(found, FunctionType) or not name.startswith("whoosh.lang."):
        raise UnknownPart(f"{name} is no stemmer of Whoosh's")
    return found


def _found(name: str) -> Any:
    module, _, inner = name.partition(":")
    if not any(module == room.rstrip(".") or module.startswith(room) for room in _ROOMS):
        raise UnknownPart(f"{name} is not Whoosh's: give the schema when opening the index")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", inner):
        raise UnknownPart(f"{name} is no name")
    found: Any = importlib.import_module(module)
    for part in inner.split("."):
        found = getattr(found, part, None)
    return found


_READERS: dict[str, Callable[[Any], Any]] = {
    "object": _object,
    "function": _function,
    "type": lambda said: _NUMBERS[said["of"]],
    "pattern": lambda said: re.compile(said["of"], said["flags"]),
    "dict": lambda said: {_read(key): _read(one) for key, one in said["of"]},
    "list": lambda said: [_read(one) for one in said["of"]],
    "tuple": lambda said: tuple(_read(one) for one in said["of"]),
    "set": lambda said: {_read(one) for one in said["of"]},
    "frozenset": lambda said: frozenset(_read(one) for one in said["of"]),
}
