"""JSON Lines: one testimony a line, the whole of it, read in flat memory however long the file.

The base keys (``../shared/design/formats.md``), enough for any collection::

    {"id", "collection", "witness", "role", "date", "place", "language", "source", "rights",
     "segments": [{"start": seconds or null, "speaker": "...", "text": "...", "end": seconds}]}

Only ``id`` must be there. Segments are numbered from 0 by their position and are never dropped or
merged, not even empty ones: whoever quotes segment 7 of the file quotes line 7. ``witness`` and
``role`` make a narrator; dates are words or ``{"words", "edtf", "lower", "upper"}``; a place is a
name or ``{"name", "ref", "variants"}``. A segment may also be ``withheld`` (the reason) and
``withheld_until``.

The full keys carry the rest of a Record, under the names of app.records:
``title, identifier, kind, summary, collection_ref, period, agents, chapters, marks, tags,
withholdings, events, places, people, media, duration, accession_number, repository, content_note,
access, embargo_until, invented, extra, warnings``. Times within them are seconds and named
``start, end, duration``. ``agents``, where given, is everybody, and ``witness`` adds nobody.
``transcript`` describes the original (``language, revision, kind, translator, note``);
``transcripts`` are its translations, each such a description with its own ``segments``: segment n
of a translation renders segment n of the original. Unknown top-level keys are carried in ``extra``.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NoReturn

from app.dates import from_words
from app.errors import Invalid
from app.formats import shape
from app.formats.base import Entry, milliseconds
from app.formats.jsonlines import lines
from app.records import Agent, Line, Record, Script

_DIRECT = {f.name for f in dataclasses.fields(Record)} - {"source_id", "scripts", "title", "agents", "extra"}
_KNOWN = (
    {shape.key(name) for name in _DIRECT}
    | {"id", "title", "agents", "extra", "witness", "role"}
    | {"segments", "transcript", "transcripts"}
)
_HEADER = ("language", "kind", "revision", "translator", "note")


def read(stream: BinaryIO) -> Iterator[Entry]:
    """Each testimony of a .jsonl or .jsonl.gz stream, in flat memory; a bad one as its Invalid.

    ``Entry.line`` is the line in the file, ``Entry.read`` the bytes (compressed) read so far.
    """
    for number, taken, raw in lines(stream):
        if isinstance(raw, Invalid):
            yield Entry(number, taken, raw)
            continue
        try:
            yield Entry(number, taken, load(raw))
        except Invalid as error:
            yield Entry(number, taken, Invalid(str(error), number))


def load(data: Mapping[str, Any] | str | bytes) -> Record:
    """The Record of one line (or of the object in it). Raises Invalid with what is wrong and where."""
    if not isinstance(data, Mapping):
        data = parse(data)
    identity = data.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    source_id = shape.text(identity, "id").strip()
    if not source_id:
        raise Invalid('the record has no "id"')
    given = {key: value for key, value in data.items() if key in _KNOWN and value is not None}
    unknown = {key: value for key, value in data.items() if key not in _KNOWN}
    extra = shape.carried({**unknown, **_object(given.get("extra", {}), "extra")}, "extra")
    record = shape.read(
        Record,
        {**given, "source_id": source_id, "title": _title(given, source_id), "agents": None, "extra": extra},
        "record",
    )
    record = dataclasses.replace(record, agents=_agents(given), scripts=_scripts(given, record.language))
    _check_lines(record)
    return record


def parse(raw: str | bytes) -> Mapping[str, Any]:
    """The object on one line; duplicate keys are harmless, the last one holds. Raises Invalid."""
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Invalid(f"not UTF-8 (byte {error.start} of the line)") from None
    except RecursionError:
        raise Invalid("nested too deep") from None
    except ValueError as error:
        raise Invalid(f"not JSON: {error}") from None
    return _object(found, "the line")


def dump(record: Record) -> str:
    """One line of JSON Lines without its line end, such that ``load(dump(record)) == record``."""
    held = shape.dump(dataclasses.replace(record, scripts=(), extra={}))
    line: dict[str, Any] = {"id": held.pop("source_id"), **held}
    if record.place and record.place == type(record.place)(record.place.name):
        line["place"] = record.place.name
    if record.date and record.date == from_words(record.date.words):
        line["date"] = record.date.words
    narrator = next((agent for agent in record.agents if agent.role == "narrator"), None)
    if narrator:
        line |= {"witness": narrator.name, "role": narrator.note}
        if record.agents == (Agent(narrator.name, note=narrator.note),):
            del line["agents"]
    if record.scripts:
        original, *others = record.scripts
        header = {name: getattr(original, name) for name in _HEADER}
        if original != Script(record.language, original.lines):
            line["transcript"] = header
        line["segments"] = _segments(original)
        if others:
            line["transcripts"] = [
                {**{name: getattr(s, name) for name in _HEADER}, "segments": _segments(s)} for s in others
            ]
    if record.extra:
        line["extra"] = record.extra
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(f"{where} is not an object")
    return value


def _title(given: Mapping[str, Any], source_id: str) -> str:
    if title := shape.text(given.get("title"), "title"):
        return title
    witness = shape.text(given.get("witness"), "witness").strip()
    if not witness:
        witness = next((agent.name for agent in _agents(given) if agent.role == "narrator"), "")
    role = shape.text(given.get("role"), "role").strip()
    return f"Testimony of {witness}" if witness else role or source_id


def _agents(given: Mapping[str, Any]) -> tuple[Agent, ...]:
    if given.get("agents") is not None:
        return shape.rows(Agent, given["agents"], "agents")
    witness = shape.text(given.get("witness"), "witness").strip()
    return (Agent(witness, note=shape.text(given.get("role"), "role").strip()),) if witness else ()


def _scripts(given: Mapping[str, Any], language: str) -> tuple[Script, ...]:
    if "segments" not in given:
        if given.get("transcripts"):
            raise Invalid("there are translations in transcripts, and no segments they translate")
        return ()
    header = {"language": language, **_object(given.get("transcript", {}), "transcript")}
    scripts = [_script(header, given["segments"], "transcript", "segments")]
    others = given.get("transcripts", [])
    if not isinstance(others, list):
        raise Invalid("transcripts is not a list")
    for n, other in enumerate(others):
        where = f"transcripts[{n}]"
        described = {"kind": "translation", **_object(other, where)}
        scripts.append(_script(described, described.get("segments"), where, f"{where}.segments"))
    return tuple(scripts)


def _script(header: Mapping[str, Any], segments: object, where: str, where_lines: str) -> Script:
    script = shape.read(Script, {name: header.get(name) for name in _HEADER}, where)
    return dataclasses.replace(script, lines=_lines(segments, where_lines))


def _lines(segments: object, where: str) -> tuple[Line, ...]:
    if not isinstance(segments, list):
        raise Invalid(f"{where} is not a list")
    return tuple(_line(number, segment, f"{where}[{number}]") for number, segment in enumerate(segments))


def _line(number: int, segment: object, where: str) -> Line:
    if not isinstance(segment, dict):
        raise Invalid(f"{where} is not an object")
    start = milliseconds(segment.get("start"), f"{where}.start")
    end = milliseconds(segment.get("end"), f"{where}.end")
    if start is not None and end is not None and end < start:
        raise Invalid(f"{where} ends before it starts")
    text = shape.text(segment.get("text"), f"{where}.text")
    speaker = shape.text(segment.get("speaker"), f"{where}.speaker")
    if not segment.keys().isdisjoint({"withheld", "withheld_until", "unclear", "machine"}):
        return shape.read(Line, {**segment, "number": number, "text": text}, where)
    return Line(number, text, speaker, start, end)


def _segments(script: Script) -> list[dict[str, Any]]:
    """Segments with their base keys always there, as every reader of the format expects them."""
    found = []
    for line in script.lines:
        segment = shape.dump(line)
        del segment["number"]
        found.append({"start": None, "speaker": "", **segment})
    return found


def _check_lines(record: Record) -> None:
    """Marks, tags, chapters and withholdings must point at lines that are there."""
    count = len(record.lines)
    for name in ("marks", "tags", "withholdings", "chapters"):
        for n, part in enumerate(getattr(record, name)):
            if part.first is None and part.last is None:
                continue
            if part.first is None or part.last is None or not part.first <= part.last < count:
                raise Invalid(
                    f"{name}[{n}] points at segments {part.first} to {part.last}; there are {count}, from 0"
                )
