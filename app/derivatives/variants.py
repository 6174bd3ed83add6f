"""The copies that are made of an original: what each is called, what it is for, and its type."""

from dataclasses import dataclass
from pathlib import Path

# Of each variant: the use it has, and its type.
VARIANTS: dict[str, tuple[str, str]] = {
    "opus": ("access", "audio/webm"),
    "aac": ("access", "audio/mp4"),
    "720p": ("access", "video/mp4"),
    "360p": ("access", "video/mp4"),
    "peaks": ("waveform", "application/json"),
    "poster-webp": ("poster", "image/webp"),
    "poster-jpeg": ("poster", "image/jpeg"),
    "thumb-webp": ("thumbnail", "image/webp"),
    "thumb-jpeg": ("thumbnail", "image/jpeg"),
    "large-webp": ("access", "image/webp"),
    "large-jpeg": ("access", "image/jpeg"),
    "page-webp": ("access", "image/webp"),
    "text": ("access", "text/plain"),
}
STREAMED = ("opus", "aac", "720p", "360p")  # each is written into a file of its own
OUTS = 1 + len(STREAMED)  # and all small ones one after the other into the first
PAGES = 300  # of a paper, at most
LARGEST_TEXT = 4 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A copy: the bytes from ``start`` to ``end`` of a file in the folder where it was made."""

    variant: str
    path: Path
    start: int
    end: int
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    page: int | None = None

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.end - self.start
