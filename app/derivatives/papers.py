"""Papers: PDF, and the two kinds of document that are really parcels of XML."""

import re
import zipfile
from typing import Any, BinaryIO

from app.derivatives.kinds import PAPERS, Refusal, Refused

MEMBERS = 5000
UNPACKED = 512 * 2**20  # bytes of all members together


def look(file: BinaryIO, head: bytes) -> dict[str, Any]:
    """What paper it is. Raises Refused."""
    try:
        found = _parcel(file) if head.startswith(b"PK") else _pdf(file)
    except (Refused, MemoryError):
        raise
    except Exception:  # bad files raise of any kind
        raise Refused(Refusal.DAMAGED) from None
    return {"kind": "text", "mimetype": PAPERS[found]}


def _pdf(file: BinaryIO) -> str:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        pages = len(pypdfium2.PdfDocument(file))
    except pypdfium2.PdfiumError as error:
        raise Refused(Refusal.LOCKED if "assword" in str(error) else Refusal.DAMAGED) from None
    if not pages:
        raise Refused(Refusal.DAMAGED)
    return "pdf"


def _parcel(file: BinaryIO) -> str:
    with zipfile.ZipFile(file) as parcel:
        members = parcel.infolist()
        names = [member.filename for member in members]
        if (
            len(names) > MEMBERS
            or len({name.casefold() for name in names}) < len(names)
            or any(re.search(r"^[/\\]|^\w:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0", name) for name in names)
            or sum(member.file_size for member in members) > UNPACKED
        ):
            raise Refused(Refusal.PACKED)
        if any(member.flag_bits & 1 for member in members):
            raise Refused(Refusal.LOCKED)
        found = _document(parcel, set(names))
        if parcel.testzip():
            raise Refused(Refusal.DAMAGED)
        return found


def _document(parcel: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names and _begin(parcel, "mimetype").strip() == PAPERS["odt"].encode():
        return "odt"
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        types = _begin(parcel, "[Content_Types].xml")
        if b"macroEnabled" in types or any("vbaproject" in name.lower() for name in names):
            raise Refused(Refusal.PROGRAM)
        if b"wordprocessingml.document.main+xml" in types:
            return "docx"
    raise Refused(Refusal.PACKED)


def _begin(parcel: zipfile.ZipFile, name: str) -> bytes:
    with parcel.open(name) as member:
        return member.read(2**20)
