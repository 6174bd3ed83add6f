"""The words of a document of text (DOCX, ODT, plain text): what it says now, without what was struck out.

Comments, changes that were taken back, codes of fields and every property stay behind.
"""

import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from app.derivatives.shelf import Shelf
from app.derivatives.variants import LARGEST_TEXT
from app.formats.base import decode, whole

LARGEST_XML = 64 * 2**20  # bytes unpacked
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

_BODIES = {"docx": ("word/document.xml", f"{_W}body"), "odt": ("content.xml", f"{_O}text")}
_BREAKS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_T}tab": "\t",
    f"{_T}line-break": "\n",
    f"{_T}s": " ",
}
_PARAGRAPHS = {f"{_W}p", f"{_T}p", f"{_T}h"}
_SAYS = {f"{_W}t", f"{_T}p", f"{_T}h", f"{_T}span", f"{_T}a"}  # elements whose own text is read
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_T}tracked-changes", f"{_O}annotation", f"{_T}note-citation"}


def make(file: BinaryIO, kind: str, shelf: Shelf) -> dict[str, Any]:
    """Keep the words. ``kind`` is docx, odt or plain. Returns technical facts."""
    text = _text(file, kind)
    if text.strip():
        shelf.put("text", text.encode(errors="replace")[:LARGEST_TEXT])
    return {"format": kind.upper() if kind != "plain" else "text", "characters": len(text)}


def say(file: BinaryIO) -> dict[str, str]:
    """The words of a DOCX or ODT as an answer, for a transcript that is written in one."""
    with zipfile.ZipFile(file) as parcel:
        kind = "docx" if "word/document.xml" in parcel.namelist() else "odt"
    # A paragraph is a turn: between two of them stands an empty line.
    return {"text": _text(file, kind).replace("\n", "\n\n")}


def _text(file: BinaryIO, kind: str) -> str:
    file.seek(0)
    if kind == "plain":
        text, _ = decode(whole(file))
    else:
        member, body = _BODIES[kind]
        with zipfile.ZipFile(file) as parcel, parcel.open(member) as part:
            text = "".join(_said(_Bounded(part), body))
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").lstrip("\ufeff").splitlines())


class _Bounded:
    """A stream that ends when too much has come out of it."""

    def __init__(self, part: Any) -> None:
        self.part, self.left = part, LARGEST_XML

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as far as there is room for them."""
        data: bytes = self.part.read(min(size if size > 0 else self.left, self.left))
        self.left -= len(data)
        return data


def _said(stream: Any, body: str) -> Iterator[str]:
    """The paragraphs of a document's body, one at a time; of each the memory is freed."""
    parser = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    within = left_out = 0
    for event, element in parser:
        step = 1 if event == "start" else -1
        within += step * (element.tag == body)
        left_out += step * (element.tag in _LEFT_OUT)
        if event == "end" and element.tag in _PARAGRAPHS:
            if within and not left_out:
                yield "".join(_read(element)) + "\n"
            element.clear(keep_tail=True)


def _read(element: Any) -> Iterator[str]:
    """What is said in an element, in order."""
    says = element.tag in _SAYS
    if says and element.text:
        yield element.text
    for child in element:
        if child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _LEFT_OUT:
            yield from _read(child)
        if says and child.tail:
            yield child.tail
