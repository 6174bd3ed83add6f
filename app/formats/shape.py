"""Dataclasses of app.records from JSON: every field checked, every fault named by where it is.

A field ``start_ms`` is ``start`` in the file, in seconds; ``latitude`` and ``longitude`` may be
``lat`` and ``lon``. Fields a file does not give keep their default; fields we do not know are left alone.
"""

import dataclasses
import datetime
import math
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, TypeVar

from app.dates import from_words
from app.errors import Invalid
from app.formats.base import milliseconds, strict_text
from app.records import FuzzyDate, Named

T = TypeVar("T")

CHOICES = {  # words that decide what is shown: a slip of the pen must not open what is closed
    "access": {"public", "reading_room", "restricted", "closed"},
    "stance": {"supports", "contradicts", "qualifies"},
    "basis": {"saw", "heard_from", "inferred", "document"},
}
DAYS = {"embargo_until", "until", "withheld_until"}
SHORT = {"latitude": "lat", "longitude": "lon"}
MAX_DEPTH = 30


def read(kind: type[T], data: object, where: str) -> T:
    """One ``kind`` from a JSON object. Raises Invalid, with ``where`` and the field at fault."""
    if kind is FuzzyDate and isinstance(data, str):
        return typing.cast(T, from_words(strict_text(data, where)))
    if kind is Named and isinstance(data, str):
        return typing.cast(T, Named(strict_text(data, where)))
    if not isinstance(data, Mapping):
        raise Invalid(f"{where} is {data!r:.40}, not an object")
    held: dict[str, Any] = {}
    hints = _hints(typing.cast(Hashable, kind))
    for field in dataclasses.fields(typing.cast(Any, kind)):
        name = key(field.name)
        value = data.get(name, data.get(SHORT.get(name, "")))
        if value is not None:
            held[field.name] = _convert(field.name, hints[field.name], value, f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Invalid(f"{where} has no {name}")
    return kind(**held)


def key(name: str) -> str:
    """The name of a field in the file: times are in seconds there, and say only what they are of."""
    return name.removesuffix("_ms")


def rows(kind: type[T], data: object, where: str) -> tuple[T, ...]:
    """Several of ``kind`` from a JSON list, in its order; none where it is null."""
    if data is None:
        return ()
    if not isinstance(data, list):
        raise Invalid(f"{where} is not a list")
    return tuple(read(kind, item, f"{where}[{n}]") for n, item in enumerate(data))


def text(value: object, where: str) -> str:
    """A string, or "" for null. Raises Invalid for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"{where} is {value!r:.40}, not text")
    return strict_text(value, where)


def carried(value: object, where: str, depth: int = 0) -> Any:
    """JSON that is only carried: text made clean, numbers finite, not nested beyond reason."""
    if depth > MAX_DEPTH:
        raise Invalid(f"{where} is nested more than {MAX_DEPTH} deep")
    if isinstance(value, str):
        return strict_text(value, where)
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{where} holds a number that is not finite")
    if isinstance(value, Mapping):
        return {strict_text(k, where): carried(v, where, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [carried(item, where, depth + 1) for item in value]
    return value


def dump(value: Any) -> Any:
    """The inverse of ``read``: fields at their default are left out, times are in seconds."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            key(f.name): held / 1000 if f.name.endswith("_ms") else dump(held)
            for f in dataclasses.fields(value)
            if (held := getattr(value, f.name)) != f.default and not (f.name == "extra" and not held)
        }
    return [dump(item) for item in value] if isinstance(value, tuple) else value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Invalid(f"{where} is {value!r:.40}, not a number")
    return value


def _whole_number(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise Invalid(f"{where} is {value!r:.40}, not a whole number from 0")
    return value


def _yes_or_no(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{where} is {value!r:.40}, not true or false")
    return value


def _day(value: object, where: str) -> str:
    day = text(value, where)
    try:
        return day and datetime.datetime.strptime(day, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        raise Invalid(f"{where} is {day!r:.40}, not a day like 2031-05-17") from None


SCALARS: Mapping[Any, Callable[[object, str], Any]] = {
    str: text,
    int: _whole_number,
    float: _number,
    bool: _yes_or_no,
}


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _convert(name: str, hint: Any, value: object, where: str) -> Any:
    if isinstance(hint, types.UnionType):  # always "something or None", and None was left out
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if name.endswith("_ms"):
        return milliseconds(value, where)
    if name in DAYS:
        return _day(value, where)
    if name in CHOICES and value not in CHOICES[name]:
        raise Invalid(f"{where} is {value!r:.40}, not one of {', '.join(sorted(CHOICES[name]))}")
    if scalar := SCALARS.get(hint):
        return scalar(value, where)
    if typing.get_origin(hint) is tuple:
        return _many(hint, value, where)
    if typing.get_origin(hint) is Mapping:
        if not isinstance(value, Mapping):
            raise Invalid(f"{where} is not an object")
        return carried(value, where)
    return read(hint, value, where)


def _many(hint: Any, value: object, where: str) -> tuple[Any, ...]:
    """A list; of one kind (``tuple[str, ...]``), or of a fixed length (``tuple[str, str]``)."""
    if not isinstance(value, list):
        raise Invalid(f"{where} is not a list")
    kinds = typing.get_args(hint)
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise Invalid(f"{where} has {len(value)} parts, not {len(kinds)}")
    return tuple(
        _convert("", kind, item, f"{where}[{n}]")
        for n, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )
