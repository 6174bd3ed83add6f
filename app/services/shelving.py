"""Originals as archivists look after them: where each stands, when it was last read, what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from app.db import session
from app.errors import Conflict, NotFound
from app.models import Derivation, DerivationState, FixityCheck, Found, MediaFile, Shelf, Testimony
from app.policy import Action, Actor, require
from app.services import auditing, deriving, proving, publishing
from app.services.editions import SEALED
from app.storage import replica

PER_PAGE = 50
TOLD = 4  # of what happened to one file
NO_FILE = "There is no such file."


@dataclass(frozen=True, slots=True)
class Standing:
    """One shelf of one file: whether it is well there, and the day it was last read."""

    shelf: str
    found: str  # "" while nobody has read it there
    read_on: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """One original."""

    identifier: str
    kind: str
    said: str  # its caption, or the name it came with
    size: int
    testimony: str
    title: str
    is_open: bool
    is_withheld: bool
    copies: int
    state: str  # of the making of its copies; "" before anybody asked for them
    percent: int
    why: str
    standings: tuple[Standing, ...]
    happened: tuple[tuple[str, str, date], ...]  # what was not simply good: shelf, what, when


@dataclass(frozen=True, slots=True)
class Holding:
    """A page of originals, and how all are."""

    files: tuple[Kept, ...]
    pages: int
    total: int
    failed: int  # whose copies could not be made
    making: int
    lost: int
    has_replica: bool


def files(actor: Actor, page: int = 1, which: str = "") -> Holding:
    """A page of originals, newest first. Raises NotFound.

    ``which``: failed, making, lost, closed (readers are given none of their copies), or all.
    """
    require(actor, Action.DESCRIBE)
    lost = proving.lost()
    wanted = _chosen(which, lost)
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("There is no such page.")
    rows = wanted.order_by(MediaFile.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    found = session().scalars(rows).all()
    return Holding(
        tuple(_kept(found)),
        pages,
        total,
        _making(DerivationState.FAILED),
        _making(DerivationState.WAITING, DerivationState.WORKING),
        len(lost),
        replica() is not None,
    )


def give(identifier: str, actor: Actor, *, is_open: bool) -> None:
    """Give a file's copies to readers, or take them back. Raises NotFound, and Conflict when it is so."""
    require(actor, Action.PUBLISH)
    original = _find(identifier)
    if original.is_open == is_open:
        raise Conflict("This is so already. Nothing was changed.")
    original.is_open = is_open
    session().flush()
    testimony = original.testimony
    assert testimony is not None
    action = "media.open" if is_open else "media.close"
    auditing.note(actor, action, f"media:{identifier}", testimony=testimony.identifier)
    publishing.publish(testimony)


def retry(identifier: str, actor: Actor) -> None:
    """Have the copies of a file made again. Raises NotFound, and Conflict while they are being made."""
    require(actor, Action.DESCRIBE)
    original = _find(identifier)
    if deriving.is_on_its_way(original, ""):
        raise Conflict("Its copies are being made.")
    deriving.request(original)
    about = original.testimony.identifier if original.testimony else ""
    auditing.note(actor, "media.remake", f"media:{identifier}", testimony=about)


def _find(identifier: str) -> MediaFile:
    original = session().scalar(select(MediaFile).filter_by(identifier=identifier, use=SEALED))
    if original is None or original.testimony is None:
        raise NotFound(NO_FILE)
    return original


def _chosen(which: str, lost: Sequence[str]) -> Select[MediaFile]:
    wanted = select(MediaFile).where(MediaFile.use == SEALED, MediaFile.testimony_id.is_not(None))
    states = {
        "failed": (DerivationState.FAILED,),
        "making": (DerivationState.WAITING, DerivationState.WORKING),
    }
    if which in states:
        rows = select(Derivation.media_id).where(Derivation.state.in_(states[which]))
        return wanted.where(MediaFile.id.in_(rows))
    if which == "closed":
        return wanted.where(MediaFile.is_open.is_(False))
    return wanted.where(MediaFile.key.in_(lost)) if which == "lost" else wanted


def _making(*states: DerivationState) -> int:
    return session().scalar(select(func.count(Derivation.id)).where(Derivation.state.in_(states))) or 0


def _kept(found: Sequence[MediaFile]) -> list[Kept]:
    """With all that belongs to them, in four questions for a page."""
    numbers, keys = [file.id for file in found], [file.key for file in found]
    counting = select(MediaFile.original_id, func.count()).where(MediaFile.original_id.in_(numbers))
    rows_of = session().execute(counting.group_by(MediaFile.original_id)).all()
    copies = {row[0]: row[1] for row in rows_of}
    plain = select(Derivation).where(Derivation.media_id.in_(numbers), Derivation.recipe == "")
    rows = {row.media_id: row for row in session().scalars(plain)}
    checks: dict[str, list[FixityCheck]] = {}
    for check in session().scalars(
        select(FixityCheck).where(FixityCheck.key.in_(keys)).order_by(FixityCheck.id)
    ):
        checks.setdefault(check.key, []).append(check)
    told = select(Testimony).where(Testimony.id.in_([file.testimony_id for file in found]))
    titles = {one.id: one for one in session().scalars(told)}
    return [
        _one(file, titles[file.testimony_id or 0], copies.get(file.id, 0), rows.get(file.id), checks)
        for file in found
    ]


def _one(
    file: MediaFile,
    testimony: Testimony,
    copies: int,
    row: Derivation | None,
    checks: dict[str, list[FixityCheck]],
) -> Kept:
    looked = checks.get(file.key, [])
    shelves = [Shelf.STORE, *([Shelf.REPLICA] if replica() else [])]
    odd = [c for c in looked if c.found is not Found.GOOD]
    return Kept(
        file.identifier,
        file.kind,
        file.caption or file.name,
        file.size,
        testimony.identifier,
        testimony.title,
        file.is_open,
        file.is_withheld,
        copies,
        row.state.value if row else "",
        row.percent if row else 0,
        row.why if row else "",
        tuple(_standing(shelf, looked) for shelf in shelves),
        tuple((c.shelf.value, c.found.value, c.at.date()) for c in odd[-TOLD:]),
    )


def _standing(shelf: Shelf, looked: Sequence[FixityCheck]) -> Standing:
    last = next((check for check in reversed(looked) if check.shelf is shelf), None)
    return Standing(shelf.value, last.found.value if last else "", last.at.date() if last else None)
