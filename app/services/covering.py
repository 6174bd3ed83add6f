"""Readers' copies kept in line with what is withheld: those due are asked for, others are destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.archive import settings
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Derivation, MediaFile, Testimony
from app.policy import Action, Actor, require
from app.services import auditing, deriving, editions, linking, publishing
from app.services.silencing import Due


@dataclass(frozen=True, slots=True)
class Copy:
    """What readers are given of one original, and how far its making has come."""

    original: str
    kind: str
    said: str  # its caption, or the name it came with
    state: str  # plain, waiting, working, done, failed, never
    percent: int = 0
    why: str = ""  # it failed, in a sentence; or the hindrance by its name
    spans: tuple[tuple[int, int], ...] = ()  # silenced, with the guard on both sides
    is_disguised: bool = False
    regions: int = 0
    is_withheld: bool = False
    is_open: bool = True  # readers are given its copies at all
    files: tuple[MediaFile, ...] = ()  # the copies, which archivists may hear before anybody else


def tend(testimony_id: str) -> None:
    """Ask for the copies that are due, and destroy those that were made without less or more."""
    testimony = session().scalar(select(Testimony).filter_by(identifier=testimony_id))
    if testimony is None:
        return
    for original, due in _dues(testimony):
        made = _makings(original)
        for recipe in {one.recipe for one in made} | {m.recipe for m in _copies(original)}:
            if recipe and recipe != due.recipe:
                deriving.drop(original, recipe)
        if due.edits and not due.hindrance and due.recipe not in {one.recipe for one in made}:
            deriving.request(original, due.recipe, dict(due.edits))


def copies(testimony: Testimony) -> list[Copy]:
    """What readers are given of every original, as archivists see it."""
    return [_copy(original, due) for original, due in _dues(testimony)]


def guard() -> int:
    """How many milliseconds are silenced on both sides of what is withheld."""
    return settings().silence_guard


def remake(media_id: str, actor: Actor) -> Testimony:
    """Have readers' copies of an original made again. Raises NotFound, Conflict when they are being made."""
    require(actor, Action.WITHHOLD)
    original = session().scalar(select(MediaFile).filter_by(identifier=media_id))
    if original is None or original.testimony is None or original.original_id is not None:
        raise NotFound("There is no such file.")
    due = dict(_dues(original.testimony)).get(original)
    if due is None or due.hindrance or not due.edits:
        raise Conflict("Nothing is to be made of this file: readers are given it as it is, or not at all.")
    if deriving.is_on_its_way(original, due.recipe):
        raise Conflict("Its copies are being made.")
    deriving.request(original, due.recipe, dict(due.edits))
    target = f"media:{original.identifier}"
    auditing.note(actor, "media.remake", target, testimony=original.testimony.identifier)
    return original.testimony


def disguise(testimony_id: str, wanted: bool, why: str, actor: Actor) -> Testimony:
    """Have voices heard in disguise, or as they are. Raises NotFound, Invalid without a reason, Conflict."""
    require(actor, Action.WITHHOLD)
    testimony = linking.find(testimony_id)
    if not why.strip():
        raise Invalid("Say why: it stands in the trail.")
    if testimony.is_disguised == wanted:
        raise Conflict("This is so already. Nothing was changed.")
    testimony.is_disguised = wanted
    session().flush()
    action = "testimony.disguise" if wanted else "testimony.undisguise"
    auditing.note(actor, action, f"testimony:{testimony.identifier}", why=why.strip())
    publishing.publish(testimony)
    return testimony


def _dues(testimony: Testimony) -> list[tuple[MediaFile, Due]]:
    dues = editions.due(testimony)
    return [(m, dues[m.id]) for m in testimony.media if m.id in dues]


def _copy(original: MediaFile, due: Due) -> Copy:
    making = next((one for one in _makings(original) if one.recipe == due.recipe), None)
    state = making.state.value if making else "waiting"
    if due.hindrance:
        state = "never"
    elif not due.edits:
        state = "plain"
    return Copy(
        original.identifier,
        original.kind,
        original.caption or original.name,
        state,
        making.percent if making else 0,
        due.hindrance.value if due.hindrance else making.why if making else "",
        tuple((start, end) for start, end in due.edits.get("silence", ())),
        bool(due.edits.get("disguise")),
        len([region for region in original.regions if region.is_in_force]),
        original.is_withheld,
        original.is_open or original.use != editions.SEALED,
        tuple(m for m in _copies(original) if due.edits and m.recipe == due.recipe),
    )


def _makings(original: MediaFile) -> Sequence[Derivation]:
    return session().scalars(select(Derivation).filter_by(media_id=original.id)).all()


def _copies(original: MediaFile) -> Sequence[MediaFile]:
    return (
        session().scalars(select(MediaFile).filter_by(original_id=original.id).order_by(MediaFile.id)).all()
    )
