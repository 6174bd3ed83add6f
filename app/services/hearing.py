"""Sound, film and pictures for readers: what an edition shows, and nothing of what they were made from."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import or_, select

from app.db import session
from app.errors import NotFound
from app.formats import webvtt
from app.models import Audience, Edition, EditionLink, EditionPart, LinkKind, MediaFile, Testimony
from app.plain import restore
from app.records import Line
from app.services import editions, reading
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


def lines_at(identifier: str, audience: str, numbers: Collection[int]) -> dict[int, Line]:
    """Single lines of the original by number, as this audience may read them; none of what is not there."""
    wanted = sorted(set(numbers))
    held = select(Edition.id).join(Testimony, Edition.testimony_id == Testimony.id)
    edition = session().scalar(
        held.where(Testimony.identifier == identifier, Edition.audience == Audience(audience))
    )
    if edition is None or not wanted:
        return {}
    parts = session().scalars(
        select(EditionPart.lines)
        .where(EditionPart.edition_id == edition, EditionPart.script == 0)
        .where(or_(*((EditionPart.first <= n) & (EditionPart.last >= n) for n in wanted)))
    )
    lines = (restore(Line, line) for part in parts for line in part)
    return {line.number: line for line in lines if line.number in wanted}


def peaks(waveform: str, audience: str) -> list[tuple[int, int]]:
    """How loud a recording is from moment to moment: (lowest, highest) of -128 to 127, at even distances.

    ``waveform`` is the reference of the file of its peaks (audiowaveform JSON, version 2). Raises NotFound.
    """
    with opened(file(waveform, audience)) as stream:
        data = json.load(stream)["data"]
    return list(zip(data[::2], data[1::2], strict=True))


def captions(identifier: str, audience: str, script: int) -> str:
    """One script of a testimony as WebVTT; what is withheld is not in it.

    Raises NotFound for what is not open, for a script there is none of, and for one without times.
    """
    record = reading.whole(identifier, audience)
    if script >= len(record.scripts):
        raise NotFound(NOT_HERE)
    said = [line for line in record.scripts[script].lines if line.text and not line.withheld]
    if not any(line.start_ms is not None for line in said):
        raise NotFound(NOT_HERE)
    return webvtt.dump([line for line in said if line.start_ms is not None], duration_ms=record.duration_ms)
