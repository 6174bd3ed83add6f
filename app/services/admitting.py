"""Carry an accepted account into the archive: its record, its files, its consent, in one transaction."""

import dataclasses
from collections.abc import Iterable

from sqlalchemy import select

from app import formats
from app.db import new_identifier, session
from app.errors import Conflict, Invalid, NotFound
from app.given import Account
from app.models import AccessLevel, Event, MediaFile, Submission, Testimony, Upload, UploadState
from app.policy import Actor
from app.records import Line, Named, Record
from app.services import accessioning, auditing, consenting, depositing, exchanging, publishing, withdrawing
from app.services.recording import Decided, as_record, chosen
from app.storage import store

TRANSCRIPTS = {"text/vtt": "webvtt", "application/x-subrip": "srt", "text/plain": "plaintext"}
LARGEST_TRANSCRIPT = 16 * 2**20  # bytes: a week of talk


def admit(
    submission: Submission,
    account: Account,
    decided: Decided,
    collection: str,
    actor: Actor,
    *,
    publish: bool,
) -> Testimony:
    """Take the account in, and link what belongs to it. Raises Invalid without a name for its collection."""
    if not collection.strip():
        raise Invalid("The account must belong to a collection.")
    record = as_record(account, dataclasses.replace(decided, events=events(account)))
    # Under a name of its own: the account's would tie a public page to its row in trail and ledger.
    record = dataclasses.replace(record, source_id=f"given-{new_identifier()}")
    held_in = exchanging.find_collection(collection.strip(), record)
    kept = accessioning.accession(record, held_in, actor, originals=map(_original, received(submission)))
    _bind(submission, kept)
    # The record came in as closed as its narrator wishes. Now that their statement is here it decides,
    # also when it changes; the archive itself sets no limit.
    kept.access, kept.embargo_until = AccessLevel.PUBLIC, None
    if withdrawing.carry_over(submission, kept):
        publish = False
    if publish:
        publishing.open_to_readers(kept, actor)
    else:
        publishing.publish(kept)
    return kept


def _bind(submission: Submission, testimony: Testimony) -> None:
    """Every statement of consent belongs to the testimony from now on."""
    submission.testimony = testimony
    session().flush()
    if consenting.current(submission) is None:
        consenting.record(submission)
    for consent in submission.consents:
        consent.testimony_id = testimony.id
    session().flush()
    session().expire(testimony, ["consents"])


def events(account: Account) -> tuple[Named, ...]:
    """The events its teller chose, as far as they are still here."""
    wanted = chosen(account, "bearing", "events")
    found = session().execute(
        select(Event.title, Event.identifier).where(Event.identifier.in_(wanted)).order_by(Event.id)
    )
    return tuple(Named(title, identifier) for title, identifier in found)


def received(submission: Submission) -> list[Upload]:
    """Its files that were looked at and kept."""
    return [u for u in submission.uploads if u.state is UploadState.RECEIVED and u.key]


def late(submission: Submission) -> list[Upload]:
    """Files that came after the account was taken in, and do not stand with it yet."""
    if submission.testimony_id is None:
        return []
    held = set(session().scalars(select(MediaFile.key).filter_by(testimony_id=submission.testimony_id)))
    return [upload for upload in received(submission) if upload.key not in held]


def add(submission: Submission, upload: Upload, actor: Actor) -> None:
    """Seal a file that came late with its testimony. Raises Conflict when it stands with it already."""
    if submission.testimony is None or upload not in late(submission):
        raise Conflict("This file stands with the testimony already.")
    file = depositing.seal(submission.testimony, _original(upload))
    session().flush()
    auditing.note(
        actor, "media.deposit", f"testimony:{submission.testimony.identifier}", media=file.identifier
    )
    publishing.publish(submission.testimony)


def transcript(submission: Submission, identifier: str) -> tuple[Line, ...]:
    """The lines of a file given with the account, with their times. Raises NotFound, Invalid."""
    upload = next((u for u in received(submission) if u.identifier == identifier), None)
    if upload is None:
        raise NotFound("There is no such file.")
    if upload.size > LARGEST_TRANSCRIPT:
        raise Invalid("This file is too large for a transcript.")
    if upload.mimetype not in TRANSCRIPTS:
        raise Invalid("This file cannot be taken in as a transcript: it can be WebVTT, SubRip or plain text.")
    load = formats.LOADERS[TRANSCRIPTS[upload.mimetype]]
    with store().open(upload.key) as stream:
        return _only([entry.what for entry in load(stream, upload.name)])


def _only(read: Iterable[object]) -> tuple[Line, ...]:
    for what in read:
        if isinstance(what, Invalid):
            raise what
        if isinstance(what, Record):
            return what.lines
    return ()


def _original(upload: Upload) -> depositing.Original:
    return depositing.Original(
        upload.key,
        upload.kind,
        upload.mimetype,
        upload.name,
        upload.size,
        upload.sha256,
        upload.duration_ms,
        upload.width,
        upload.height,
    )
