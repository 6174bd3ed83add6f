"""Bring a testimony's editions up to date with its record, and have the indexes follow.

Call ``publish`` after any change a reader could notice: the editions are written in the
same transaction, so that what is withheld is gone at commit from every page.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import delete, func, insert, select

from app import clock
from app.db import one_at_a_time, session
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
from app.plain import plain, restore
from app.policy import EDITIONS, Action, Actor, require
from app.queue import enqueue
from app.records import Line, Record
from app.search.passages import divide
from app.services import auditing, consenting, editions
from app.services.questioning import Questioner

Texts = Sequence[tuple[int, tuple[Line, ...]]]


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


def audiences(testimony: Testimony) -> tuple[Audience, ...]:
    """For whom editions are due at this moment: as far as both archive and narrator allow."""
    if testimony.published_at is None:
        return EDITIONS[AccessLevel.CLOSED]
    return EDITIONS[consenting.access_now(testimony)]


def publish(testimony: Testimony) -> None:
    """Bring the edition of every audience that may have one up to date, remove the others, note the job."""
    session().flush()
    one_at_a_time(session())  # editions are numbered in the order they are written
    record = editions.whole(testimony)
    veils = editions.veils(testimony)
    due = audiences(testimony)
    kept = {e.audience: e for e in session().scalars(select(Edition).filter_by(testimony_id=testimony.id))}
    changes = set()
    for audience in Audience:
        edition = kept.get(audience)
        if audience in due:
            changes.add(_write(testimony, editions.seen_by(audience, record, veils), audience, edition))
        elif edition:
            _forget([edition.id])
            changes.add(Change.LESS)
    if changes - {Change.NONE}:
        # What an index holds and the edition no longer does must not be found there until it has followed.
        enqueue("replace" if Change.LESS in changes else "index", testimony=testimony.identifier)
    _wake_at_the_end_of_what_is_dated(testimony)


def is_public(testimony: Testimony) -> bool:
    """Whether everybody can read it at this moment."""
    held = select(Edition.id).filter_by(testimony_id=testimony.id, audience=Audience.PUBLIC)
    return session().scalar(held) is not None


def republish(identifier: str) -> None:
    """Publish anew what may have changed by itself, when it is still there."""
    if testimony := session().scalar(select(Testimony).filter_by(identifier=identifier)):
        publish(testimony)


def _write(testimony: Testimony, record: Record, audience: Audience, before: Edition | None) -> Change:
    """Write one edition; returns how it differs from the one before. Parts whose words are alike stay."""
    head = plain(record)
    stamp = hashlib.sha256(json.dumps(head, sort_keys=True).encode()).hexdigest()
    if before and before.stamp == stamp:
        return Change.NONE
    texts = list(_texts(record))
    words = _digest(record, texts)
    for script in head.get("scripts", ()):
        script.pop("lines", None)
    moment = clock.midnight() if testimony.consent else clock.now()  # of tellers only the day is kept
    written = {
        "stamp": stamp,
        "words": words,
        "head": head,
        "sorted_by": record.date.lower if record.date else "",
        "lines": len(record.lines),
        "serial": _next_number(audience),
        "changed_at": moment,
    }
    links = _links(testimony, record)
    if before and before.words == words:
        change = Change.MORE if _findable(before.head) <= _findable(head) else Change.LESS
        for name, value in written.items():
            setattr(before, name, value)
        _relink(before, links)
        return change
    published = before.published_at if before else moment
    if before:
        _forget([before.id])
    edition = Edition(testimony_id=testimony.id, audience=audience, published_at=published, **written)
    session().add(edition)
    session().flush()
    if parts := [part | {"edition_id": edition.id} for part in _parts(record, texts)]:
        session().execute(insert(EditionPart), parts)
    _relink(edition, links)
    return Change.LESS if before else Change.MORE


def _next_number(audience: Audience) -> int:
    highest = session().scalar(select(func.max(Edition.serial)).filter_by(audience=audience))
    return (highest or 0) + 1


def _digest(record: Record, texts: Texts) -> str:
    """SHA-256 of all that parts are made of: the lines, and who of those that speak asks."""
    asks = Questioner(record)
    speakers = sorted({line.speaker for _, lines in texts for line in lines if asks(line.speaker)})
    held = [speakers, [[index, plain(lines)] for index, lines in texts]]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _findable(head: Mapping[str, Any]) -> set[str]:
    """What an index holds of a head: values to filter and count by, and the day to sort by."""
    record = restore(Record, {**head, "scripts": ()})
    held = {json.dumps(("tag", t.term, t.first, t.last)) for t in record.tags}
    held |= {json.dumps(("claim", m.claim_text, m.first, m.last)) for m in record.marks}
    held |= {json.dumps(("event", e.name)) for e in record.events}
    held |= {json.dumps(("place", p.name)) for p in (*record.places, record.place) if p}
    held |= {json.dumps(("media", m.kind)) for m in record.media}
    languages = {record.language, *(script["language"] for script in head.get("scripts", ()))}
    held |= {json.dumps(("language", language)) for language in languages}
    lower = record.date.lower if record.date else ""
    held |= {json.dumps(("collection", record.collection)), json.dumps(("day", lower))}
    return held


def _relink(edition: Edition, wanted: set[tuple[LinkKind, int]]) -> None:
    """Have an edition lead to these things and no others."""
    rows = session().execute(select(EditionLink.kind, EditionLink.target_id).filter_by(edition_id=edition.id))
    held = {(kind, target) for kind, target in rows}
    for kind, target in held - wanted:
        session().execute(delete(EditionLink).filter_by(edition_id=edition.id, kind=kind, target_id=target))
    if new := [{"edition_id": edition.id, "kind": k, "target_id": t} for k, t in wanted - held]:
        session().execute(insert(EditionLink), new)


def _forget(ids: Iterable[int]) -> None:
    """Take editions away at once; parts and links go with them."""
    session().execute(delete(Edition).where(Edition.id.in_(list(ids))))
    session().expire_all()


def _parts(record: Record, texts: Texts) -> Iterable[dict[str, object]]:
    """The passages of every script, numbered through, each with its lines."""
    number = 0
    asks = Questioner(record)
    for index, lines in texts:
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


def _links(testimony: Testimony, record: Record) -> set[tuple[LinkKind, int]]:
    """What this edition lets its audience get to."""
    shown = {mark.ref for mark in record.marks}
    evidence: list[Evidence] = [
        e for passage in testimony.passages for e in passage.evidence if e.identifier in shown
    ]
    tags = {tag.ref for tag in record.tags}
    media = {m.ref for m in record.media}
    links = {(LinkKind.COLLECTION, testimony.collection_id)}
    links |= {(LinkKind.PERSON, p.person.in_use.id) for p in testimony.participations}
    links |= {(LinkKind.MENTION, m.person.in_use.id) for m in testimony.mentions}
    links |= {(LinkKind.PLACE, p.in_use.id) for p in [*testimony.places, testimony.place] if p}
    links |= {(LinkKind.EVENT, e.id) for e in testimony.events}
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
