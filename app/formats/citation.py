"""How a testimony, or a passage of it, is cited: Chicago notes, BibTeX, RIS and CSL-JSON.

``first`` and ``last`` are line numbers as the record counts them, from 0; ``last`` alone missing means
one line. A citation names the revision of the transcript, since lines may be numbered anew. Names are
taken whole: which part of a name is the family's is not ours to guess. Uncertain dates are given in
the words used, with their EDTF expression in brackets.
"""

import re
from typing import Any

from app.errors import NotFound
from app.records import FuzzyDate, Record
from app.timecode import short

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # an escaped brace still counts for BibTeX, and could end the entry
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_CSL_TYPES = {
    "interview": "interview",
    "deposition": "hearing",
    "hearing": "hearing",
    "letter": "personal_communication",
    "diary": "manuscript",
    "written account": "manuscript",
}
_RIS_TYPES = {"audio": "SOUND", "video": "VIDEO"}
_PATH = re.compile(
    r"(?P<testimony>[0-9a-z]{1,40})/(?:passages/)?(?P<revision>\d{1,6})/(?P<first>\d{1,7})(?:-(?P<last>\d{1,7}))?"
    r"(?:\.jsonl?d?)?$"
)
_EXACT = re.compile(r"^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d{2})?)?$")


def chicago(
    record: Record, url: str, first: int | None = None, last: int | None = None, *, archive_name: str = ""
) -> str:
    """One note, ending in a full stop. Raises NotFound when the record has no such lines.

    ``Ronald Duarte, interview by David C. Brock, 13 June 2006, OH0344, 1:00–3:00 (segments 4–5),
    transcript revision 1, Electronics Collection, Science History Institute, https://...``
    """
    narrators, interviewers = _names(record, "narrator"), _names(record, "interviewer")
    if record.kind == "interview" and narrators and interviewers:
        opening = [f"{_and(narrators)}, interview by {_and(interviewers)}"]
    else:
        opening = [*([_and(narrators)] if narrators else []), f"“{record.title},” {record.kind}"]
    parts = [
        *opening,
        date_words(record.date) or "n.d.",
        record.accession_number,
        *passage(record, first, last),
        record.collection,
        *_homes(record, archive_name),
        url,
    ]
    return _one_line(", ".join(part for part in parts if part)) + "."


def bibtex(
    record: Record, url: str, first: int | None = None, last: int | None = None, *, archive_name: str = ""
) -> str:
    """A ``@misc`` entry with the fields of BibTeX and, for EDTF, the ``date`` of biblatex."""
    fields = {
        # whole names in braces of their own, or BibTeX would take them apart
        "author": " and ".join(f"{{{_tex(name)}}}" for name in _names(record, "narrator")),
        "title": f"{{{_tex(record.title)}}}",
        "howpublished": _tex(_form(record)),
        "year": record.date.lower[:4] if record.date else "",
        "date": record.date.edtf if record.date else "",
        "note": _tex("; ".join(_notes(record, first, last))),
        "series": _tex(record.collection),
        "organization": _tex(", ".join(_homes(record, archive_name))),
        "language": _tex(record.language),
        "url": re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", url),
    }
    held = (f"  {name} = {{{_one_line(value)}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(record, first)},\n" + ",\n".join(held) + "\n}\n"


def ris(
    record: Record, url: str, first: int | None = None, last: int | None = None, *, archive_name: str = ""
) -> str:
    """A RIS entry: CR LF line ends, as the format asks, and none within a value."""
    kind = next((ref.kind for ref in record.media if ref.kind in _RIS_TYPES), "")
    rows = [("TY", _RIS_TYPES.get(kind, "GEN"))]
    rows += [("AU", name) for name in _names(record, "narrator")]
    rows += [("A2", name) for name in _names(record, "interviewer")]
    rows += [
        ("TI", record.title),
        ("PY", record.date.lower[:4] if record.date else ""),
        ("DA", _ris_date(record.date)),
        ("M3", record.kind),
        ("T2", record.collection),
        ("AN", record.accession_number),
        ("PB", ", ".join(_homes(record, archive_name))),
        ("LA", record.language),
    ]
    rows += [("N1", note) for note in _notes(record, first, last)]
    rows.append(("UR", url))
    written = [f"{tag}  - {_one_line(value)}" for tag, value in rows if value]
    return "\r\n".join([*written, "ER  - "]) + "\r\n"


def csl_json(
    record: Record, url: str, first: int | None = None, last: int | None = None, *, archive_name: str = ""
) -> dict[str, Any]:
    """A CSL-JSON item (schema 1.0): what citation managers and pandoc read."""
    item: dict[str, Any] = {
        "id": _key(record, first),
        "type": _CSL_TYPES.get(record.kind, "document"),
        "title": record.title,
        "author": [{"literal": name} for name in _names(record, "narrator")],
        "interviewer": [{"literal": name} for name in _names(record, "interviewer")],
        "issued": _csl_date(record.date),
        "genre": record.kind,
        "collection-title": record.collection,
        "number": record.accession_number,
        "archive": ", ".join(_homes(record, archive_name)),
        "language": record.language,
        "note": "; ".join(_notes(record, first, last)),
        "URL": url,
    }
    return {name: value for name, value in item.items() if value}


def date_words(date: FuzzyDate | None) -> str:
    """The words used, and the EDTF expression in brackets where it says what the words do not."""
    if date is None:
        return ""
    if not date.words or date.words == date.edtf:
        return date.edtf
    return date.words if not date.edtf or _EXACT.match(date.edtf) else f"{date.words} [{date.edtf}]"


def passage(record: Record, first: int | None, last: int | None) -> list[str]:
    """Time range, lines and transcript revision of a passage; of a whole testimony, the revision."""
    revision = [f"transcript revision {record.scripts[0].revision}"] if record.scripts else []
    if first is None:
        return revision
    last = first if last is None else last
    if not 0 <= first <= last < len(record.lines):
        raise NotFound("there is no such passage")
    start, end = record.lines[first].start_ms, record.lines[last].end_ms
    place = f"segment {first}" if first == last else f"segments {first}–{last}"
    if start is None:
        return [place, *revision]
    time = f"{short(start)}–{short(end)}" if end is not None and end > start else short(start)
    return [f"{time} ({place})", *revision]


def path(identifier: str, revision: int, first: int, last: int) -> str:
    """The permanent path of a passage: ``/testimonies/abc/passages/2/14-16``."""
    return f"/testimonies/{identifier}/passages/{revision}/{first}" + (f"-{last}" if last > first else "")


def parsed(address: str) -> tuple[str, int, int, int]:
    """Testimony, revision, first and last line of an address or path of a passage. Raises NotFound."""
    found = _PATH.search(address)
    if found is None:
        raise NotFound("there is no such passage")
    first = int(found["first"])
    return found["testimony"], int(found["revision"]), first, int(found["last"] or first)


def _names(record: Record, role: str) -> list[str]:
    return [agent.name for agent in record.agents if agent.role == role]


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _homes(record: Record, archive_name: str) -> list[str]:
    return [home for home in dict.fromkeys((record.repository, archive_name)) if home]


def _form(record: Record) -> str:
    interviewers = _names(record, "interviewer")
    return f"{record.kind} by {_and(interviewers)}" if interviewers else record.kind


def _notes(record: Record, first: int | None, last: int | None) -> list[str]:
    date = record.date
    vague = f"date: {date_words(date)}" if date and not _EXACT.match(date.edtf) else ""
    return [note for note in (*passage(record, first, last), vague) if note]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _key(record: Record, first: int | None) -> str:
    plain = re.sub(r"[^A-Za-z0-9:_-]+", "-", record.identifier or record.source_id).strip("-")
    return (plain or "testimony") + ("" if first is None else f"-{first}")


def _ris_date(date: FuzzyDate | None) -> str:
    """``YYYY/MM/DD/words``: the last part holds what the others cannot."""
    if date is None or not date.lower:
        return f"///{date.words}" if date and date.words else ""
    if _EXACT.match(date.edtf):
        return "/".join([*date.edtf.split("-"), "", ""][:3]) + "/"
    return f"{date.lower[:4]}///{date_words(date)}"


def _csl_date(date: FuzzyDate | None) -> dict[str, Any]:
    if date is None:
        return {}
    sides = [side.rstrip("~?%") for side in date.edtf.split("/")]
    if not all(_EXACT.match(side) for side in sides):
        return {"literal": date_words(date)} if date_words(date) else {}
    found: dict[str, Any] = {"date-parts": [[int(part) for part in side.split("-")] for side in sides]}
    if re.search(r"[~?%]", date.edtf):
        found |= {"circa": True, "literal": date_words(date)}
    return found
