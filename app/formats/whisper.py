"""Whisper's JSON: ``{"language", "text", "segments": [{"start", "end", "text"}]}``, times in seconds."""

import json
from typing import Any, NoReturn

from app.errors import Invalid
from app.formats import captions, shape
from app.formats.base import decode, milliseconds
from app.records import Line, Record

MACHINE = "unchecked"  # what its lines are marked with until a person has checked them


def load(data: str | bytes) -> tuple[Line, ...]:
    """The lines of a Whisper transcript. Raises Invalid, naming the segment, for times that are none."""
    return _lines(_parse(data))


def record(data: bytes, name: str) -> Record:
    """A Whisper transcript as a Record; a reader should know that a machine wrote it. Raises Invalid."""
    found = _parse(data)
    language = shape.text(found.get("language"), "language")
    warning = "a machine transcribed this: nobody has checked it yet"
    return captions.record(_lines(found), name, (warning,), language=language)


def _parse(data: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(decode(data)[0], parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("segments"), list) or not found["segments"]:
        raise Invalid('a Whisper transcript has a list of "segments"')
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _lines(found: dict[str, Any]) -> tuple[Line, ...]:
    return tuple(_line(n, segment, f"segments[{n}]") for n, segment in enumerate(found["segments"]))


def _line(number: int, segment: object, where: str) -> Line:
    if not isinstance(segment, dict):
        raise Invalid(f"{where} is not an object")
    start = milliseconds(segment.get("start"), f"{where}.start")
    end = milliseconds(segment.get("end"), f"{where}.end")
    if start is None or end is None:
        raise Invalid(f"{where} has no time")
    if end < start:
        raise Invalid(f"{where} ends before it starts")
    text = shape.text(segment.get("text"), f"{where}.text").strip()
    return Line(
        number, text, shape.text(segment.get("speaker"), f"{where}.speaker"), start, end, machine=MACHINE
    )
