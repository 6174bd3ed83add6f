"""OHMS XML: interviews with their transcript and index, as the Oral History Metadata Synchronizer keeps them.

Both generations are read: ``transcript`` with ``sync`` (to version 5, see ohms_legacy) and WebVTT in
``vtt_transcript`` (version 6). Index points become chapters; where the transcript has times, the
lines they cover are worked out. ``userestrict`` is honoured, although OHMS Viewer never reads it: such
an interview comes in restricted. What a Record has no place for is kept in ``extra``:

``ohms``             text of other elements, by name; ``dt``, the date of the export
``points``           for each index point (by position) what a Chapter cannot hold
``footnotes``        [{"ref", "line", "note"}]
``transcript_rows``  legacy: for each line, the row of the transcript it begins on, from 1
"""

import bisect
import dataclasses
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from app.dates import from_words
from app.errors import Invalid
from app.formats import captions, ohms_legacy, ohms_points, ohms_writing, webvtt
from app.formats.cuetext import spoken
from app.formats.ohms_names import CARRIED, FIELDS, MEDIAFILE, language_code
from app.formats.ohms_xml import children, raw, records, text, texts
from app.records import Agent, Chapter, FuzzyDate, Line, MediaRef, Named, Record, Script, Tag
from app.timecode import parse

dump = ohms_writing.dump

_SENTINEL = re.compile(r"\s*(?:no transcript\.?)?\s*", re.IGNORECASE)
_ANNOTATION = re.compile(r"([^\"<>]{0,99})\">(.*)", re.DOTALL)
_REFERENCE = re.compile(r"<c\.(\d+)>")


def load(data: bytes) -> Record:
    """The one interview of an OHMS file. Raises Invalid, also when it holds several."""
    found = load_all(data)
    if len(found) > 1:
        raise Invalid(f"the file holds {len(found)} interviews; read them with load_all")
    return found[0]


def load_all(data: bytes) -> tuple[Record, ...]:
    """Every interview of an OHMS file. Raises Invalid when it is none, or is unsafe to read."""
    return tuple(_record(element) for element in records(data))


def _record(element: etree._Element) -> Record:
    if not text(element, "title"):
        raise Invalid("an OHMS record needs a title")
    warnings: list[str] = []
    duration = _duration(text(element, "duration"), warnings)
    people = _agents(element)
    language = language_code(text(element, "language"))
    scripts, extra = _scripts(element, language, people, duration, warnings)
    chapters, points = ohms_points.load(element, warnings)
    if points:
        extra["points"] = points
    if carried := _carried(element):
        extra["ohms"] = carried
    fields: dict[str, Any] = {ours: text(element, theirs) for theirs, ours in FIELDS.items()}
    return Record(
        source_id=_source_id(element),
        **fields,
        language=language,
        date=_date(element),
        agents=people,
        scripts=scripts,
        chapters=place_chapters(chapters, scripts[0].lines if scripts else (), duration),
        tags=tuple(Tag(term) for term in texts(element, "subject"))
        + tuple(Tag(term, "keywords") for term in texts(element, "keyword")),
        places=_places(points),
        media=_media(element, warnings),
        duration_ms=duration,
        access="restricted" if text(element, "userestrict") not in ("", "0") else "public",
        extra=extra,
        warnings=tuple(warnings),
    )


def place_chapters(
    chapters: Sequence[Chapter], lines: Sequence[Line], duration_ms: int | None = None
) -> tuple[Chapter, ...]:
    """Chapters with the end and the lines that follow from their starts; no lines where none has a time.

    A line that has no time is taken to be where its words would fall between those that have.
    """
    timed = any(line.start_ms is not None for line in lines)
    spans = captions.estimated(lines, duration_ms) if timed else []
    order = sorted((start, n) for n, (start, _) in enumerate(spans))
    begins = sorted({chapter.start_ms for chapter in chapters if chapter.start_ms is not None})
    placed = []
    for chapter in chapters:
        begin = chapter.start_ms
        following = bisect.bisect_right(begins, begin) if begin is not None else len(begins)
        after = begins[following] if following < len(begins) else None
        end = after if after is not None else duration_ms
        if begin is not None and end is not None and end > begin:
            chapter = dataclasses.replace(chapter, end_ms=end)
        if spans and begin is not None:
            first = _line_at(spans, order, begin)
            last = len(spans) - 1 if after is None else max(_line_at(spans, order, after) - 1, first)
            chapter = dataclasses.replace(chapter, first=first, last=last)
        placed.append(chapter)
    return tuple(placed)


def _line_at(spans: Sequence[tuple[int, int]], order: Sequence[tuple[int, int]], ms: int) -> int:
    """The line being spoken at a moment; in a silence, the one that comes next. ``order``: (start, line)."""
    before = bisect.bisect_right(order, (ms, len(spans)))
    found = order[before - 1][1] if before else 0
    silent = spans[found][0] < spans[found][1] <= ms
    return found + 1 if silent and found + 1 < len(spans) else found


def _source_id(element: etree._Element) -> str:
    """The record's id; or the one we wrote in its stead, which is known by its checksum."""
    number, other = (element.get("id") or "").strip(), text(element, "cms_record_id")
    if other and number == str(zlib.crc32(other.encode()) & 0x7FFFFFFF):
        return other
    return number or other or text(element, "accession") or text(element, "title")


def _duration(code: str, warnings: list[str]) -> int | None:
    try:
        return (parse(code) or None) if code else None
    except ValueError as error:
        warnings.append(f"duration: {error}")
        return None


def _date(element: etree._Element) -> FuzzyDate | None:
    given = next(children(element, "date"), None)
    value = (given.get("value") or "").strip() if given is not None else ""
    words = text(element, "date_nonpreferred_format")
    if not value and not words:
        return None
    found = from_words(value or words)
    return dataclasses.replace(found, words=words or value)


def _agents(element: etree._Element) -> tuple[Agent, ...]:
    roles = (("interviewee", "narrator"), ("interviewer", "interviewer"))
    return tuple(Agent(who, role) for tag, role in roles for who in texts(element, tag))


def _media(element: etree._Element, warnings: list[str]) -> tuple[MediaRef, ...]:
    address, file_name = text(element, "media_url"), text(element, "file_name")
    file = next(children(element, "mediafile"), None)
    kind = text(element, "fmt") or (text(file, "clip_format") if file is not None else "")
    if address and not ohms_points.is_address(address):
        warnings.append(f"media_url is no web address: {address!r:.80}")
        address = ""
    return (captions.media(address, kind, file_name),) if address or file_name else ()


def _places(points: dict[str, Any]) -> tuple[Named, ...]:
    found = [point["gps_text"] for point in points.values() if point.get("gps_text")]
    return tuple(Named(place) for place in dict.fromkeys(found))


def _carried(element: etree._Element) -> dict[str, str]:
    found = {tag: value for tag in CARRIED if (value := text(element, tag))}
    file = next(children(element, "mediafile"), None)
    if file is not None:
        found |= {f"mediafile.{tag}": value for tag in MEDIAFILE if (value := text(file, tag))}
    number, other = (element.get("id") or "").strip(), text(element, "cms_record_id")
    if other and number and _source_id(element) != other:
        found["cms_record_id"] = other
    if formats := texts(element, "format"):
        found["format"] = "; ".join(formats)
    dt = (element.get("dt") or "").strip()
    return found | ({"dt": dt} if dt and dt != ohms_writing.NO_DAY else {})


def _scripts(
    element: etree._Element,
    language: str,
    people: Sequence[Agent],
    duration: int | None,
    warnings: list[str],
) -> tuple[tuple[Script, ...], dict[str, Any]]:
    """The transcript and its translation, with what they had that lines cannot hold."""
    extra: dict[str, Any] = {}
    scripts = []
    names = {agent.name for agent in people}
    spoken_in = (language, language_code(text(element, "transcript_alt_lang")))
    for suffix, code, kind in (("", spoken_in[0], "original"), ("_alt", spoken_in[1], "translation")):
        vtt, legacy = raw(element, f"vtt_transcript{suffix}"), raw(element, f"transcript{suffix}")
        held: dict[str, Any] = {}
        if vtt.strip():
            lines = _vtt(vtt, duration, held, warnings)
        elif _SENTINEL.fullmatch(legacy):
            continue
        else:
            lines = _legacy(legacy, text(element, f"sync{suffix}"), names, held, warnings)
        if lines:
            scripts.append(Script(code, lines, kind))
        extra |= {key + suffix: value for key, value in held.items() if value}
    return tuple(scripts), extra


def _vtt(content: str, duration: int | None, held: dict[str, Any], warnings: list[str]) -> tuple[Line, ...]:
    parsed = webvtt.parse(content.strip("\n"), header=False)
    warnings += parsed.warnings
    found, inferred = webvtt.lines_of(parsed.cues, carry_voice=True, duration_ms=duration)
    lines = tuple(captions.heard(line) for line in found)
    # OHMS itself leaves the end of the last cue open: nothing a reader need be told
    warnings += inferred[:-1] if parsed.cues and parsed.cues[-1].end_ms == 0 else inferred
    notes = dict(note for part in parsed.notes for note in _annotations(part))
    number = 0
    held["footnotes"] = []
    for cue in parsed.cues:
        said = "\n".join(cue.text)
        for ref in _REFERENCE.findall(said):
            held["footnotes"].append({"ref": ref, "line": number, "note": notes.get(ref, "")})
        number += max(len(spoken(said)), 1)
    return lines


def _annotations(note: str) -> Iterator[tuple[str, str]]:
    for piece in note.split('<annotation ref="')[1:]:
        if found := _ANNOTATION.match(piece.partition("</annotation>")[0]):
            yield found[1], found[2].strip()


def _legacy(
    content: str, sync: str, names: set[str], held: dict[str, Any], warnings: list[str]
) -> tuple[Line, ...]:
    found = ohms_legacy.load(content, sync, names)
    warnings += found.warnings
    held["footnotes"] = found.footnotes
    held["transcript_rows"] = list(found.rows) if sync else []
    return tuple(captions.heard(line) for line in found.lines)
