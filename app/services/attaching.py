"""A file put beside a testimony that is in the archive already: looked at, sealed, its copies asked for."""

from pathlib import Path

from sqlalchemy import select

from app.db import session
from app.derivatives import probe
from app.derivatives.kinds import Look
from app.errors import Conflict, Invalid, NotFound
from app.models import MediaFile, Testimony
from app.policy import Action, Actor, require
from app.services import auditing, depositing, publishing
from app.storage import StoredFile, store


def take(path: Path) -> tuple[Look, StoredFile]:
    """Look at a file in the confined child and keep it. Raises Invalid for what cannot be kept.

    No transaction need be open while it is read.
    """
    look = probe.look(path)
    if look.refused:
        raise Invalid(look.refused)
    with path.open("rb") as stream:
        return look, store().save(stream)


def attach(
    identifier: str,
    path: Path,
    found: tuple[Look, StoredFile],
    actor: Actor,
    *,
    caption: str = "",
    is_open: bool = True,
) -> MediaFile:
    """Seal a file that was taken with a testimony. Raises NotFound, and Conflict when it is there already."""
    require(actor, Action.IMPORT)
    look, kept = found
    testimony = session().scalar(select(Testimony).filter_by(identifier=identifier))
    if testimony is None:
        raise NotFound("There is no such testimony.")
    if any(held.key == kept.key for held in testimony.media):
        raise Conflict("This file stands with the testimony already.")
    original = depositing.Original(
        kept.key,
        look.kind,
        look.mimetype,
        path.name,
        kept.size,
        kept.sha256,
        look.duration_ms,
        look.width,
        look.height,
    )
    file = depositing.seal(testimony, original)
    file.caption, file.is_open = caption, is_open
    auditing.note(actor, "media.deposit", f"testimony:{identifier}", media=file.identifier)
    publishing.publish(testimony)
    return file
