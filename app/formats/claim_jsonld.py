"""Claims and what bears on them as JSON-LD in Schema.org's words: a Claim, never a ClaimReview.

``{"@graph": [{"@type": "Claim", "@id", "text", "citation": [{"@type": "Quotation", "text", "isPartOf": the
testimony, "firstLine", "lastLine", "revision", "stance", "basis", "heardFrom", "comment", "linkedBy",
"linkedAt", "figure", "happened"}]}]}``. Words that Schema.org does not have are of our own namespace.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from app.errors import Invalid
from app.formats.base import check_size
from app.formats.evidence_csv import NESTED, NOTHING, checked
from app.plain import plain, restore
from app.records import EvidenceEntry

TYPE = "application/ld+json"
OWN = "urn:x-archive:terms#"
_WORDS = {  # field of the entry: what it is called in the file
    "stance": "stance",
    "basis": "basis",
    "heard_from": "heardFrom",
    "note": "comment",
    "linked_by": "linkedBy",
    "linked_at": "linkedAt",
    "quote": "text",
    "ref": "identifier",
    "machine": "machine",
}
_OURS = (
    *("stance", "basis", "heardFrom", "linkedBy", "linkedAt", "machine"),
    *("firstLine", "lastLine", "revision", "figure", "happened"),
)
CONTEXT: list[Any] = ["https://schema.org", {name: OWN + name for name in _OURS}]


def dump(entries: Iterable[EvidenceEntry], root: str) -> dict[str, Any]:
    """Each claim once, with all that bears on it."""
    claims: dict[str, dict[str, Any]] = {}
    for entry in entries:
        claim = claims.setdefault(
            entry.claim,
            {"@type": "Claim", "@id": f"{root}/claims/{quote(entry.claim, safe='')}", "citation": []},
        )
        if entry.claim_text:
            claim["text"] = entry.claim_text
        claim["citation"].append(_quotation(entry, root))
    return {"@context": CONTEXT, "@graph": list(claims.values())}


def _quotation(entry: EvidenceEntry, root: str) -> dict[str, Any]:
    testimony = f"{root}/testimonies/{quote(entry.testimony, safe='')}"
    said: dict[str, Any] = {"@type": "Quotation", "isPartOf": {"@type": "CreativeWork", "@id": testimony}}
    said |= {"firstLine": entry.first, "lastLine": entry.last}
    if entry.revision is not None:
        said["revision"] = entry.revision
    said |= {name: given for name in NESTED if (given := plain(getattr(entry, name))) != NOTHING[name]}
    return said | {theirs: value for ours, theirs in _WORDS.items() if (value := getattr(entry, ours))}


def load(data: bytes) -> Iterator[EvidenceEntry | Invalid]:
    """The entry of every quotation, or what is wrong with it. Raises Invalid for what is no such graph."""
    check_size(data)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}") from None
    graph = found.get("@graph") if isinstance(found, Mapping) else None
    if not isinstance(graph, list):
        raise Invalid("claims stand in a list called @graph")
    for number, claim in enumerate(graph, 1):
        try:
            if claim["@type"] != "Claim":
                raise Invalid("it is not a Claim")
            name, text = _named(claim["@id"]), str(claim.get("text", ""))
            for said in claim.get("citation", ()):
                yield _entry(said, name, text)
        except Invalid as refusal:
            yield Invalid(f"claim {number}: {refusal}")
        except (KeyError, TypeError, AttributeError, ValueError):
            yield Invalid(f"claim {number}: a passage is not told as it must be")


def _entry(said: Mapping[str, Any], claim: str, text: str) -> EvidenceEntry:
    first, last, revision = (said.get(name) for name in ("firstLine", "lastLine", "revision"))
    for number in (first, last, revision or 0):
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise Invalid("its lines are no numbers")
    assert isinstance(first, int)
    assert isinstance(last, int)
    more: dict[str, Any] = {ours: str(said.get(theirs, "")) for ours, theirs in _WORDS.items()}
    more |= {name: restore(kind, said[name]) for name, kind in NESTED.items() if name in said}
    return checked(
        EvidenceEntry(
            testimony=_named(said["isPartOf"]["@id"]),
            first=first,
            last=last,
            claim=claim,
            revision=revision,
            claim_text=text,
            **more,
        )
    )


def _named(address: Any) -> str:
    return unquote(urlsplit(str(address)).path.rstrip("/").rpartition("/")[2])
