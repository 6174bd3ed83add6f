"""An interview as OHMS XML, version 6.0, valid by its schema.

The transcript goes out as WebVTT, or as plain turns where no line has a time. OHMS knows no claims,
marks, events or people, and counts index points in whole seconds: these stay behind.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree

from app.formats import captions, ohms_legacy, ohms_points, webvtt
from app.formats.ohms_names import CARRIED, FIELDS, MEDIAFILE, NAMESPACE, ORDER, SCHEMA, language_name
from app.records import Record, Script

NO_DAY = "1970-01-01"  # the schema wants a day of export; this one says that none was given

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMESPACES: Any = {None: NAMESPACE, "xsi": _XSI}
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HOSTS = {"Avalon", "Aviary", "Brightcove", "Kaltura", "SoundCloud", "Vimeo", "YouTube", "Other"}


def dump(record: Record, day: str = "") -> bytes:
    """An OHMS file with one interview, in UTF-8. ``day``: the ISO day of the export.

    ``load(dump(record)) == record`` for what OHMS can carry. A source_id that is not a 32-bit number
    goes into ``cms_record_id``, under its checksum as number.
    """
    root = etree.Element(f"{{{NAMESPACE}}}ROOT", nsmap=_NAMESPACES)
    root.set(f"{{{_XSI}}}schemaLocation", SCHEMA)
    carried: Mapping[str, Any] = record.extra.get("ohms", {})
    values = _values(record, carried)
    number = record.source_id
    if not re.fullmatch(r"0*\d{1,9}", number):
        number = str(zlib.crc32(number.encode()) & 0x7FFFFFFF)
        values["cms_record_id"] = [record.source_id]
    element = etree.SubElement(root, f"{{{NAMESPACE}}}record")
    element.set("id", number)
    element.set("dt", day or carried.get("dt", NO_DAY))
    for tag in ORDER:
        for value in values.get(tag, ()):
            child = _add(element, tag, value)
            if tag == "date":
                child.set("value", record.date.edtf if record.date else "")
                child.set("format", "yyyy-mm-dd")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(parent: etree._Element, tag: str, value: Any) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if isinstance(value, str):
        child.text = _UNWRITABLE.sub("", value) or None
    else:
        for name, held in value:
            _add(child, name, held)
    return child


def _values(record: Record, carried: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The contents of every element, by its name; a list of pairs where elements are nested."""
    points = record.extra.get("points", {})
    media = next((ref for ref in record.media if ref.kind in ("audio", "video", "")), None)
    index = [
        ("point", ohms_points.rows(chapter, points.get(str(n), {})))
        for n, chapter in enumerate(record.chapters)
    ]
    values: dict[str, list[Any]] = {
        tag: [carried[tag]] for tag in (*CARRIED, "cms_record_id") if carried.get(tag)
    }
    values |= {theirs: [getattr(record, ours)] for theirs, ours in FIELDS.items() if getattr(record, ours)}
    words = record.date.words if record.date else ""
    values |= {
        "version": ["6.0"],
        "date": [""],
        "title": [record.title],
        "date_nonpreferred_format": [words] if record.date and words != record.date.edtf else [],
        "duration": [_duration(record.duration_ms)] if record.duration_ms else [],
        "subject": [tag.term for tag in record.tags if tag.vocabulary == "subjects" and tag.first is None],
        "keyword": [tag.term for tag in record.tags if tag.vocabulary == "keywords" and tag.first is None],
        "interviewee": [agent.name for agent in record.agents if agent.role == "narrator"],
        "interviewer": [agent.name for agent in record.agents if agent.role == "interviewer"],
        "format": [carried["format"]] if carried.get("format") else [],
        "file_name": [media.name] if media and media.name else [],
        "media_url": [media.key] if media and media.key else [],
        "mediafile": [_mediafile(carried, media.kind if media else "")],
        "language": [language_name(record.language)] if record.language else [],
        "index": [index],
        "fmt": [media.kind] if media and media.kind else [],
        "userestrict": ["0" if record.access == "public" else "1"],
    }
    return values | _transcripts(record)


def _mediafile(carried: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    held = {tag: str(carried.get(f"mediafile.{tag}", "")) for tag in MEDIAFILE}
    held["host"] = held["host"] if held["host"] in _HOSTS else "Other"
    return [*held.items(), ("clip_format", kind)]


def _transcripts(record: Record) -> dict[str, list[Any]]:
    """The original, and the first translation as the transcript's alternative."""
    translation = next((script for script in record.scripts[1:] if script.kind == "translation"), None)
    values: dict[str, list[Any]] = {"translate": ["1" if translation else "0"]}
    if translation:
        values["transcript_alt_lang"] = [language_name(translation.language)]
    for script, suffix in ((record.scripts[0] if record.scripts else None, ""), (translation, "_alt")):
        if script is None or not script.lines:
            continue
        if any(line.start_ms is not None for line in script.lines):
            notes = record.extra.get(f"footnotes{suffix}", ())
            values[f"vtt_transcript{suffix}"] = [_vtt(script, notes, record.duration_ms)]
        else:
            values[f"transcript{suffix}"] = [ohms_legacy.dump(script.lines)]
    if not record.lines:
        values["transcript"] = ["No transcript."]
    return values


def _vtt(script: Script, footnotes: Sequence[Mapping[str, Any]], duration_ms: int | None) -> str:
    """WebVTT as OHMS writes it: a note's number is a class around the words it belongs to.

    Its viewers show no other class, so that a machine's words are marked in words.
    """
    lines = [replace(line, text=captions.written(line), machine="") for line in script.lines]
    content = webvtt.dump(lines, ("TRANSCRIPTION BEGIN",), duration_ms=duration_ms, carry_voice=True)
    blocks = content.rstrip("\n").split("\n\n")
    begin = 2  # after WEBVTT and the note
    for note in footnotes:
        place = begin + int(note["line"])
        head, _, said = blocks[place].rpartition("\n") if "\n" in blocks[place] else (blocks[place], "", "")
        blocks[place] = f"{head}\n{said}<c.{note['ref']}></c>"
    blocks.append("NOTE\nTRANSCRIPTION END")
    if footnotes:
        annotations = [
            f'<annotation ref="{note["ref"]}">{" ".join(str(note["note"]).split())}</annotation>'.replace(
                "-->", "->"
            )
            for note in footnotes
        ]
        blocks += ["NOTE\nANNOTATIONS BEGIN", "\n".join(["NOTE", *annotations]), "NOTE\nANNOTATIONS END"]
    return "\n\n".join(blocks) + "\n"


def _duration(ms: int) -> str:
    seconds = ms // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
