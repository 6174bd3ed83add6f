"""Milliseconds, and the time codes people write for them."""

import re

_CODE = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?$")


def parse(code: str) -> int:
    """Milliseconds of ``HH:MM:SS.mmm``, ``MM:SS`` or ``MM:SS,mmm``.

    Raises ValueError when the code is not a time or its minutes or seconds pass 59.
    """
    found = _CODE.match(code.strip())
    if not found:
        raise ValueError(f"{code!r} is not a time code")
    hours, minutes, seconds, fraction = found.groups()
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        raise ValueError(f"{code!r} has more than 59 minutes or seconds")
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def format_ms(ms: int, separator: str = ".") -> str:
    """``HH:MM:SS.mmm``, with ``,`` as separator for SRT."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{rest:03}"


def short(ms: int) -> str:
    """``1:02:05`` or ``2:05``: what a reader is shown."""
    seconds = ms // 1000
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def fragment(start_ms: int, end_ms: int | None = None) -> str:
    """``t=62.5,70``: a stretch of a recording. Source: Media Fragments URI 1.0, W3C 2012."""
    end = f",{end_ms / 1000:.10g}" if end_ms is not None and end_ms > start_ms else ""
    return f"t={start_ms / 1000:.10g}{end}"
