"""Files given with an account: announced, arriving in the anteroom, whole, taken away, or given up.

How far a file has come, its size in the anteroom says, and nothing else: whatever dies on the way, the
next look finds every byte that was acknowledged.
"""

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select

from app import clock
from app.db import new_identifier, session
from app.errors import Conflict, NotFound
from app.given import GivenFile
from app.models import Submission, SubmissionState, Upload, UploadState
from app.queue import enqueue
from app.services import proving, recalling, withdrawing
from app.storage import anteroom, store
from app.storage.anteroom import Source, TooMuch

KEPT = timedelta(days=7)  # an unfinished file without progress is removed after so long
LONGEST_NAME = 255  # characters
ROUGHLY = 64 * 1024  # bytes that a form may have around its file
REMOVABLE = set(SubmissionState) - {SubmissionState.WITHDRAWN}
OPEN = REMOVABLE - {SubmissionState.DECLINED}


def begin(account: str, name: str, size: int) -> str:
    """Announce a file of ``size`` bytes. Returns its identifier, which is its name in the anteroom.

    Raises Invalid for a file that is too large or one too many, NoRoom, Conflict when the account takes
    no more.
    """
    submission = must_take(account)
    if size > (most := _most(submission)):
        raise too_large(most)
    upload = _announce(submission, new_identifier(), name, size)
    anteroom().create(upload.identifier, size)
    return upload.identifier


def expect(account: str, size: int) -> tuple[str, int]:
    """A place for a file that comes before its own size is known: its name there, and the most it may have.

    ``size`` is about what will come. Raises as ``begin`` does. ``take`` makes a file of it.
    """
    if size > (most := _most(must_take(account))) + ROUGHLY:
        raise too_large(most)
    name = new_identifier()
    anteroom().create(name, size)
    return name, most


def take(account: str, name: str, here: str) -> None:
    """Announce a file that is whole in the anteroom already. Raises as ``begin`` does."""
    submission, size = must_take(account), anteroom().offset(here)
    if size > (most := _most(submission)):
        raise too_large(most)
    _whole(_announce(submission, here, name, size))


def give_up(here: str) -> None:
    """Be rid of a file that was expected and did not come whole."""
    anteroom().remove(here)


def too_large(most: int) -> TooMuch:
    """The refusal of a file that has more bytes than may be given."""
    return TooMuch(f"This file is too large: at most {readable(most)} can be given here now.")


def append(
    upload: str, offset: int, stream: Source, most: int, checksum: tuple[str, bytes] | None = None
) -> int:
    """Add what the stream brings; returns the new offset. Asks nothing of the database.

    Raises what ``Anteroom.append`` raises.
    """
    return anteroom().append(upload, offset, stream, most, checksum)


def progress(account: str, upload: str) -> None:
    """Something has arrived: it is kept longer, and when every byte is here it is whole. Raises Conflict."""
    _, held = must_take(account), _find(account, upload)
    if held.state is not UploadState.ARRIVING:
        return
    held.expires_on = clock.today() + KEPT
    if anteroom().offset(upload) == held.size:
        whole(account, upload)


def whole(account: str, upload: str) -> None:
    """Every byte is here: it is to be looked at. Done twice it is done once. Raises Conflict otherwise."""
    held = _find(account, upload)
    if held.state is not UploadState.ARRIVING:
        return
    if anteroom().offset(upload) != held.size:
        raise Conflict("Not every byte of this file is here.")
    _whole(held)


def find(account: str, upload: str) -> GivenFile:
    """A file of this account. Raises NotFound, also for a file of another account."""
    return _given(_find(account, upload))


def files(submission: Submission) -> tuple[GivenFile, ...]:
    """Every file of an account, oldest first."""
    return tuple(_given(upload) for upload in submission.uploads)


def remove(account: str, upload: str) -> None:
    """Take a file away again, whatever has come of it. Raises NotFound, Conflict."""
    submission, held = must_take(account, REMOVABLE), _find(account, upload)
    recalling.touched(submission, "upload.remove")
    if submission.state is not SubmissionState.DRAFT:
        withdrawing.take_file_back(submission, held)
        return
    enqueue("discard", upload=held.identifier, key=held.key)
    submission.uploads.remove(held)
    session().flush()


def discard(upload: str = "", key: str = "") -> None:
    """Destroy what is left of a file that was refused, or that no row speaks of any more."""
    waiting = select(Upload.id).where(Upload.state.in_((UploadState.ARRIVING, UploadState.WHOLE)))
    if upload and session().scalar(waiting.filter_by(identifier=upload)) is None:
        anteroom().remove(upload)
    if key and not proving.is_spoken_of(key):
        store().delete(key)
        proving.forget(key)


def expire(upload: str) -> None:
    """Remove a file that stopped arriving long ago; look again later when it has come further."""
    held = session().scalar(select(Upload).filter_by(identifier=upload, state=UploadState.ARRIVING))
    if held is None:
        return
    if anteroom().offset(upload) == held.size:
        _whole(held)
    elif held.expires_on > clock.today():
        _expire_later(held)
    else:
        held.submission.uploads.remove(held)
        enqueue("discard", upload=upload)
        session().flush()


def catch_up(strays: frozenset[str] = frozenset()) -> frozenset[str]:
    """Complete what was whole when a process died, and remove what was nobody's then and still is.

    ``strays`` are the files that belonged to no upload at the last look; returns those of this one. A file
    is announced a moment after it is made: only what is a stray twice is removed.
    """
    names = set(anteroom().names())
    for held in session().scalars(select(Upload).where(Upload.state == UploadState.ARRIVING)):
        if held.identifier in names and anteroom().offset(held.identifier) == held.size:
            _whole(held)
    known = set(session().scalars(select(Upload.identifier)))
    found = {name for name in names - known if anteroom().is_idle(name)}
    for name in found & strays:
        anteroom().remove(name)
    return frozenset(found - strays)


def must_take(account: str, states: set[SubmissionState] = OPEN) -> Submission:
    """The account, whose files may be changed. Raises Conflict when that is over, NotFound."""
    submission = recalling.find(account)
    if submission.state not in states:
        raise Conflict("Files cannot be added to this account or taken away any more.")
    return submission


def _find(account: str, upload: str) -> Upload:
    held = session().scalar(
        select(Upload)
        .join(Upload.submission)
        .where(Upload.identifier == upload, Submission.identifier == account)
    )
    if held is None:
        raise NotFound("There is no such upload.")
    return held


def _most(submission: Submission) -> int:
    kept = Upload.submission_id == submission.id
    count = session().scalar(select(func.count()).where(kept)) or 0
    bytes_kept = select(func.sum(Upload.size)).where(kept, Upload.state != UploadState.REFUSED)
    left = anteroom().quota - (session().scalar(bytes_kept) or 0)
    if count >= anteroom().files:
        raise TooMuch(f"An account can have at most {anteroom().files} files. Take one away to give another.")
    if left <= 0:
        raise TooMuch("This account has no room for further files. Take one away to give another.")
    return min(anteroom().largest, left)


def readable(size: int) -> str:
    """Bytes as people say them, rounded down."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size //= 1000
    return f"{size} GB"


def _announce(submission: Submission, identifier: str, name: str, size: int) -> Upload:
    upload = Upload(identifier=identifier, name=_plain(name), size=size, expires_on=clock.today() + KEPT)
    submission.uploads.append(upload)
    session().flush()
    _expire_later(upload)
    recalling.touched(submission, "upload.begin")
    return upload


def _plain(name: str) -> str:
    """A file's own name, without folders and control characters."""
    kept = "".join(c for c in re.split(r"[/\\]", name)[-1] if unicodedata.category(c)[0] != "C")
    return kept.strip()[:LONGEST_NAME]


def _whole(held: Upload) -> None:
    held.state = UploadState.WHOLE
    enqueue("deposit", upload=held.identifier)
    session().flush()


def _expire_later(held: Upload) -> None:
    enqueue("expire", run_at=datetime.combine(held.expires_on, time(), UTC), upload=held.identifier)


def _given(held: Upload) -> GivenFile:
    arriving = held.state is UploadState.ARRIVING
    try:
        arrived = anteroom().offset(held.identifier) if arriving else held.size
    except NotFound:  # it was lost with the disk it lay on: it can only be given again
        arrived = 0
    return GivenFile(
        identifier=held.identifier,
        name=held.name,
        size=held.size,
        state=held.state.value,
        kind=held.kind,
        mimetype=held.mimetype,
        duration_ms=held.duration_ms,
        reason=held.reason,
        arrived=arrived,
        expires_on=held.expires_on if arriving else None,
    )
