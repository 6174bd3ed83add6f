"""Files of evidence: which kind one is, and how evidence is written in each."""

import json
from collections.abc import Iterable, Iterator, Sequence

from app.errors import Invalid
from app.formats import claim_jsonld, evidence_csv, webannotation
from app.formats.webannotation import Where
from app.records import EvidenceEntry

FORMS = {  # name: (ending, media type)
    "csv": ("csv", "text/csv"),
    "annotations": ("annotations.jsonld", webannotation.TYPE),
    "claims": ("claims.jsonld", claim_jsonld.TYPE),
}


def load(data: bytes) -> Iterator[EvidenceEntry | Invalid]:
    """The entries of a file of any of these kinds. Raises Invalid for what is none."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head not in (b"{", b"["):
        return evidence_csv.load(data)
    return claim_jsonld.load(data) if b'"@graph"' in data else webannotation.load(data)


def dump(
    form: str, entries: Sequence[tuple[EvidenceEntry, Where]], root: str, address: str, label: str
) -> str:
    """Entries as one of FORMS. ``root`` is where this archive stands, ``address`` where this can be had."""
    plain: Iterable[EvidenceEntry] = (entry for entry, _ in entries)
    if form == "csv":
        return evidence_csv.dump(plain)
    if form == "claims":
        told = claim_jsonld.dump(plain, root)
    else:
        told = webannotation.collection(entries, root, address, label)
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
