"""The words inside a WebVTT cue: voices, markup and escapes, in and out.

Tags of the standard (and ``<br>``, which OHMS writes) are markup; any other, such as ``<[?]>``,
is what was said and stays, so text from here is never safe HTML and must be escaped when shown.
"""

import re

ESCAPES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": "\u00a0", "lrm": "\u200e", "rlm": "\u200f"}
_ESCAPE = re.compile(f"&({'|'.join(ESCAPES)});")
_TAG = re.compile(
    r"<(?:/?(?:c|i|b|u|ruby|rt|lang)(?:\.[^\s<>]*)?(?:[ \t\n][^<>]*)?|/?br[ \t]*/?"
    r"|(?:\d+:)?\d{2}:\d{2}\.\d{3})>"
)
_BREAK = re.compile(r"<br[ \t]*/?>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:[ \t\n]([^<>]*))?>|</v>")


def spoken(text: str) -> list[tuple[str | None, str]]:
    """(speaker, words) for each voice of a cue in turn; speaker None where no ``<v>`` stands before.

    After ``</v>`` nobody is named: speaker "". Silent voices are left out.
    """
    found: list[tuple[str | None, str]] = []
    voice: str | None = None
    place = 0
    for tag in _VOICE.finditer(text):
        _add(found, voice, text[place : tag.start()])
        voice = "" if tag[0] == "</v>" else unescape(tag[1] or "").strip()
        place = tag.end()
    _add(found, voice, text[place:])
    return found


def _add(found: list[tuple[str | None, str]], voice: str | None, raw: str) -> None:
    if words := plain(raw):
        found.append((voice, words))


def plain(raw: str) -> str:
    """The words of a cue without its markup: ``<br>`` is a line end, every line is trimmed."""
    text = _TAG.sub(lambda tag: "\n" if _BREAK.match(tag[0]) else "", raw)
    return "\n".join(row.strip(" \t") for row in unescape(text).split("\n")).strip("\n")


def unescape(text: str) -> str:
    """``&amp;`` and the five others of the standard; any other ``&word;`` is what it says."""
    return _ESCAPE.sub(lambda found: ESCAPES[found[1]], text)


def escape(text: str) -> str:
    """Text that a cue can hold: without tags, arrows or the blank line that would end it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\u00a0", "&nbsp;").replace("\u200e", "&lrm;").replace("\u200f", "&rlm;")
    return re.sub(r"\n{2,}", lambda gap: " " + "<br>" * len(gap[0]), text)


def unspoken(speaker: str, text: str) -> str:
    """The cue text of one line: the inverse of ``spoken`` for a single voice."""
    name = " ".join(escape(speaker).split())
    return f"<v {name}>{escape(text)}" if name else escape(text)
