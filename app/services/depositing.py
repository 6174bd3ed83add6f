"""Put media beside a testimony: files that come with a record, and originals the store holds already."""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from app import clock
from app.derivatives.kinds import PAPERS
from app.errors import Invalid
from app.models import MediaFile, Testimony
from app.records import MediaRef
from app.services import deriving, editions
from app.storage import store

KINDS = ("audio", "video", "image", "text")

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
    deriving.request(file)
    return file


def deposit(testimony: Testimony, media: MediaRef, path: Path) -> MediaFile:
    """Seal a file that came with a record; readers are given its copies, unless the record has it sealed.

    What it is its name says until the child has looked at it. Raises Invalid for what cannot be kept.
    """
    mimetype, _ = mimetypes.guess_type(path.name)
    kind = media.kind or (mimetype or "").partition("/")[0]
    if mimetype in PAPERS.values():
        kind = "text"
    if mimetype is None or kind not in KINDS:
        raise Invalid(f"{media.name}: media are sound, film, pictures or text.")
    with path.open("rb") as stream:
        kept = store().save(stream)
    name = media.name
    file = seal(testimony, Original(kept.key, kind, mimetype, name, kept.size, kept.sha256))
    file.caption, file.is_open = media.caption, media.use != editions.SEALED
    return file
