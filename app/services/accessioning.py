"""Take a record into the archive: the one way in, for imports and for accepted submissions alike."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import insert, select

from app.db import session
from app.errors import Conflict, Invalid
from app.models import (
    AccessLevel,
    Basis,
    Claim,
    Collection,
    Evidence,
    Mention,
    Participation,
    Passage,
    Redaction,
    RedactionReason,
    Segment,
    Stance,
    Tagging,
    Testimony,
    Transcript,
    TranscriptKind,
)
from app.plain import plain
from app.policy import Action, Actor, require
from app.records import Chapter, Figure, FuzzyDate, Mark, Record, Tag, Withholding
from app.services import auditing, depositing, identifying, publishing

NOTHING = FuzzyDate("")


def find(collection: Collection, source_id: str) -> Testimony | None:
    """The testimony that came in under this identifier, if it did."""
    return session().scalar(select(Testimony).filter_by(collection_id=collection.id, source_id=source_id))


def accession(
    record: Record,
    collection: Collection,
    actor: Actor,
    *,
    accession_id: int | None = None,
    files: depositing.FindFile | None = None,
    originals: Iterable[depositing.Original] = (),
    publish: bool = False,
) -> Testimony:
    """Keep a record whole. Raises Conflict when it is here already, Invalid when it points nowhere.

    ``files`` finds the media the record names; those it does not find are left out. ``originals`` are
    in the store already and are sealed with it. With ``publish`` readers may read it at once, as far as
    its access level and embargo allow.
    """
    require(actor, Action.IMPORT)
    if find(collection, record.source_id):
        raise Conflict(f"{record.source_id} is in the archive already.")
    testimony = _testimony(record, collection, accession_id)
    session().add(testimony)
    session().flush()
    original = _transcripts(testimony, record)
    for chapter in record.chapters:
        testimony.passages.append(_titled(chapter, record, original))
    for mark in record.marks:
        _mark(testimony, mark, record, original, actor)
    for tag in record.tags:
        _tag(testimony, tag, record, original)
    for withholding in record.withholdings:
        _withhold(testimony, withholding, record, original, actor)
    for media in record.media:
        if files and media.name and (path := files(media.name)):
            depositing.deposit(testimony, media, path)
    for sealed in originals:
        depositing.seal(testimony, sealed)
    auditing.note(actor, "testimony.accession", f"testimony:{testimony.identifier}", source=record.source_id)
    if publish:
        publishing.open_to_readers(testimony, actor)
    else:
        publishing.publish(testimony)
    return testimony


def fingerprint(record: Record) -> str:
    """SHA-256 of a record as it came in: tells a record seen before from one that changed since."""
    return hashlib.sha256(json.dumps(plain(record), sort_keys=True).encode()).hexdigest()


def _testimony(record: Record, collection: Collection, accession_id: int | None) -> Testimony:
    embargo = record.embargo_until
    return Testimony(
        source_id=record.source_id,
        collection=collection,
        accession_id=accession_id,
        title=record.title,
        kind=record.kind,
        summary=record.summary,
        language=record.language,
        date=record.date or NOTHING,
        period=record.period or NOTHING,
        place=identifying.place(record.place, record.invented) if record.place else None,
        duration_ms=record.duration_ms or max((line.end_ms or 0 for line in record.lines), default=0) or None,
        rights=record.rights,
        source=record.source,
        accession_number=record.accession_number,
        repository=record.repository,
        content_note=record.content_note,
        invented=record.invented,
        extra=dict(record.extra),
        access=identifying.choice(AccessLevel, record.access, "access"),
        embargo_until=datetime.fromisoformat(embargo).replace(tzinfo=UTC) if embargo else None,
        fingerprint=fingerprint(record),
        participations=[
            Participation(person=identifying.person(a, collection, record.invented), role=a.role, note=a.note)
            for a in record.agents
        ],
        mentions=[Mention(person=p) for p in identifying.mentioned(record, collection)],
        events=[identifying.event(event) for event in record.events],
        places=identifying.distinct([identifying.place(place, record.invented) for place in record.places]),
    )


def _transcripts(testimony: Testimony, record: Record) -> Transcript | None:
    """Add the scripts; returns the original's transcript."""
    made = []
    for script in record.scripts:
        transcript = Transcript(
            testimony_id=testimony.id,
            kind=identifying.choice(TranscriptKind, script.kind, "kind of transcript"),
            language=script.language or record.language,
            revision=script.revision,
            translator=script.translator,
            note=script.note,
        )
        session().add(transcript)
        session().flush()
        rows = [
            {
                "transcript_id": transcript.id,
                "position": line.number,
                "start_ms": line.start_ms,
                "end_ms": line.end_ms,
                "speaker": line.speaker,
                "text": line.text,
                "is_unclear": line.unclear,
                "machine": line.machine,
            }
            for line in script.lines
        ]
        if rows:
            session().execute(insert(Segment), rows)
        made.append(transcript)
    session().expire(testimony, ["transcripts"])
    return made[0] if made else None


def _titled(chapter: Chapter, record: Record, original: Transcript | None) -> Passage:
    return Passage(
        transcript_id=original.id if original and chapter.first is not None else None,
        first=chapter.first,
        last=chapter.last,
        start_ms=_start(record, chapter.first) if chapter.start_ms is None else chapter.start_ms,
        end_ms=chapter.end_ms,
        title=chapter.title,
        synopsis=chapter.synopsis,
        keywords=list(chapter.keywords),
        subjects=list(chapter.subjects),
        partial_transcript=chapter.partial_transcript,
        latitude=chapter.latitude,
        longitude=chapter.longitude,
        links=[list(link) for link in chapter.links],
    )


def pick(
    testimony: Testimony, record: Record, original: Transcript | None, first: int | None, last: int | None
) -> Passage:
    """A passage of the record's original, lines ``first`` to ``last``. Raises Invalid outside it."""
    count = len(record.lines)
    if original is None or first is None or last is None or not 0 <= first <= last < count:
        raise Invalid(f"Lines {first} to {last} are not in the transcript, which has {count}.")
    passage = Passage(
        transcript_id=original.id,
        first=first,
        last=last,
        start_ms=_start(record, first),
        end_ms=record.lines[last].end_ms,
    )
    testimony.passages.append(passage)
    return passage


def _mark(
    testimony: Testimony, mark: Mark, record: Record, original: Transcript | None, actor: Actor
) -> None:
    claim = session().scalar(
        select(Claim).where((Claim.ref == mark.claim) | (Claim.identifier == mark.claim))
    )
    if claim is None:
        raise Invalid(f"There is no claim {mark.claim!r}; import the register it belongs to first.")
    passage = pick(testimony, record, original, mark.first, mark.last)
    passage.evidence.append(
        Evidence(
            claim=claim,
            stance=identifying.choice(Stance, mark.stance, "stance"),
            basis=identifying.choice(Basis, mark.basis, "basis"),
            heard_from=mark.heard_from,
            figure=mark.figure or Figure(),
            happened=mark.happened or NOTHING,
            note=mark.note,
            linked_by=actor.name or "import",
        )
    )


def _tag(testimony: Testimony, tag: Tag, record: Record, original: Transcript | None) -> None:
    passage = pick(testimony, record, original, tag.first, tag.last) if tag.first is not None else None
    testimony.taggings.append(Tagging(term=identifying.term(tag.vocabulary, tag.term), passage=passage))


def _withhold(
    testimony: Testimony, kept: Withholding, record: Record, original: Transcript | None, actor: Actor
) -> None:
    passage = pick(testimony, record, original, kept.first, kept.last)
    passage.redactions.append(
        Redaction(
            reason=identifying.choice(RedactionReason, kept.reason, "reason"),
            until=datetime.fromisoformat(kept.until).replace(tzinfo=UTC) if kept.until else None,
            made_by=actor.name or "import",
        )
    )


def _start(record: Record, first: int | None) -> int | None:
    return record.lines[first].start_ms if first is not None and first < len(record.lines) else None
