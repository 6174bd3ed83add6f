"""Python values as JSON and back: what documents store, and nothing that could run code."""

import datetime
import json
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_TAG = "\u0000"  # a dictionary with this key alone stands for a value that JSON has no word for

_WRITE: dict[type, tuple[str, Callable[[Any], Any]]] = {
    datetime.datetime: ("datetime", lambda value: value.isoformat()),
    datetime.date: ("date", lambda value: value.isoformat()),
    datetime.time: ("time", lambda value: value.isoformat()),
    datetime.timedelta: ("span", lambda value: [value.days, value.seconds, value.microseconds]),
    bytes: ("bytes", bytes.hex),
    bytearray: ("bytearray", lambda value: bytes(value).hex()),
    Decimal: ("decimal", str),
    complex: ("complex", lambda value: [plain(value.real), plain(value.imag)]),
    uuid.UUID: ("uuid", str),
    tuple: ("tuple", lambda value: [plain(one) for one in value]),
    set: ("set", lambda value: [plain(one) for one in value]),
    frozenset: ("frozenset", lambda value: [plain(one) for one in value]),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "span": lambda said: datetime.timedelta(*said),
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "decimal": Decimal,
    "complex": lambda said: complex(value(said[0]), value(said[1])),
    "uuid": uuid.UUID,
    "tuple": lambda said: tuple(map(value, said)),
    "set": lambda said: set(map(value, said)),
    "frozenset": lambda said: frozenset(map(value, said)),
    "dict": lambda said: {value(key): value(one) for key, one in said},
    "float": float,
}


def plain(given: Any) -> Any:
    """What JSON can say, for ``value`` to read back. TypeError for objects of other classes."""
    if given is None or type(given) in (bool, int, str):
        return given
    if type(given) is float:
        return given if math.isfinite(given) else {_TAG: "float", "is": repr(given)}
    if type(given) is list:
        return [plain(one) for one in given]
    if type(given) is dict:
        if all(type(key) is str and key != _TAG for key in given):
            return {key: plain(one) for key, one in given.items()}
        return {_TAG: "dict", "is": [[plain(key), plain(one)] for key, one in given.items()]}
    for kind in type(given).__mro__:
        if kind in _WRITE:
            name, write = _WRITE[kind]
            return {_TAG: name, "is": write(given)}
        if kind in (str, int, float):
            return plain(kind(given))
    raise TypeError(f"a {type(given).__name__} cannot be stored in the index")


def value(said: Any) -> Any:
    """What ``plain`` was given. ValueError for anything it did not write."""
    if type(said) is list:
        return [value(one) for one in said]
    if type(said) is not dict:
        return said
    if _TAG not in said:
        return {key: value(one) for key, one in said.items()}
    if said[_TAG] not in _READ:
        raise ValueError(f"no value is called {said[_TAG]!r}")
    return _READ[said[_TAG]](said["is"])


def dumped(given: Any) -> bytes:
    """``plain``, as bytes."""
    return json.dumps(plain(given), ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


def loaded(said: bytes) -> Any:
    """What ``dumped`` was given."""
    return value(json.loads(said.decode(errors="surrogatepass")))
