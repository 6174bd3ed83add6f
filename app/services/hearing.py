"""Sound, film and pictures for readers: what an edition shows, and nothing of what they were made from."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from app.db import session
from app.errors import NotFound
from app.models import Edition, EditionLink, LinkKind, MediaFile
from app.services import editions
from app.storage import store

NOT_HERE = "There is nothing at this address, or it is not open to you."


@dataclass(frozen=True, slots=True)
class Held:
    """A file that may be handed to a visitor: where the store keeps it, and what may be told of it.

    ``tag`` changes when its bytes do and says nothing else; ``size`` is in bytes.
    """

    key: str
    mimetype: str
    size: int
    tag: str


def file(ref: str, audience: str) -> Held:
    """A media file that an edition of this audience shows. Raises NotFound, for a sealed original always."""
    found = session().scalar(
        select(MediaFile)
        .join(EditionLink, (EditionLink.kind == LinkKind.MEDIA) & (EditionLink.target_id == MediaFile.id))
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(MediaFile.identifier == ref, MediaFile.use != editions.SEALED, Edition.audience == audience)
    )
    if found is None:
        raise NotFound(NOT_HERE)
    tag = hashlib.sha256(f"{ref} {found.sha256} {found.mimetype}".encode()).hexdigest()[:32]
    return Held(found.key, found.mimetype, found.size, tag)


def opened(held: Held) -> BinaryIO:
    """Its bytes. Raises NotFound."""
    return store().open(held.key)
