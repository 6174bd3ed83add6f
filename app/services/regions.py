"""Parts of pictures that readers are not shown: drawn, moved and taken away, each with why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import MediaFile, RedactionReason, Region, Testimony
from app.policy import Action, Actor, require
from app.services import auditing, identifying, linking, publishing, settling

Box = tuple[int, int, int, int]  # x, y, width, height in ten-thousandths of the picture as it is shown
SIDES = ("x", "y", "width", "height")
WHOLE = 10_000
SMALLEST = 20
NOT_HERE = "There is no such region."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A region as archivists see it."""

    identifier: str
    version: int
    box: Box
    reason: str
    note: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture, or a film, on which regions can be drawn, and those that are."""

    identifier: str  # of the original
    testimony: str
    title: str  # of the testimony
    kind: str
    caption: str
    shown: str  # the file on which they are drawn, seen by archivists alone; empty until there is one
    width: int
    height: int
    regions: tuple[Drawn, ...]


def canvas(media_id: str) -> Canvas:
    """A picture with its regions. Raises NotFound."""
    original, testimony = _picture(media_id)
    seen = _shown(original, testimony)
    drawn = [region for region in original.regions if region.is_in_force]
    known = linking.names(region.made_by for region in drawn)
    return Canvas(
        original.identifier,
        testimony.identifier,
        testimony.title,
        original.kind,
        original.caption or original.name,
        seen.identifier if seen else "",
        (seen.width if seen else 0) or 0,
        (seen.height if seen else 0) or 0,
        tuple(
            Drawn(r.identifier, r.version, r.box, r.reason.value, r.note, known[r.made_by], r.made_at.date())
            for r in drawn
        ),
    )


def draw(media_id: str, box: Sequence[int], reason: str, actor: Actor, *, note: str = "") -> Region:
    """Cover a part of a picture in every copy for readers.

    Raises NotFound, and Invalid for the box or the reason.
    """
    require(actor, Action.WITHHOLD)
    original, testimony = _picture(media_id)
    chosen = identifying.choice(RedactionReason, reason, "reason")
    x, y, width, height = _checked(box)
    by = actor.identifier or actor.name or "command line"
    region = Region(x=x, y=y, width=width, height=height, reason=chosen, note=note.strip(), made_by=by)
    original.regions.append(region)
    session().flush()
    _note(actor, "region.draw", region, testimony, reason=reason, after=list(region.box), note=region.note)
    publishing.publish(testimony)
    return region


def move(region_id: str, box: Sequence[int], reason: str, read: int, actor: Actor) -> Testimony:
    """Put a region elsewhere, or make it larger or smaller, or give it another reason.

    ``read`` is the version that was looked at. Raises NotFound, Invalid, Conflict when somebody was quicker.
    """
    require(actor, Action.WITHHOLD)
    region, testimony = _region(region_id)
    chosen = identifying.choice(RedactionReason, reason, "reason")
    wanted = _checked(box)
    if settling.locked(region) != read:
        raise Conflict("Somebody else has changed this region since you opened the page. Look again.")
    before = [*region.box, region.reason.value]
    region.x, region.y, region.width, region.height = wanted
    region.reason = chosen
    session().flush()
    _note(actor, "region.move", region, testimony, before=before, after=[*wanted, reason])
    publishing.publish(testimony)
    return testimony


def lift(region_id: str, why: str, actor: Actor) -> Testimony:
    """Let readers see a part of a picture again; the row stays. Raises NotFound, Invalid without a reason."""
    require(actor, Action.WITHHOLD)
    region, testimony = _region(region_id)
    if not why.strip():
        raise Invalid("Say why this part of the picture may be seen again.")
    settling.locked(region)
    region.lifted_at = clock.now()
    session().flush()
    _note(actor, "region.lift", region, testimony, why=why.strip(), before=list(region.box))
    publishing.publish(testimony)
    return testimony


def _checked(box: Sequence[int]) -> Box:
    """A box that lies in the picture: what reaches over its edge is cut off there. Raises Invalid."""
    x, y, width, height = box
    left, top, right, bottom = max(0, x), max(0, y), min(WHOLE, x + width), min(WHOLE, y + height)
    if right - left < SMALLEST or bottom - top < SMALLEST:
        raise Invalid(
            "This region is too small, or lies outside of the picture. Nothing was changed: give it a width "
            "and a height of at least 0.2 per cent, within the picture."
        )
    return left, top, right - left, bottom - top


def _picture(media_id: str) -> tuple[MediaFile, Testimony]:
    """The original of a picture or a film. Raises NotFound."""
    file = session().scalar(select(MediaFile).filter_by(identifier=media_id))
    if file is not None and file.original_id is not None:
        file = session().get(MediaFile, file.original_id)
    if file is None or file.testimony is None or file.kind not in ("image", "video"):
        raise NotFound("There is no such picture.")
    return file, file.testimony


def _region(region_id: str) -> tuple[Region, Testimony]:
    region = session().scalar(select(Region).filter_by(identifier=region_id))
    if region is None or not region.is_in_force or region.media.testimony is None:
        raise NotFound(NOT_HERE)
    return region, region.media.testimony


def _shown(original: MediaFile, testimony: Testimony) -> MediaFile | None:
    """The plain copy on which regions are drawn: the largest picture, or the poster of a film."""
    wanted = ("large-webp", "large-jpeg", "poster-webp", "poster-jpeg", "")
    copies = [
        m
        for m in testimony.media
        if not m.recipe
        and m.variant in wanted
        and m.use != "original"
        and m.mimetype.startswith("image/")
        and (m.original_id or m.id) == original.id
    ]
    return min(copies, key=lambda m: wanted.index(m.variant), default=None)


def _note(actor: Actor, action: str, region: Region, testimony: Testimony, **details: Any) -> None:
    auditing.note(
        actor,
        action,
        f"region:{region.identifier}",
        testimony=testimony.identifier,
        media=region.media.identifier,
        **details,
    )
