"""The index of an OHMS interview: its points, as chapters."""

import math
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from app.formats.base import MAX_MS
from app.formats.ohms_names import POINT_CARRIED
from app.formats.ohms_xml import children, text
from app.records import Chapter

_GPS = re.compile(r"^(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)$")


def is_address(address: str) -> bool:
    """Whether it is a web address, and not ``javascript:`` or a path on someone's disk."""
    return re.match(r"https?://[^\s/]", address, re.IGNORECASE) is not None


def load(element: etree._Element, warnings: list[str]) -> tuple[tuple[Chapter, ...], dict[str, Any]]:
    """The chapters of a record, and for each (by position, as text) what a Chapter has no place for."""
    index = next(children(element, "index"), None)
    chapters: list[Chapter] = []
    carried: dict[str, Any] = {}
    for n, point in enumerate(children(index, "point") if index is not None else ()):
        rest: dict[str, Any] = {tag: value for tag in POINT_CARRIED if (value := text(point, tag))}
        gps = list(children(point, "gpspoints"))
        if gps:
            rest |= {tag: value for tag in POINT_CARRIED if (value := text(gps[0], tag))}
        more = [{tag: text(one, tag) for tag in ("gps", *POINT_CARRIED[-3:])} for one in gps[1:]]
        if more := [{tag: value for tag, value in one.items() if value} for one in more]:
            rest["gpspoints"] = more
        links, refused = _links(point)
        if refused:
            warnings.append(f"index point {n + 1}: no web address: {refused[0]!r:.80}")
            rest["hyperlinks"] = refused
        chapters.append(_chapter(point, n, gps, links, warnings))
        if rest:
            carried[str(n)] = rest
    return tuple(chapters), carried


def _chapter(
    point: etree._Element,
    n: int,
    gps: list[etree._Element],
    links: tuple[tuple[str, str], ...],
    warnings: list[str],
) -> Chapter:
    latitude, longitude = _degrees(text(gps[0], "gps") if gps else "", n, warnings)
    return Chapter(
        title=text(point, "title") or f"Part {n + 1}",
        start_ms=_seconds(text(point, "time"), n, warnings),
        synopsis=text(point, "synopsis"),
        keywords=terms(text(point, "keywords")),
        subjects=terms(text(point, "subjects")),
        partial_transcript=text(point, "partial_transcript"),
        latitude=latitude,
        longitude=longitude,
        links=links,
    )


def terms(listed: str) -> tuple[str, ...]:
    """Keywords or subjects parted by semicolons, each once."""
    return tuple(dict.fromkeys(term.strip() for term in listed.split(";") if term.strip()))


def _seconds(value: str, n: int, warnings: list[str]) -> int | None:
    try:
        seconds = float(value) if value else math.nan
    except ValueError:
        seconds = -1
    if not value:
        return None
    if not 0 <= seconds * 1000 <= MAX_MS:
        warnings.append(f"index point {n + 1}: its time is {value!r:.40}")
        return None
    return round(seconds * 1000)


def _degrees(gps: str, n: int, warnings: list[str]) -> tuple[float | None, float | None]:
    if not gps:
        return None, None
    found = _GPS.match(gps)
    latitude, longitude = (float(found[1]), float(found[2])) if found else (math.inf, math.inf)
    if abs(latitude) > 90 or abs(longitude) > 180:
        warnings.append(f"index point {n + 1}: its place is {gps!r:.40}")
        return None, None
    return latitude, longitude


def _links(point: etree._Element) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    links, refused = [], []
    for element in children(point, "hyperlinks"):
        address = text(element, "hyperlink")
        if is_address(address):
            links.append((address, text(element, "hyperlink_text")))
        elif address:
            refused.append(address)
    return tuple(links), refused


def rows(chapter: Chapter, rest: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The inverse: the elements of a point in the order of the schema; a list where they are nested."""
    found: list[tuple[str, Any]] = []
    if chapter.start_ms is not None:
        found.append(("time", str(chapter.start_ms // 1000)))
    values = {
        "title": chapter.title,
        "partial_transcript": chapter.partial_transcript,
        "synopsis": chapter.synopsis,
        "keywords": ";".join(chapter.keywords),
        "subjects": ";".join(chapter.subjects),
    }
    for tag, value in values.items():
        found += [(tag, value), (f"{tag}_alt", rest.get(f"{tag}_alt", ""))]
    gps = ""
    if chapter.latitude is not None and chapter.longitude is not None:
        gps = f"{chapter.latitude}, {chapter.longitude}"
    for place in ({"gps": gps, **rest}, *rest.get("gpspoints", ())):
        found.append(("gpspoints", [(tag, str(place.get(tag, ""))) for tag in ("gps", *POINT_CARRIED[-3:])]))
    links = [*chapter.links, *((address, "") for address in rest.get("hyperlinks", ()))]
    for address, words in links:
        found.append(("hyperlinks", [("hyperlink", address), ("hyperlink_text", words)]))
    return found
