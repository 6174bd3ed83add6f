"""What can be given, what it is called, and why another thing cannot: fixed sentences, to be translated."""

from dataclasses import dataclass
from enum import StrEnum

MAX_POINTS = 100_000_000  # of a picture


class Refusal(StrEnum):
    """Why a file is not kept."""

    EMPTY = "This file is empty."
    UNKNOWN = "This is no kind of file that can be kept here."
    WEB = "This is a web page, a drawing or another file of code, which could carry a program."
    PROGRAM = "This is a program, or carries one."
    PACKED = "This is a parcel of files. Unpack it and give the files one by one."
    DAMAGED = "This file is damaged or incomplete, and cannot be read. Give it again from where it was made."
    LOCKED = "This file is locked with a password. Give it without one."
    TOO_LARGE = "This picture has more than 100 million points. Give it a little smaller."
    SILENT = "There is neither sound nor picture in this file."
    WORDLESS = "There are no words in this file that can be read."
    TOO_HARD = "This file could not be looked at: it would take too long or too much memory."


ACCEPTED = (
    "What can be kept: photographs (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF), sound and film "
    "(MP4, MOV, M4A, 3GP, WebM, MKV, Ogg, MP3, WAV, FLAC, AAC, AMR), papers (PDF, DOCX, ODT), "
    "and text (plain text, WebVTT, SRT, OHMS)."
)
NAMED = {Refusal.UNKNOWN, Refusal.WEB, Refusal.PROGRAM, Refusal.SILENT, Refusal.WORDLESS}


class Refused(Exception):
    """The file cannot be kept, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is, as found by looking: ``kind`` is audio, video, image or text; or why it is refused."""

    kind: str = ""
    mimetype: str = ""
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    refused: str = ""  # sentences for who gave it


PICTURES = {  # by the name Pillow has for them
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heif",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
}
RECORDINGS = {  # by the name libav has for them: what it is called as sound, and as film
    "mov": ("audio/mp4", "video/mp4"),
    "matroska": ("audio/x-matroska", "video/x-matroska"),
    "ogg": ("audio/ogg", "video/ogg"),
    "mp3": ("audio/mpeg", ""),
    "wav": ("audio/wav", ""),
    "flac": ("audio/flac", ""),
    "aac": ("audio/aac", ""),
    "amr": ("audio/amr", ""),
}
BY_BRAND = {  # within "mov" and "matroska"
    "qt": ("audio/quicktime", "video/quicktime"),
    "3gp": ("audio/3gpp", "video/3gpp"),
    "webm": ("audio/webm", "video/webm"),
}
PAPERS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
TEXTS = {
    "plain": "text/plain",
    "webvtt": "text/vtt",
    "srt": "application/x-subrip",
    "ohms": "application/xml",
}
MIMETYPES: dict[str, frozenset[str]] = {  # what a look may find, by kind
    "image": frozenset(PICTURES.values()),
    "audio": frozenset(sound for sound, _ in (*RECORDINGS.values(), *BY_BRAND.values())),
    "video": frozenset(film for _, film in (*RECORDINGS.values(), *BY_BRAND.values()) if film),
    "text": frozenset((*PAPERS.values(), *TEXTS.values())),
}
