"""What every format needs: bytes to text, text made clean, limits, and one shape for what was read."""

import itertools
import math
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import Invalid
from app.records import Record, Register

MAX_MS = 2**31 - 1  # 596 hours: longer than any recording, and what a 32-bit column holds
MAX_FILE = 64 * 2**20  # a transcript is text; a file beyond this was not written by a person

_MARKS = (  # the longer mark first: UTF-16's is the beginning of UTF-32's
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing read from a file, or the reason it could not be.

    ``line`` is the one-based line it began on, ``read`` the bytes of the file (as it lies on the
    disk, compressed or not) consumed so far.
    """

    line: int
    read: int
    what: Record | Register | Invalid


def whole(stream: BinaryIO) -> bytes:
    """All of a stream, at most MAX_FILE bytes. Raises Invalid when there is more."""
    data = stream.read(MAX_FILE + 1)
    check_size(data)
    return data


def check_size(data: bytes | str) -> None:
    """Raises Invalid for more than MAX_FILE bytes (or characters)."""
    if len(data) > MAX_FILE:
        raise Invalid(f"the file is larger than {MAX_FILE // 2**20} MiB")


def decode(data: bytes | str) -> tuple[str, tuple[str, ...]]:
    """The text of a file in NFC with ``\\n`` line ends, and warnings when its encoding was guessed.

    UTF-8, or what a byte order mark says; else Windows-1251 (Cyrillic) or Windows-1252, by how
    its high bytes stand: Cyrillic words consist of them, Western words only hold some.
    Raises Invalid for a file that is too large.
    """
    check_size(data)
    if isinstance(data, str):
        return clean_text(data.removeprefix("\ufeff")), ()
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return clean_text(data.decode(encoding)), ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            warning = f"not all of the file is {encoding.upper()}: unreadable characters became \ufffd"
            return clean_text(data.decode(encoding, "replace")), (warning,)
        guess = _legacy(data)
        warning = f"the file is not UTF-8 (byte {error.start}); it was read as {guess}, check the letters"
        return clean_text(data.decode(guess, "replace")), (warning,)


def _legacy(data: bytes) -> str:
    high = [place for place, byte in enumerate(data[: 2**16]) if byte >= 0x80]
    together = sum(1 for a, b in itertools.pairwise(high) if b - a == 1)
    return "windows-1251" if together * 2 > len(high) else "windows-1252"


def clean_text(text: str) -> str:
    """NFC, ``\\n`` line ends; NUL and lone surrogates, which no database keeps, become U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", text)


def strict_text(text: str, where: str) -> str:
    """NFC, or Invalid for NUL and lone surrogates: where a program wrote the file, they are a fault."""
    if text.isascii():
        if "\0" in text:
            raise Invalid(f"{where} holds a NUL character")
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{where} holds half a character (a lone surrogate)") from None
    if "\0" in text:
        raise Invalid(f"{where} holds a NUL character")
    return unicodedata.normalize("NFC", text)


def milliseconds(seconds: object, where: str) -> int | None:
    """Milliseconds of a time in seconds, or None for none. Raises Invalid for what is no time."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise Invalid(f"{where} is {seconds!r:.40}, not a number of seconds")
    if not math.isfinite(seconds) or not 0 <= seconds * 1000 <= MAX_MS:
        raise Invalid(f"{where} is {seconds!r:.40} seconds, which no recording has")
    return round(seconds * 1000)
