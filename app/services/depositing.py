"""Put media beside a testimony: files that come with a record, and originals the store holds already."""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from app import clock
from app.errors import Invalid
from app.models import MediaFile, Testimony
from app.records import MediaRef
from app.services import editions
from app.storage import store

KINDS = ("audio", "video", "image", "text")
SHOWN = ("image/webp", "image/jpeg", "image/png")  # what a record may bring to be shown as it is

FindFile = Callable[[str], Path | None]


@dataclass(frozen=True, slots=True)
class Original:
    """A file that the store holds already, as it was given: to be sealed, never to be shown."""

    key: str
    kind: str
    mimetype: str
    name: str
    size: int
    sha256: str
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None


def seal(testimony: Testimony, original: Original) -> MediaFile:
    """Keep an original with a testimony. Nothing is copied; of the moment only the day is noted."""
    file = MediaFile(
        use=editions.SEALED,
        kind=original.kind,
        mimetype=original.mimetype,
        key=original.key,
        name=original.name,
        size=original.size,
        sha256=original.sha256,
        duration_ms=original.duration_ms,
        width=original.width,
        height=original.height,
        deposited_at=datetime.combine(clock.today(), time(), UTC),
    )
    testimony.media.append(file)
    return file


def deposit(testimony: Testimony, media: MediaRef, path: Path) -> None:
    """Keep a file that came with a record. Raises Invalid for what can be neither kept nor shown."""
    mimetype, _ = mimetypes.guess_type(path.name)
    kind = media.kind or (mimetype or "").partition("/")[0]
    if mimetype is None or kind not in KINDS:
        raise Invalid(f"{media.name}: media are sound, film, pictures or text.")
    if media.use != editions.SEALED and mimetype not in SHOWN:
        raise Invalid(f"{media.name}: pictures that are shown can be WebP, JPEG or PNG.")
    with path.open("rb") as stream:
        kept = store().save(stream)
    testimony.media.append(
        MediaFile(
            use=media.use,
            kind=kind,
            mimetype=mimetype,
            key=kept.key,
            name=media.name,
            caption=media.caption,
            size=kept.size,
            sha256=kept.sha256,
        )
    )
