"""Bring a testimony's editions up to date with its record, and have the indexes follow.

Call ``publish`` after any change a reader could notice: the editions are written in the
same transaction, so that what is withheld is gone at commit from every page.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import delete, func, insert, select

from app import clock
from app.db import one_at_a_time, session
from app.errors import NotFound
from app.models import (
    AccessLevel,
    Audience,
    Edition,
    EditionLink,
    EditionPart,
    Evidence,
    LinkKind,
    Testimony,
)
from app.plain import plain
from app.policy import EDITIONS, Action, Actor, require
from app.queue import enqueue
from app.records import Line, Record
from app.search.passages import divide
from app.services import auditing, consenting, editions, silencing
from app.services.questioning import Questioner

_Link = tuple[int, LinkKind, int]  # edition, kind, target


class Change(Enum):
    """How an edition differs from the one before it, as an index sees it."""

    NONE = "none"
    MORE = "more"  # nothing that can be found in the older one is missing: an index may follow later
    LESS = "less"  # something is not to be found any more


def open_to_readers(testimony: Testimony, actor: Actor) -> None:
    """Let the audiences of its access level read a testimony from now on (or from its embargo's end)."""
    require(actor, Action.PUBLISH)
    testimony.published_at = clock.now()
    auditing.note(actor, "testimony.publish", f"testimony:{testimony.identifier}")
    publish(testimony)


def is_open(testimony_id: str) -> bool:
    """Whether it was published: readers may read it as far as its access level, embargo and consent allow."""
    held = select(Testimony.published_at).filter_by(identifier=testimony_id)
    return session().scalar(held) is not None


def let_read(testimony_id: str, actor: Actor) -> None:
    """Publish a testimony that only archivists see. Raises NotFound; published already, nothing happens."""
    require(actor, Action.PUBLISH)
    testimony = session().scalar(select(Testimony).filter_by(identifier=testimony_id))
    if testimony is None:
        raise NotFound(f"There is no testimony {testimony_id}.")
    if testimony.published_at is None:
        open_to_readers(testimony, actor)


def audiences(testimony: Testimony) -> tuple[Audience, ...]:
    """For whom editions are due at this moment: as far as both archive and narrator allow."""
    if testimony.published_at is None:
        return EDITIONS[AccessLevel.CLOSED]
    return EDITIONS[consenting.access_now(testimony)]


def publish(testimony: Testimony) -> None:
    """Bring the edition of every audience that may have one up to date, remove the others, note the job."""
    session().flush()
    record = editions.whole(testimony)
    veils = editions.veils(testimony)
    due = audiences(testimony)
    kept = {e.audience: e for e in session().scalars(select(Edition).filter_by(testimony_id=testimony.id))}
    held = _held_links(kept.values())
    changes = set()
    drafts: dict[Audience, _Draft] = {}
    with session().no_autoflush:  # the editions are written together
        for audience in (audience for audience in Audience if audience in due):
            seen = editions.seen_by(audience, record, veils)
            alike = (made for made in drafts.values() if made.record == seen)
            drafts[audience] = next(alike, None) or _draft(seen)
        # Before anything is written: an edition that goes has the session forget all that it has read.
        links = {audience: _links(testimony, draft.record, audience) for audience, draft in drafts.items()}
        number = testimony.id
        moment = clock.midnight() if testimony.consent else clock.now()  # of tellers only the day is kept
        for audience in Audience:
            edition = kept.get(audience)
            if audience in drafts:
                fresh = Edition(testimony_id=number, audience=audience, changed_at=moment)
                changes.add(_write(fresh, drafts[audience], links[audience], edition, held))
            elif edition:
                _forget([edition.id])
                changes.add(Change.LESS)
    if changes - {Change.NONE}:
        # What an index holds and the edition no longer does must not be found there until it has followed.
        enqueue("replace" if Change.LESS in changes else "index", testimony=testimony.identifier)
    if any(m.recipe not in ("", m.due) or m.due not in ("", silencing.NEVER) for m in record.media):
        enqueue("cover", testimony=testimony.identifier)
    _wake_at_the_end_of_what_is_dated(testimony)


def is_public(testimony: Testimony) -> bool:
    """Whether everybody can read it at this moment."""
    held = select(Edition.id).filter_by(testimony_id=testimony.id, audience=Audience.PUBLIC)
    return session().scalar(held) is not None


def republish(identifier: str) -> None:
    """Publish anew what may have changed by itself, when it is still there."""
    if testimony := session().scalar(select(Testimony).filter_by(identifier=identifier)):
        publish(testimony)


@dataclass(frozen=True)
class _Draft:
    """A record as an edition keeps it: head, the stamp of all of it, and the digest of what parts are of."""

    record: Record
    head: dict[str, Any]
    stamp: str
    words: str


def _draft(record: Record) -> _Draft:
    head = plain(record)
    stamp = _sha256(head)
    asks = Questioner(record)
    askers = sorted({line.speaker for line in record.lines if asks(line.speaker)})
    scripts = [script.pop("lines", None) for script in head.get("scripts", ())]
    description = [] if record.lines else plain(described(record))
    return _Draft(record, head, stamp, _sha256([askers, scripts, description]))


def _sha256(held: Any) -> str:
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _write(
    fresh: Edition, draft: _Draft, links: set[tuple[LinkKind, int]], before: Edition | None, held: set[_Link]
) -> Change:
    """Write one edition; returns how it differs from the one before. Parts whose words are alike stay."""
    if before and before.stamp == draft.stamp:
        _relink(before, links, held)
        return Change.NONE
    written = {
        "stamp": draft.stamp,
        "words": draft.words,
        "head": draft.head,
        "sorted_by": draft.record.date.lower if draft.record.date else "",
        "lines": len(draft.record.lines),
        "serial": _next_number(fresh.audience),
        "changed_at": fresh.changed_at,
    }
    if before and before.words == draft.words:
        change = Change.MORE if _findable(before.head) <= _findable(draft.head) else Change.LESS
        for name, value in written.items():
            setattr(before, name, value)
        _relink(before, links, held)
        return change
    fresh.published_at = before.published_at if before else fresh.changed_at
    if before:
        _forget([before.id])
    for name, value in written.items():
        setattr(fresh, name, value)
    session().add(fresh)
    session().flush()
    if parts := [part | {"edition_id": fresh.id} for part in _parts(draft.record)]:
        session().execute(insert(EditionPart), parts)
    _relink(fresh, links, set())
    return Change.LESS if before else Change.MORE


def _next_number(audience: Audience) -> int:
    """Editions are numbered in the order they are written; nobody else writes until we are done."""
    given: dict[Audience, int] = session().info.setdefault("editions", {})
    if audience not in given:
        one_at_a_time(session())
        given[audience] = session().scalar(select(func.max(Edition.serial)).filter_by(audience=audience)) or 0
    given[audience] += 1
    return given[audience]


def _findable(head: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """What an index holds of a head: values to filter and count by, and the day to sort by."""
    held: set[tuple[Any, ...]] = {
        ("tag", t["term"], t.get("first"), t.get("last")) for t in head.get("tags", ())
    }
    held |= {("claim", m.get("claim_text"), m["first"], m["last"]) for m in head.get("marks", ())}
    held |= {("event", event["name"]) for event in head.get("events", ())}
    held |= {("place", place["name"]) for place in (*head.get("places", ()), head.get("place")) if place}
    held |= {("media", file.get("kind")) for file in head.get("media", ())}
    held |= {("language", script["language"]) for script in head.get("scripts", ())}
    held |= {("language", head.get("language")), ("collection", head.get("collection"))}
    held.add(("day", (head.get("date") or {}).get("lower")))
    return held


def _held_links(kept: Iterable[Edition]) -> set[_Link]:
    numbers = [edition.id for edition in kept]
    rows = session().execute(
        select(EditionLink.edition_id, EditionLink.kind, EditionLink.target_id).where(
            EditionLink.edition_id.in_(numbers)
        )
    )
    return {(number, kind, target) for number, kind, target in rows}


def _relink(edition: Edition, wanted: set[tuple[LinkKind, int]], held: set[_Link]) -> None:
    """Have an edition lead to these things and no others."""
    had = {(kind, target) for number, kind, target in held if number == edition.id}
    for kind, target in had - wanted:
        session().execute(
            delete(EditionLink)
            .where(
                EditionLink.edition_id == edition.id,
                EditionLink.kind == kind,
                EditionLink.target_id == target,
            )
            .execution_options(synchronize_session=False)
        )
    if added := [{"edition_id": edition.id, "kind": k, "target_id": t} for k, t in wanted - had]:
        session().execute(insert(EditionLink), added)


def _forget(ids: Iterable[int]) -> None:
    """Take editions away at once; parts and links go with them."""
    session().flush()
    session().execute(delete(Edition).where(Edition.id.in_(list(ids))))
    session().expire_all()


def _parts(record: Record) -> Iterable[dict[str, object]]:
    """The passages of every script, numbered through, each with its lines."""
    number = 0
    asks = Questioner(record)
    for index, lines in _texts(record):
        words = [len(line.text.split()) for line in lines]
        for first, last in divide(words, [asks(line.speaker) for line in lines]):
            stretch = lines[first : last + 1]
            ends = [line.end_ms for line in stretch if line.end_ms is not None]
            yield {
                "number": number,
                "script": index,
                "first": stretch[0].number,
                "last": stretch[-1].number,
                "start_ms": next((line.start_ms for line in stretch if line.start_ms is not None), None),
                "end_ms": max(ends, default=None),
                "lines": plain(stretch),
            }
            number += 1


def _texts(record: Record) -> Iterable[tuple[int, tuple[Line, ...]]]:
    """Each script's lines; where there is no transcript, the description, so that it can be found."""
    for index, script in enumerate(record.scripts):
        yield index, script.lines
    if not record.lines:
        yield -1, described(record)


def described(record: Record) -> tuple[Line, ...]:
    """A description as lines: the summary, then every chapter with its synopsis and keywords."""
    words = [(record.summary or record.title, None)] + [
        (". ".join(filter(None, [c.title, c.synopsis, c.partial_transcript, ", ".join(c.keywords)])), c)
        for c in record.chapters
    ]
    return tuple(
        Line(number, text, start_ms=chapter.start_ms if chapter else None)
        for number, (text, chapter) in enumerate(words)
    )


def _links(testimony: Testimony, record: Record, audience: Audience) -> set[tuple[LinkKind, int]]:
    """What this edition lets its audience get to; archivists also to the copies that others are given."""
    shown = {mark.ref for mark in record.marks}
    evidence: list[Evidence] = [
        e for passage in testimony.passages for e in passage.evidence if e.identifier in shown
    ]
    tags = {tag.ref for tag in record.tags}
    media = {m.ref for m in record.media}
    if audience is Audience.STAFF:
        media |= {m.identifier for m in testimony.media if m.use != editions.SEALED}
    links = {(LinkKind.COLLECTION, testimony.collection_id)}
    links |= {(LinkKind.PERSON, p.person.in_use.id) for p in testimony.participations}
    links |= {(LinkKind.MENTION, m.person.in_use.id) for m in testimony.mentions}
    links |= {(LinkKind.PLACE, p.in_use.id) for p in [*testimony.places, testimony.place] if p}
    events = {event.ref for event in record.events}
    links |= {(LinkKind.EVENT, e.id) for e in testimony.events if e.identifier in events}
    links |= {(LinkKind.EVIDENCE, e.id) for e in evidence}
    links |= {(LinkKind.CLAIM, e.claim_id) for e in evidence}
    links |= {
        (LinkKind.TERM, t.term.in_use.id) for t in testimony.taggings if t.term.in_use.identifier in tags
    }
    links |= {(LinkKind.MEDIA, m.id) for m in testimony.media if m.identifier in media}
    return links


def _wake_at_the_end_of_what_is_dated(testimony: Testimony) -> None:
    """An embargo or a withholding that ends by itself is a job at that moment."""
    moment = clock.now()
    ends = {consenting.embargo(testimony)} | {
        redaction.until
        for passage in testimony.passages
        for redaction in passage.redactions
        if redaction.is_in_force(moment)
    }
    for end in ends:
        if end and end > moment:
            enqueue("republish", run_at=end, testimony=testimony.identifier)
