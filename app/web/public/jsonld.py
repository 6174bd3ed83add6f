"""What a page tells machines in Schema.org's words. A claim is a Claim: the archive reviews nothing."""

from typing import Any

from app.pages import ClaimView, EventView
from app.records import Record

_CONTEXT = "https://schema.org"


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    """Only what is known."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def testimony(record: Record, url: str, archive: str) -> dict[str, Any]:
    """A testimony as a part of an archive."""
    period = record.period
    return _kept(
        {
            "@context": _CONTEXT,
            "@type": ["ArchiveComponent", "CreativeWork"],
            "@id": url,
            "url": url,
            "name": record.title,
            "abstract": record.summary,
            "identifier": record.identifier,
            "inLanguage": record.language,
            "genre": record.kind,
            "dateCreated": record.date.edtf if record.date else "",
            "temporalCoverage": (period.edtf or period.words) if period else "",
            "creator": [{"@type": "Person", "name": a.name} for a in record.agents if a.role == "narrator"],
            "contributor": [
                {"@type": "Person", "name": a.name} for a in record.agents if a.role != "narrator"
            ],
            "locationCreated": {"@type": "Place", "name": record.place.name} if record.place else None,
            "isPartOf": {"@type": "Collection", "name": record.collection} if record.collection else None,
            "about": [{"@type": "Event", "name": event.name} for event in record.events],
            "holdingArchive": {"@type": "ArchiveOrganization", "name": archive},
            "creativeWorkStatus": "Invented for demonstration" if record.invented else "",
        }
    )


def event(view: EventView, url: str) -> dict[str, Any]:
    """An event of history."""
    place: dict[str, Any] | None = None
    if view.place:
        place = {"@type": "Place", "name": view.place.name}
        if view.latitude is not None and view.longitude is not None:
            place["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": view.latitude,
                "longitude": view.longitude,
            }
    return _kept(
        {
            "@context": _CONTEXT,
            "@type": "Event",
            "@id": url,
            "url": url,
            "name": view.title,
            "description": view.description,
            "startDate": view.date.lower if view.date else "",
            "endDate": view.date.upper if view.date else "",
            "location": place,
            "disambiguatingDescription": "Invented for demonstration" if view.invented else "",
        }
    )


def claim(view: ClaimView, url: str) -> dict[str, Any]:
    """A claim as it was asserted, and where."""
    by = view.attributed_to or view.asserted_by
    return _kept(
        {
            "@context": _CONTEXT,
            "@type": "Claim",
            "@id": url,
            "url": url,
            "text": view.text,
            "author": {"@type": "Thing", "name": by} if by else None,
            "appearance": {"@type": "CreativeWork", "name": view.source.name} if view.source else None,
            "about": {"@type": "Question", "name": view.question.name} if view.question else None,
            "disambiguatingDescription": "Invented for demonstration" if view.invented else "",
        }
    )
