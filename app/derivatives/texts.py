"""Text: words that a person can read, captions, and OHMS; never code that a browser would run."""

import re
import unicodedata
from typing import Any, BinaryIO

from app.derivatives.kinds import TEXTS, Refusal, Refused
from app.errors import Invalid
from app.formats import ohms, srt, webvtt
from app.formats.base import decode, whole

LOOKED_AT = 200_000  # characters
_WEB = re.compile(r"<(?:!doctype\s+(?:html|svg)|html|head|body|svg|script|iframe|\?php)\b", re.IGNORECASE)


def look(file: BinaryIO, head: bytes) -> dict[str, Any]:
    """What text it is. Raises Refused."""
    try:
        data = whole(file)
        text, guessed = decode(data)
    except Invalid:
        raise Refused(Refusal.UNKNOWN) from None
    _readable(text[:LOOKED_AT], certain=not guessed)
    return {"kind": "text", "mimetype": TEXTS[_which(data, text.lstrip("\ufeff \t\n"))]}


def _readable(text: str, *, certain: bool) -> None:
    """Printable, with words in it; where the encoding is a guess, nearly all must be letters."""
    kinds = [unicodedata.category(character) for character in text]
    letters = sum(kind[0] in "LM" for kind in kinds)
    strange = sum(kind in ("Cn", "Co") for kind in kinds) + text.count("\ufffd")
    if re.search("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) or strange * 100 > len(kinds):
        raise Refused(Refusal.UNKNOWN)
    if not letters:
        raise Refused(Refusal.WORDLESS)
    plain = letters + sum(kind[0] in "ZPN" or kind == "Cc" for kind in kinds)
    if not certain and (plain < 0.97 * len(kinds) or letters < 0.5 * len(kinds)):
        raise Refused(Refusal.UNKNOWN)


def _which(data: bytes, text: str) -> str:
    if _WEB.search(text[:4096]):
        raise Refused(Refusal.WEB)
    if text.startswith("{\\rtf"):
        raise Refused(Refusal.UNKNOWN)
    if re.match(r"<[?!A-Za-z]", text):
        if _loads(ohms.load_all, data):
            return "ohms"
        raise Refused(Refusal.WEB)
    if text.startswith("WEBVTT") and _loads(webvtt.load, data):
        return "webvtt"
    if re.search(r"\d+:\d\d:\d\d[,.]\d+\s*-->", text[:4096]) and _loads(srt.load, data):
        return "srt"
    return "plain"


def _loads(load: Any, data: bytes) -> bool:
    try:
        return bool(load(data))
    except (Invalid, ValueError):
        return False
