"""W3C Web Annotations: a passage by its words, its place in the text and its time; evidence as a collection.

An annotation of evidence has the claim as its body (linking) with stance and basis (classifying), and as its
target the testimony at a revision. Selectors: TextQuoteSelector; TextPositionSelector, which counts Unicode
code points of the transcript's lines in NFC with one line feed between them; a media fragment; and the
numbers of the lines. Source: Web Annotation Data Model, W3C Recommendation, 23 February 2017.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from app.errors import Invalid
from app.formats.base import check_size
from app.formats.evidence_csv import NESTED, NOTHING, checked
from app.plain import plain, restore
from app.records import EvidenceEntry
from app.timecode import fragment

TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
OWN = "urn:x-archive:terms#"
USER = "urn:x-archive:user:"
CONTEXT: list[Any] = ["http://www.w3.org/ns/anno.jsonld", {"archive": OWN}]
_MEDIA = "http://www.w3.org/TR/media-frags/"
_LINES = re.compile(r"lines=(\d+)-(\d+)")
_FIELDS = {  # field of the entry: what its body is for
    "stance": "classifying",
    "basis": "classifying",
    "heard_from": "describing",
    "note": "commenting",
    "machine": "describing",
}


@dataclass(frozen=True, slots=True)
class Where:
    """Where a passage stands besides its lines: code points, milliseconds, the words around it."""

    start: int | None = None
    end: int | None = None
    prefix: str = ""
    suffix: str = ""
    start_ms: int | None = None
    end_ms: int | None = None


NOWHERE = Where()


def target(
    root: str, testimony: str, revision: int | None, first: int, last: int, said: str, where: Where
) -> dict[str, Any]:
    """A passage as a SpecificResource. Without words (``said``) no selector holds any."""
    selectors: list[dict[str, Any]] = [
        {"type": "FragmentSelector", "conformsTo": OWN + "lines", "value": f"lines={first}-{last}"}
    ]
    if said:
        around = {"prefix": where.prefix, "suffix": where.suffix}
        given = {name: words for name, words in around.items() if words}
        selectors.append({"type": "TextQuoteSelector", "exact": said, **given})
    if where.start is not None and where.end is not None:
        selectors.append({"type": "TextPositionSelector", "start": where.start, "end": where.end})
    if where.start_ms is not None:
        time = fragment(where.start_ms, where.end_ms)
        selectors.append({"type": "FragmentSelector", "conformsTo": _MEDIA, "value": time})
    found: dict[str, Any] = {
        "type": "SpecificResource",
        "source": f"{root}/testimonies/{quote(testimony, safe='')}",
        "selector": selectors,
    }
    return found if revision is None else found | {"archive:revision": revision}


def collection(
    entries: Iterable[tuple[EvidenceEntry, Where]], root: str, identifier: str, label: str
) -> dict[str, Any]:
    """An AnnotationCollection of evidence, in one page."""
    items = [annotation(entry, where, root) for entry, where in entries]
    return collected(items, identifier, label)


def collected(items: list[dict[str, Any]], identifier: str, label: str) -> dict[str, Any]:
    """Annotations as a collection of one page."""
    page = {"type": "AnnotationPage", "id": f"{identifier}#page", "startIndex": 0, "items": items}
    return {
        "@context": CONTEXT,
        "id": identifier,
        "type": "AnnotationCollection",
        "label": label,
        "total": len(items),
        "first": page,
    }


def annotation(entry: EvidenceEntry, where: Where, root: str) -> dict[str, Any]:
    """One passage bearing on one claim."""
    claim: dict[str, Any] = {
        "type": "SpecificResource",
        "source": f"{root}/claims/{quote(entry.claim, safe='')}",
        "purpose": "linking",
    }
    if entry.claim_text:
        claim["archive:text"] = entry.claim_text
    bodies = [claim] + [
        {"type": "TextualBody", "purpose": purpose, "archive:field": name, "value": said}
        for name, purpose in _FIELDS.items()
        if (said := getattr(entry, name))
    ]
    bodies += [
        {"type": f"archive:{kind.__name__}", "purpose": "describing", f"archive:{name}": given}
        for name, kind in NESTED.items()
        if (given := plain(getattr(entry, name))) != NOTHING[name]
    ]
    said = {
        "id": f"urn:x-archive:evidence:{quote(entry.ref, safe='')}" if entry.ref else "",
        "type": "Annotation",
        "motivation": ["linking", "classifying"],
        "created": entry.linked_at,
        "creator": {"type": "Person", "id": USER + quote(entry.linked_by, safe="")}
        if entry.linked_by
        else "",
        "body": bodies,
        "target": target(root, entry.testimony, entry.revision, entry.first, entry.last, entry.quote, where),
    }
    return {name: value for name, value in said.items() if value}


def load(data: bytes) -> Iterator[EvidenceEntry | Invalid]:
    """Each annotation's entry, or what is wrong with it. Raises Invalid for what is no collection."""
    check_size(data)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}") from None
    for number, item in enumerate(_items(found), 1):
        try:
            yield _entry(item)
        except Invalid as refusal:
            yield Invalid(f"annotation {number}: {refusal}")
        except (KeyError, TypeError, AttributeError, ValueError):
            yield Invalid(f"annotation {number} is not one of a passage that bears on a claim")


def _items(found: Any) -> list[Any]:
    """The annotations of a collection, of a page, of a list, or the one there is."""
    if isinstance(found, Mapping):
        if found.get("type") == "Annotation":
            return [found]
        page = found.get("first", found)
        found = page.get("items") if isinstance(page, Mapping) else None
    if not isinstance(found, list):
        raise Invalid("a collection of annotations holds its items, in one page")
    return found


def _entry(item: Mapping[str, Any]) -> EvidenceEntry:
    bodies = item["body"] if isinstance(item["body"], list) else [item["body"]]
    claim = next(body for body in bodies if body.get("purpose") == "linking")
    said: dict[str, Any] = {
        body["archive:field"]: str(body["value"]) for body in bodies if "archive:field" in body
    }
    place = item["target"]
    selectors = place["selector"]
    lines = next(m for s in selectors if (m := _LINES.fullmatch(str(s.get("value", "")))))
    revision = place.get("archive:revision")
    if revision is not None and (isinstance(revision, bool) or not isinstance(revision, int)):
        raise Invalid("the revision is no number")
    return checked(
        EvidenceEntry(
            testimony=_named(place["source"]),
            first=int(lines[1]),
            last=int(lines[2]),
            claim=_named(claim["source"]),
            **{name: said.get(name, "") for name in _FIELDS},
            **_given(bodies),
            revision=revision,
            linked_by=unquote(str(item.get("creator", {}).get("id", "")).removeprefix(USER)),
            linked_at=str(item.get("created", "")),
            ref=unquote(str(item.get("id", "")).removeprefix("urn:x-archive:evidence:")),
            quote=next((str(s["exact"]) for s in selectors if s.get("type") == "TextQuoteSelector"), ""),
            claim_text=str(claim.get("archive:text", "")),
        )
    )


def _given(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The figure and the time the passage gives."""
    held = {name: body[f"archive:{name}"] for body in bodies for name in NESTED if f"archive:{name}" in body}
    return {name: restore(NESTED[name], value) for name, value in held.items()}


def _named(address: Any) -> str:
    """What the last part of an address names."""
    return unquote(urlsplit(str(address)).path.rstrip("/").rpartition("/")[2])
