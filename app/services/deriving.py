"""Copies of originals: asked for, made in the confined child, kept, and made again when there is reason to.

In steps, each a transaction of its own or none, so that nothing waits while a copy is made. The row of a
derivation names the files before they go to the store (``keys``): killed at any moment, the next one who does
the job finds what the last one left and is rid of it. Done twice it is done once: whoever was overtaken
meanwhile, by another worker or a newer wish, keeps nothing.
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import exists, select, update

from app import clock
from app.archive import settings
from app.db import session
from app.derivatives import making
from app.derivatives.making import Copies
from app.derivatives.variants import VARIANTS, Made
from app.models import Derivation, DerivationState, Job, JobState, MediaFile
from app.queue import enqueue
from app.services import publishing
from app.services.editions import SEALED
from app.storage import store

PROGRAM = 1  # counted up when what we make changes: then all copies are made again
AT_ONCE = 50  # originals that are asked for in one go
FAILED = "No copies could be made of this file: {why}."
PIECE = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Task:
    """One making: what of, since when, with which edits, and where."""

    derivation: int
    begun_at: datetime
    media: str
    recipe: str
    key: str
    edits: Mapping[str, Any]
    folder: Path


def request(original: MediaFile, recipe: str = "", edits: Mapping[str, Any] | None = None) -> None:
    """Have copies made: the plain ones, or those of a recipe, with these edits; again, if they are there."""
    session().flush()
    row = _row(original.id, recipe)
    if row is None:
        row = Derivation(media_id=original.id, recipe=recipe)
        session().add(row)
    row.state, row.percent, row.why, row.edits = DerivationState.WAITING, 0, "", dict(edits or {})
    enqueue("derive", media=original.identifier, recipe=recipe)
    session().flush()


def again(file: MediaFile) -> None:
    """Have a copy that was damaged made again, with all others of its recipe."""
    original = session().get(MediaFile, file.original_id) if file.original_id else None
    if original is not None:
        row = _row(original.id, file.recipe)
        if row is not None or not file.recipe:  # without its edits there is no copy of a recipe
            request(original, file.recipe, row.edits if row else None)


def drop(original: MediaFile, recipe: str) -> None:
    """Be rid of the copies of a recipe; one that is being made is not kept."""
    for file in _copies(original, recipe):
        _discard(file)
    abandon([original.id], recipe)


def abandon(originals: Iterable[int], recipe: str | None = None) -> None:
    """Be rid of what is on its way of these originals, of one recipe or of all; it was named in ``keys``."""
    wanted = select(Derivation).where(Derivation.media_id.in_(list(originals)))
    for row in session().scalars(wanted if recipe is None else wanted.filter_by(recipe=recipe)).all():
        _forget(row.keys)
        session().delete(row)
    session().flush()


def is_on_its_way(original: MediaFile, recipe: str) -> bool:
    """Whether copies are being made, or will be: one that a job left behind half-way is not."""
    row = _row(original.id, recipe)
    if row is None or row.state not in (DerivationState.WAITING, DerivationState.WORKING):
        return False
    jobs = select(Job.arguments).where(Job.name == "derive", Job.state != JobState.FAILED)
    return {"media": original.identifier, "recipe": recipe} in session().scalars(jobs).all()


def catch_up() -> None:
    """Ask for the copies of originals that have none: of an older archive, or made by an older program.

    Folders in which nobody works any more are removed: what lies in one may have been destroyed since.
    """
    working = select(Derivation.id).where(Derivation.state == DerivationState.WORKING)
    held = set(map(str, session().scalars(working)))
    for folder in _making().glob("*"):
        if folder.name.partition("-")[0] not in held:
            shutil.rmtree(folder, ignore_errors=True)
    current = exists().where(
        Derivation.media_id == MediaFile.id, Derivation.recipe == "", Derivation.program == PROGRAM
    )
    asked = exists().where(
        Derivation.media_id == MediaFile.id,
        Derivation.recipe == "",
        Derivation.state != DerivationState.DONE,
    )
    wanting = select(MediaFile).where(MediaFile.use == SEALED, ~current, ~asked).limit(AT_ONCE)
    for original in session().scalars(wanting).all():
        request(original)


def begin(media: str, recipe: str) -> Task | None:
    """Take it in hand. None when it is done, or nobody wants it any more."""
    row = session().scalar(
        select(Derivation)
        .join(Derivation.media)
        .where(MediaFile.identifier == media, Derivation.recipe == recipe)
    )
    if row is None or row.state in (DerivationState.DONE, DerivationState.FAILED):
        return None
    begun_at = clock.now()
    row.state, row.percent, row.begun_at, row.ended_at = DerivationState.WORKING, 0, begun_at, None
    session().flush()
    folder = _making() / f"{row.id}-{secrets.token_hex(4)}"
    return Task(row.id, begun_at, media, recipe, row.media.key, row.edits, folder)


def make(task: Task, tell: Callable[[int], None]) -> Copies:
    """Make them, in a folder of their own. Raises ``confined.Failed``, NotFound."""
    task.folder.mkdir(parents=True, mode=0o700)
    with store().open(task.key) as original:
        return making.make(original, task.folder, task.edits, tell, settings().disk_reserve)


def progress(task: Task, percent: int) -> None:
    """Write down how far it has come."""
    session().execute(update(Derivation).where(Derivation.id == task.derivation).values(percent=percent))


def fail(task: Task, why: str) -> None:
    """Write down why there are none; an archivist may have it tried again."""
    if (row := _ours(task)) is not None:
        row.state, row.why, row.ended_at = DerivationState.FAILED, why, clock.now()
        session().flush()


def hashes(copies: Copies) -> dict[Made, str]:
    """The SHA-256 of every copy."""
    found = {}
    for made in copies.made:
        digest = hashlib.sha256()
        for piece in _pieces(made):
            digest.update(piece)
        found[made] = digest.hexdigest()
    return found


def announce(task: Task, found: Mapping[Made, str]) -> bool:
    """Name the files that are about to go to the store. False when nobody wants them any more."""
    row = _ours(task)
    if row is None:
        return False
    keys = [store().key(sha256) for sha256 in found.values()]
    _forget(set(row.keys) - set(keys))
    row.keys = keys
    session().flush()
    return True


def move(found: Mapping[Made, str]) -> None:
    """Bring them to the store."""
    for made in found:
        store().save(_Piece(made))  # type: ignore[arg-type]


def keep(task: Task, copies: Copies, found: Mapping[Made, str]) -> None:
    """Name them as copies of their original, in the place of older ones, and publish."""
    row = _ours(task)
    if row is None:
        _forget(store().key(sha256) for sha256 in found.values())
        return
    original = row.media
    _learn(original, copies)
    older = {(file.variant, file.page): file for file in _copies(original, task.recipe)}
    for made, sha256 in found.items():
        _row_of(original, task.recipe, made, sha256, older.pop((made.variant, made.page), None))
    for file in older.values():
        _discard(file)
    if task.recipe:
        _replace_other_recipes(original, task.recipe)
    row.state, row.percent, row.program, row.keys = DerivationState.DONE, 100, PROGRAM, []
    row.ended_at = clock.now()
    session().flush()
    if original.testimony is not None:
        session().expire(original.testimony, ["media"])
        publishing.publish(original.testimony)


def tidy(task: Task) -> None:
    """Remove the folder it was made in."""
    shutil.rmtree(task.folder, ignore_errors=True)


def _ours(task: Task) -> Derivation | None:
    """The row of a making; None when somebody else has it in hand since, or nobody wants it any more."""
    row = session().get(Derivation, task.derivation)
    is_ours = row is not None and row.state is DerivationState.WORKING and row.begun_at == task.begun_at
    return row if is_ours else None


def _making() -> Path:
    return settings().home / "making"


def _row(media_id: int, recipe: str) -> Derivation | None:
    return session().scalar(select(Derivation).filter_by(media_id=media_id, recipe=recipe))


def _copies(original: MediaFile, recipe: str) -> list[MediaFile]:
    return list(session().scalars(select(MediaFile).filter_by(original_id=original.id, recipe=recipe)))


def _learn(original: MediaFile, copies: Copies) -> None:
    """What the child found out about the original; where it only had a name, that was a guess."""
    look = copies.look
    counted = max((made.duration_ms or 0 for made in copies.made), default=0)  # headers lie
    original.technical = copies.technical or original.technical
    original.kind, original.mimetype = look.kind, look.mimetype
    original.duration_ms = counted or look.duration_ms or original.duration_ms
    original.width, original.height = look.width or original.width, look.height or original.height


def _row_of(original: MediaFile, recipe: str, made: Made, sha256: str, file: MediaFile | None) -> None:
    """The row of a copy. One that was there keeps its address: whoever has it open goes on."""
    use, mimetype = VARIANTS[made.variant]
    if file is None:
        file = MediaFile(
            testimony_id=original.testimony_id,
            original_id=original.id,
            variant=made.variant,
            page=made.page,
            recipe=recipe,
            deposited_at=clock.midnight(),
        )
        session().add(file)
    elif file.key != store().key(sha256):
        enqueue("discard", key=file.key)
    file.use, file.kind, file.mimetype = "redacted" if recipe else use, original.kind, mimetype
    file.key, file.sha256, file.size = store().key(sha256), sha256, made.size
    file.width, file.height, file.duration_ms = made.width, made.height, made.duration_ms
    file.caption, file.is_withheld, file.withheld_for = (
        original.caption,
        original.is_withheld,
        original.withheld_for,
    )


def _replace_other_recipes(original: MediaFile, recipe: str) -> None:
    """Only the newest edited copies stay."""
    others = select(Derivation.recipe).where(
        Derivation.media_id == original.id, Derivation.recipe.not_in(("", recipe))
    )
    for other in session().scalars(others).all():
        drop(original, other)


def _discard(file: MediaFile) -> None:
    enqueue("discard", key=file.key)
    session().delete(file)


def _forget(keys: Iterable[str]) -> None:
    for key in keys:
        enqueue("discard", key=key)


def _pieces(made: Made) -> Iterator[bytes]:
    stream = _Piece(made)
    while piece := stream.read(PIECE):
        yield piece


class _Piece:
    """The bytes of one copy, as a stream."""

    def __init__(self, made: Made) -> None:
        self.file: BinaryIO = made.path.open("rb")
        self.file.seek(made.start)
        self.left = made.size

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes."""
        if not self.left:
            return b""
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        if not self.left:
            self.file.close()
        return data
