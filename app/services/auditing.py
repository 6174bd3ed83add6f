"""Keep the trail: every change leaves a line, in the same transaction, chained to the line before."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select

from app import clock
from app.db import new_identifier, one_at_a_time, session
from app.models import AuditEntry, AuditWords
from app.policy import Actor
from app.services import anchoring, chaining

# Entries of what was done to these may hold somebody's own words or name, under these names.
OWN = frozenset(
    (
        *("testimony", "transcript", "passage", "evidence", "redaction", "region"),
        *("media", "person", "place", "tie"),
    )
)
WORDS = frozenset(("before", "after", "note", "why", "name", "names", "heard_from", "title", "left_names"))


def note(actor: Actor, action: str, target: str, *, day_only: bool = False, **details: Any) -> AuditEntry:
    """Write down that ``actor`` did ``action`` (noun.verb) to ``target`` (kind:identifier).

    With ``day_only`` of the moment only the day is kept, so that nobody who gave an account is found by it.
    """
    one_at_a_time(session())
    anchoring.follow(session())
    before = session().scalar(select(AuditEntry.chain).order_by(AuditEntry.id.desc()).limit(1))
    at = clock.midnight() if day_only else clock.now()
    kept, words = _apart(action, details)
    about = chaining.concerned(target, kept)
    entry = AuditEntry(
        at=at, actor=actor.identifier or "system", action=action, target=target, about=about, details=kept
    )
    session().add(entry)
    session().flush()
    content = (entry.actor, entry.action, entry.target, entry.details)
    entry.chain = chaining.chained(before or "", entry.id, entry.at, *content)
    # Where a trail was cut, numbers are given again: the words of what was cut are not those of this entry.
    session().execute(delete(AuditWords).where(AuditWords.entry_id == entry.id))
    if words:
        session().add(AuditWords(entry_id=entry.id, target=target, about=about, words=words))
    session().flush()
    return entry


def told(entry: AuditEntry) -> dict[str, Any]:
    """All that an entry says, with its words as far as they are still kept."""
    words = session().get(AuditWords, entry.id)
    return whole(entry.details, words.words if words else {})


def whole(details: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """Details together with the words that were kept apart from them."""
    said = {name: value for name, value in words.items() if name != chaining.SALT}
    return {name: value for name, value in details.items() if name != chaining.DIGEST} | said


def forget(*targets: str, about: str = "") -> None:
    """Destroy the words of entries about a thing that is destroyed; the entries stay, and the chain holds."""
    concerned = or_(AuditWords.target.in_(targets), (AuditWords.about == about) & (about != ""))
    session().execute(delete(AuditWords).where(concerned))


def _apart(action: str, details: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The details as the chain keeps them, and the words that are kept beside it."""
    words = {name: value for name, value in details.items() if name in WORDS and _says(value)}
    if action.partition(".")[0] not in OWN or not words:
        return details, {}
    # Without it a short name could be guessed from the digest that stays when the name is destroyed.
    words[chaining.SALT] = new_identifier()
    kept = {name: value for name, value in details.items() if name not in words}
    return kept | {chaining.DIGEST: chaining.digest(words)}, words


def _says(value: Any) -> bool:
    """Whether there is a word in it, and not only numbers."""
    if isinstance(value, Mapping):
        return any(map(_says, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_says, value))
    return isinstance(value, str) and bool(value)
