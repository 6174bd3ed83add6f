"""Records as JSON carries them, there and back: ``restore(Record, plain(record)) == record``."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Any record as dicts, lists and scalars; fields that hold their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: plain(held)
            for name, default in _defaults(type(value))
            if (held := getattr(value, name)) != default
        }
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(held) for held in value]
    return value


def restore(kind: type[T], data: Mapping[str, Any]) -> T:
    """The record that ``plain`` made this of. Raises TypeError for what is none."""
    readers = _readers(typing.cast(Any, kind))
    return kind(**{name: readers[name](held) for name, held in data.items()})


@cache
def _defaults(kind: type[Any]) -> list[tuple[str, Any]]:
    return [
        (
            field.name,
            field.default if field.default_factory is dataclasses.MISSING else field.default_factory(),
        )
        for field in dataclasses.fields(kind)
    ]


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    """What reads each field: worked out once, for a page restores hundreds of lines."""
    return {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not type(None))
    if dataclasses.is_dataclass(hint):
        kind = typing.cast(type[Any], hint)
        return lambda held: restore(kind, held) if isinstance(held, Mapping) else held
    if get_origin(hint) is tuple:
        inner, *more = get_args(hint)
        if more != [...]:
            return tuple
        read = _reader(inner)
        return lambda held: tuple(read(item) for item in held)
    return lambda held: tuple(held) if isinstance(held, list) else held
