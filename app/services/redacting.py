"""Keep lines, a file or a whole testimony from readers, and release them. Originals are never altered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import AccessLevel, AuditEntry, MediaFile, Redaction, RedactionReason, Testimony
from app.policy import Action, Actor, require
from app.services import auditing, consenting, identifying, linking, publishing, settling
from app.services.withdrawing import TELLER

NOT_OURS = "The narrator has withheld these lines. Only the narrator can release them."


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines that are withheld, as archivists see it."""

    identifier: str
    version: int
    first: int
    last: int
    reason: str
    until: date | None
    note: str
    by: str
    on: date
    by_narrator: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be withheld by itself. ``sealed``: an original, which no reader is ever given."""

    identifier: str
    kind: str
    use: str
    said: str  # its caption, or the name it came with
    withheld: str  # the reason, or empty


@dataclass(frozen=True, slots=True)
class Access:
    """Who may read a testimony: what the archive decided, what is in force, and what was before closing."""

    level: str
    embargo: date | None
    in_force: str  # the narrower of the archive's level and the narrator's
    version: int
    before: tuple[str, date | None] | None  # level and embargo to be put back, where it was closed here


def redact(
    testimony_id: str,
    first: int,
    last: int,
    reason: str,
    actor: Actor,
    *,
    until: datetime | None = None,
    note: str = "",
) -> Redaction:
    """Withhold lines ``first`` to ``last``, for a reason readers are told, until a moment or for good.

    Raises NotFound, and Invalid for the lines, the reason or a moment that is over.
    """
    require(actor, Action.WITHHOLD)
    testimony = linking.find(testimony_id)
    chosen = identifying.choice(RedactionReason, reason, "reason")
    _still_to_come(until)
    passage = linking.pick(testimony, first, last)
    by = actor.identifier or actor.name or "command line"
    redaction = Redaction(reason=chosen, until=until, note=note, made_by=by)
    passage.redactions.append(redaction)
    session().flush()
    auditing.note(
        actor,
        "passage.redact",
        f"passage:{passage.identifier}",
        testimony=testimony.identifier,
        lines=[first, last],
        reason=reason,
        until=until.isoformat() if until else "",
        note=note,
        redaction=redaction.identifier,
    )
    publishing.publish(testimony)
    return redaction


def change(
    redaction_id: str, until: date | None, read: int, actor: Actor, *, was: date | None = None
) -> Testimony:
    """Change the day until which lines are withheld; None is for good. ``was`` is the day that was read.

    Raises NotFound, Conflict for what the narrator withheld, Invalid for a day that is over, and Differs.
    """
    require(actor, Action.WITHHOLD)
    redaction = _ours(redaction_id)
    version = settling.locked(redaction)
    wanted = _moment(until)
    _still_to_come(wanted)
    held = {"until": redaction.until.date().isoformat() if redaction.until else ""}
    read_then = {"until": was.isoformat() if was else ""}
    wanted_now = {"until": until.isoformat() if until else ""}
    changed = settling.settle(held, version, read, wanted_now, read_then)
    testimony = redaction.passage.testimony
    if changed:
        redaction.until = wanted
        session().flush()
        _note(actor, "redaction.change", redaction, before=held, after=changed)
        publishing.publish(testimony)
    return testimony


def lift(redaction_id: str, reason: str, actor: Actor) -> Testimony:
    """Release lines to readers again, saying why. The redaction is kept, with when it was lifted.

    Raises NotFound, Invalid without a reason, Conflict when the narrator withheld them or they are free.
    """
    require(actor, Action.WITHHOLD)
    redaction = _ours(redaction_id)
    if not reason.strip():
        raise Invalid("Say why these lines may be read again.")
    settling.locked(redaction)
    if redaction.lifted_at is not None:
        raise Conflict("These lines are not withheld any more.")
    redaction.lifted_at = clock.now()
    session().flush()
    _note(actor, "redaction.lift", redaction, why=reason.strip(), reason=redaction.reason.value)
    testimony = redaction.passage.testimony
    publishing.publish(testimony)
    return testimony


def withhold_file(media_id: str, reason: str, actor: Actor) -> Testimony:
    """Keep a file from readers, with every copy of the same original. Raises NotFound, Invalid, Conflict."""
    require(actor, Action.WITHHOLD)
    file, testimony = _file(media_id)
    chosen = identifying.choice(RedactionReason, reason, "reason")
    if file.is_withheld:
        raise Conflict("This file is withheld already.")
    for one in _family(file, testimony):
        one.is_withheld, one.withheld_for = True, chosen.value
    session().flush()
    auditing.note(
        actor,
        "media.withhold",
        f"media:{file.identifier}",
        testimony=testimony.identifier,
        reason=chosen.value,
        kind=file.kind,
    )
    publishing.publish(testimony)
    return testimony


def release_file(media_id: str, actor: Actor) -> Testimony:
    """Give a file back to readers, with every copy of the same original. Raises NotFound, Conflict."""
    require(actor, Action.WITHHOLD)
    file, testimony = _file(media_id)
    if not file.is_withheld:
        raise Conflict("This file is not withheld.")
    before = file.withheld_for
    for one in _family(file, testimony):
        one.is_withheld, one.withheld_for = False, ""
    session().flush()
    auditing.note(
        actor,
        "media.release",
        f"media:{file.identifier}",
        testimony=testimony.identifier,
        before=before,
        kind=file.kind,
    )
    publishing.publish(testimony)
    return testimony


def set_access(
    testimony_id: str,
    level: str,
    actor: Actor,
    *,
    embargo_until: datetime | None = None,
    reason: str = "",
    read: int | None = None,
    before: Mapping[str, str] | None = None,
) -> None:
    """Say who may read a testimony, and from when. What the narrator allows stays the narrower.

    ``read`` is the version that was edited, ``before`` what was read of ``access`` and ``embargo_until``.
    Raises NotFound, Invalid, and Differs when somebody else changed it.
    """
    require(actor, Action.WITHHOLD)
    testimony = linking.find(testimony_id)
    identifying.choice(AccessLevel, level, "access level")
    held = {
        "access": testimony.access.value,
        "embargo_until": testimony.embargo_until.date().isoformat() if testimony.embargo_until else "",
    }
    if read is not None:
        version = settling.locked(testimony)
        held["access"] = testimony.access.value
        held["embargo_until"] = testimony.embargo_until.date().isoformat() if testimony.embargo_until else ""
        wanted = {
            "access": level,
            "embargo_until": embargo_until.date().isoformat() if embargo_until else "",
        }
        now = held | settling.settle(held, version, read, wanted, before)
        level, embargo_until = now["access"], day(now["embargo_until"])
    testimony.access = AccessLevel(level)
    testimony.embargo_until = embargo_until
    session().flush()
    auditing.note(
        actor,
        "testimony.set_access",
        f"testimony:{testimony.identifier}",
        access=level,
        embargo_until=embargo_until.isoformat() if embargo_until else "",
        before=held,
        why=reason.strip(),
    )
    publishing.publish(testimony)


def put_back(testimony_id: str, actor: Actor) -> None:
    """Give a testimony that was closed the access it had before. Raises NotFound, Conflict."""
    require(actor, Action.WITHHOLD)
    before = access(linking.find(testimony_id)).before
    if before is None:
        raise Conflict("This testimony is not withheld as a whole.")
    set_access(testimony_id, before[0], actor, embargo_until=_moment(before[1]), reason="put back")


def access(testimony: Testimony) -> Access:
    """Who may read it, and what it was before it was closed."""
    embargo = testimony.embargo_until
    return Access(
        testimony.access.value,
        embargo.date() if embargo else None,
        consenting.access(testimony).value,
        testimony.version,
        _before_closing(testimony) if testimony.access is AccessLevel.CLOSED else None,
    )


def held(testimony: Testimony) -> list[Kept]:
    """The lines that are withheld at this moment, in order."""
    moment = clock.now()
    pairs = [
        (passage, redaction)
        for passage in testimony.passages
        for redaction in passage.redactions
        if redaction.is_in_force(moment) and passage.first is not None
    ]
    known = linking.names(redaction.made_by for _, redaction in pairs)
    return sorted(
        (
            Kept(
                r.identifier,
                r.version,
                p.first or 0,
                p.last or 0,
                r.reason.value,
                r.until.date() if r.until else None,
                r.note,
                known[r.made_by],
                r.made_at.date(),
                r.made_by == TELLER,
            )
            for p, r in pairs
        ),
        key=lambda kept: (kept.first, kept.last),
    )


def files(testimony: Testimony) -> list[File]:
    """The files of a testimony that readers are given, or would be; its copies go with each."""
    return [
        File(m.identifier, m.kind, m.use, m.caption or m.name, m.withheld_for if m.is_withheld else "")
        for m in testimony.media
        if m.original_id is None
    ]


def day(words: str) -> datetime | None:
    """A day as a form writes it, as the moment it begins; None for nothing. Raises Invalid."""
    if not words.strip():
        return None
    try:
        return _moment(date.fromisoformat(words.strip()))
    except ValueError:
        raise Invalid("This is not a day of the calendar. Write it as year-month-day: 2031-05-09.") from None


def _moment(until: date | None) -> datetime | None:
    return datetime.combine(until, time(), UTC) if until else None


def _still_to_come(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise Invalid("The day until which it is withheld must be still to come.")


def _ours(redaction_id: str) -> Redaction:
    """A redaction that archivists may change. Raises NotFound, and Conflict for the narrator's own."""
    redaction = session().scalar(select(Redaction).filter_by(identifier=redaction_id))
    if redaction is None:
        raise NotFound("There are no such withheld lines.")
    if redaction.made_by == TELLER:
        raise Conflict(NOT_OURS)
    return redaction


def _note(actor: Actor, action: str, redaction: Redaction, **details: Any) -> None:
    passage = redaction.passage
    auditing.note(
        actor,
        action,
        f"redaction:{redaction.identifier}",
        testimony=passage.testimony.identifier,
        lines=[passage.first, passage.last],
        **details,
    )


def _file(media_id: str) -> tuple[MediaFile, Testimony]:
    file = session().scalar(select(MediaFile).filter_by(identifier=media_id))
    if file is None or file.testimony is None:
        raise NotFound("There is no such file.")
    return file, file.testimony


def _family(file: MediaFile, testimony: Testimony) -> list[MediaFile]:
    """The file, its original, and every other copy made of that."""
    root = file.original_id or file.id
    return [m for m in testimony.media if (m.original_id or m.id) == root]


def _before_closing(testimony: Testimony) -> tuple[str, date | None] | None:
    entry = session().scalar(
        select(AuditEntry)
        .where(
            AuditEntry.action == "testimony.set_access",
            AuditEntry.target == f"testimony:{testimony.identifier}",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    before = auditing.told(entry).get("before") if entry else None
    if isinstance(before, str):  # one of many that were changed at once, where the day stays
        before = {"access": before, "embargo_until": ""}
    if not before or before["access"] == AccessLevel.CLOSED:
        return None
    embargo = day(before["embargo_until"]) or testimony.embargo_until
    return before["access"], embargo.date() if embargo else None
