"""Let single readers read single restricted testimonies: asked for with a reason, granted until a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    AccessRequest,
    Audience,
    AuditEntry,
    Edition,
    MediaFile,
    RequestState,
    Role,
    Testimony,
    User,
)
from app.policy import Action, Actor, may, require
from app.services import auditing, settling

LONGEST = 4_000  # characters of a reason or an answer
PER_PAGE = 50
NOT_HERE = "There is nothing at this address, or it is not open to you."
CHANGED = "This request has changed since you opened it. Look at it again; nothing was changed."
# What ends every grant of a reader: whoever let them in knew them in another role.
ENDING = ("user.set_role", "user.deactivate")


@dataclass(frozen=True, slots=True)
class Restricted:
    """A restricted testimony as those who may ask for it see it: nothing of what is said in it."""

    identifier: str
    collection: str
    kind: str
    language: str
    year: str
    request: AccessRequest | None  # the reader's own, the last
    is_open: bool  # the reader is let in at this moment


def listed(actor: Actor, page: int = 1) -> tuple[list[Restricted], int]:
    """A page of the restricted testimonies there are, and how many pages. Raises NotFound beyond the last."""
    require(actor, Action.ASK)
    total = session().scalar(select(func.count()).select_from(_restricted().subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound(NOT_HERE)
    found = (
        _restricted().order_by(Edition.sorted_by, Edition.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return [_shown(edition, actor) for edition in session().scalars(found)], pages


def one(identifier: str, actor: Actor) -> Restricted:
    """One of them. Raises NotFound for whatever is not restricted, and for whoever may not ask."""
    if not may(actor, Action.ASK):
        raise NotFound(NOT_HERE)
    return _shown(_edition(identifier), actor)


def ask(identifier: str, reason: str, actor: Actor) -> str:
    """Ask to be let in to one testimony. Returns the request's identifier.

    Raises NotFound, Invalid without a reason, Conflict when it was asked already or is granted.
    """
    require(actor, Action.ASK)
    edition = _edition(identifier)
    words = _words(reason)
    if not words:
        raise Invalid("Say why you ask: an archivist decides by it.")
    before = _last(edition.testimony_id, actor)
    if before and before.state is RequestState.WAITING:
        raise Conflict("You have asked for this testimony already. An archivist will decide.")
    if audience_for(actor, identifier) == Audience.NAMED:
        raise Conflict("You may read this testimony already.")
    asker = session().scalars(select(User).filter_by(identifier=actor.identifier)).one()
    request = AccessRequest(user_id=asker.id, testimony_id=edition.testimony_id, reason=words)
    session().add(request)
    session().flush()
    auditing.note(actor, "request.ask", _target(request), testimony=identifier)
    return request.identifier


def grant(identifier: str, until: date | None, version: int, actor: Actor, answer: str = "") -> None:
    """Let the one who asked read until the end of a day. Raises NotFound, Invalid for the day, Conflict."""
    request = _waiting(identifier, version, actor)
    if until is None or until < clock.today():
        raise Invalid("Say until which day they may read it: today, or a day to come.")
    request.state, request.until = RequestState.GRANTED, until
    _decided(request, actor, _words(answer))
    auditing.note(
        actor,
        "request.grant",
        _target(request),
        testimony=request.testimony.identifier,
        reader=request.user.identifier,
        until=until.isoformat(),
    )


def refuse(identifier: str, answer: str, version: int, actor: Actor) -> None:
    """Not let them in, and say why. Raises NotFound, Invalid without words, Conflict."""
    request = _waiting(identifier, version, actor)
    words = _words(answer)
    if not words:
        raise Invalid("Say why it is refused: whoever asked reads it.")
    request.state = RequestState.REFUSED
    _decided(request, actor, words)
    auditing.note(
        actor,
        "request.refuse",
        _target(request),
        testimony=request.testimony.identifier,
        reader=request.user.identifier,
    )


def end(identifier: str, version: int, actor: Actor) -> None:
    """Let somebody in no longer, before their day has come. Raises NotFound, Conflict."""
    request = _held(identifier, version, actor)
    if request.state is not RequestState.GRANTED:
        raise Conflict("Nobody is let in by this request. Nothing was changed.")
    request.state, request.decided_by = RequestState.ENDED, actor.identifier
    session().flush()
    auditing.note(
        actor,
        "request.end",
        _target(request),
        testimony=request.testimony.identifier,
        reader=request.user.identifier,
        before=request.until.isoformat() if request.until else "",
    )


def requests(actor: Actor, state: str = "", page: int = 1) -> tuple[list[AccessRequest], int]:
    """A page of the requests for those who decide, those that wait first, and how many pages."""
    require(actor, Action.GRANT)
    asked = select(AccessRequest)
    if state in list(RequestState):
        asked = asked.filter_by(state=RequestState(state))
    total = session().scalar(select(func.count()).select_from(asked.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound(NOT_HERE)
    order = (AccessRequest.state != RequestState.WAITING, AccessRequest.id.desc())
    found = session().scalars(asked.order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return list(found), pages


def audience_for(actor: Actor, identifier: str) -> str:
    """Through whose eyes this actor reads one testimony: those of the readers let in by name, where they are.

    Nobody is let in to what is not restricted and published at this moment: then there is no such edition.
    """
    if not may(actor, Action.ASK):
        return actor.audience
    granted = (
        select(AccessRequest)
        .join(AccessRequest.user)
        .join(AccessRequest.testimony)
        .join(Edition, (Edition.testimony_id == Testimony.id) & (Edition.audience == Audience.NAMED))
        .where(Testimony.identifier == identifier, _lets_in(actor))
    )
    return Audience.NAMED.value if session().scalar(granted) else actor.audience


def audience_for_file(actor: Actor, ref: str) -> str:
    """The same, of the testimony that a media file belongs to."""
    if not may(actor, Action.ASK):
        return actor.audience
    owner = select(Testimony.identifier).join(MediaFile).where(MediaFile.identifier == ref)
    return audience_for(actor, session().scalar(owner) or "")


def _lets_in(actor: Actor) -> ColumnElement[bool]:
    """A request that lets this reader in today: granted, and nothing has happened to the account since."""
    granting = (
        select(func.max(AuditEntry.id))
        .where(
            AuditEntry.action == "request.grant", AuditEntry.target == "request:" + AccessRequest.identifier
        )
        .correlate(AccessRequest)
        .scalar_subquery()
    )
    ended = exists().where(
        AuditEntry.target == f"user:{actor.identifier}",
        AuditEntry.action.in_(ENDING),
        AuditEntry.id > granting,
    )
    return (
        (User.identifier == actor.identifier)
        & User.is_active.is_(True)
        & User.role.in_((Role.READER, Role.SUBMITTER))
        & (AccessRequest.state == RequestState.GRANTED)
        & (AccessRequest.until >= clock.today())
        & ~ended
    )


def _restricted() -> Select[Any]:
    """What is published and restricted at this moment has an edition for readers let in by name."""
    return select(Edition).where(Edition.audience == Audience.NAMED)


def _edition(identifier: str) -> Edition:
    found: Edition | None = session().scalar(
        _restricted().join(Edition.testimony).where(Testimony.identifier == identifier)
    )
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def _shown(edition: Edition, actor: Actor) -> Restricted:
    head, identifier = edition.head, edition.testimony.identifier
    return Restricted(
        identifier=identifier,
        collection=head.get("collection", ""),
        kind=head.get("kind", "interview"),
        language=head.get("language", ""),
        year=edition.sorted_by[:4],
        request=_last(edition.testimony_id, actor),
        is_open=audience_for(actor, identifier) == Audience.NAMED,
    )


def _last(testimony_id: int, actor: Actor) -> AccessRequest | None:
    return session().scalar(
        select(AccessRequest)
        .join(AccessRequest.user)
        .where(User.identifier == actor.identifier, AccessRequest.testimony_id == testimony_id)
        .order_by(AccessRequest.id.desc())
        .limit(1)
    )


def _waiting(identifier: str, version: int, actor: Actor) -> AccessRequest:
    request = _held(identifier, version, actor)
    if request.state is not RequestState.WAITING:
        raise Conflict("This request is decided already. Nothing was changed.")
    return request


def _held(identifier: str, version: int, actor: Actor) -> AccessRequest:
    require(actor, Action.GRANT)
    request = session().scalar(select(AccessRequest).filter_by(identifier=identifier))
    if request is None:
        raise NotFound("There is no such request.")
    if settling.locked(request) != version:
        raise Conflict(CHANGED)
    return request


def _decided(request: AccessRequest, actor: Actor, answer: str) -> None:
    request.decided_by, request.answer = actor.identifier, answer
    session().flush()


def _target(request: AccessRequest) -> str:
    return f"request:{request.identifier}"


def _words(text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(words) > LONGEST:
        raise Invalid(f"This is too long: at most {LONGEST:,} characters can be sent.")
    return words
