"""The Record of a testimony, and what of it an audience may see.

This is the one tap through which words leave: pages, index, feeds and exports are all
made from what ``seen_by`` lets pass, so no door can forget a redaction.
"""

from collections.abc import Mapping
from dataclasses import replace

from app import clock
from app.models import Audience, Passage, Testimony, TranscriptKind, known
from app.records import (
    Agent,
    Chapter,
    Line,
    Mark,
    MediaRef,
    Named,
    Record,
    Script,
    Tag,
    Withholding,
)
from app.services import consenting

SEALED = "original"  # the use of a media file that never leaves


def whole(testimony: Testimony) -> Record:
    """Everything the archive holds of a testimony, as a Record; withholdings are those in force."""
    place, closed_until = testimony.place, consenting.embargo(testimony)
    return Record(
        source_id=testimony.source_id,
        identifier=testimony.identifier,
        title=testimony.title,
        kind=testimony.kind,
        summary=testimony.summary,
        language=testimony.language,
        collection=testimony.collection.name,
        collection_ref=testimony.collection.identifier,
        date=known(testimony.date),
        period=known(testimony.period),
        place=Named(place.name, place.identifier, tuple(n.form for n in place.names)) if place else None,
        agents=tuple(
            Agent(p.person.name, p.role, p.person.identifier, p.note, p.person.is_veiled)
            for p in testimony.participations
        ),
        scripts=_scripts(testimony),
        chapters=tuple(_chapter(p) for p in testimony.passages if p.title),
        marks=_marks(testimony),
        tags=tuple(
            Tag(
                t.term.label,
                t.term.vocabulary.name,
                t.passage.first if t.passage else None,
                t.passage.last if t.passage else None,
                t.term.identifier,
            )
            for t in testimony.taggings
        ),
        withholdings=_withholdings(testimony),
        events=tuple(Named(e.title, e.identifier) for e in testimony.events),
        places=tuple(Named(p.name, p.identifier, tuple(n.form for n in p.names)) for p in testimony.places),
        people=tuple(Named(m.person.shown_as, m.person.identifier) for m in testimony.mentions),
        media=tuple(
            MediaRef(m.use, m.kind, m.key, m.name, m.caption, m.duration_ms, m.width, m.height, m.identifier)
            for m in testimony.media
            if not m.is_withheld
        ),
        duration_ms=testimony.duration_ms,
        rights=testimony.rights,
        source=testimony.source,
        accession_number=testimony.accession_number,
        repository=testimony.repository,
        content_note=testimony.content_note,
        access=consenting.access(testimony).value,
        uses=consenting.uses(testimony),
        embargo_until=closed_until.date().isoformat() if closed_until else "",
        invented=testimony.invented,
        extra=testimony.extra,
    )


def seen_by(audience: Audience, record: Record, veils: Mapping[str, str]) -> Record:
    """The record as this audience may see it.

    ``veils`` maps kept names to the public names that stand for them. Staff see everything
    but sealed originals, with what is withheld marked as such; others see neither words, nor
    speaker, nor any link of a withheld line, and no name that is veiled.
    """
    if audience is Audience.STAFF:
        scripts = tuple(_flagged(script, record) for script in record.scripts)
        media = tuple(m for m in record.media if m.use != SEALED)
        return _with_speakers(replace(record, scripts=scripts, media=media, withholdings=(), extra={}))
    hidden = {n for w in record.withholdings for n in range(w.first, w.last + 1)}

    def is_open(item: Chapter | Mark | Tag) -> bool:
        if item.first is None or item.last is None:  # a chapter that cannot be placed may speak of anything
            return not (hidden and isinstance(item, Chapter))
        return hidden.isdisjoint(range(item.first, item.last + 1))

    seen = replace(
        record,
        title=_veiled(record.title, veils),
        summary=_veiled(record.summary, veils),
        scripts=tuple(_masked(script, record, veils) for script in record.scripts),
        agents=tuple(_named_for_readers(agent, veils) for agent in record.agents),
        chapters=tuple(
            chapter if is_open(chapter) else replace(chapter, synopsis="", partial_transcript="", keywords=())
            for chapter in record.chapters
            if not _inside(chapter, hidden)
        ),
        marks=tuple(filter(is_open, record.marks)),
        tags=tuple(filter(is_open, record.tags)),
        media=tuple(
            replace(m, name="", key="")
            for m in record.media
            # A recording still says what was withheld, until a redacted copy exists.
            if m.use != SEALED and not (hidden and m.kind in ("audio", "video") and m.use != "redacted")
        ),
        withholdings=(),
        extra={},
        access="",
        embargo_until="",
    )
    return _with_speakers(seen)


def _with_speakers(record: Record) -> Record:
    return replace(record, speakers=tuple(sorted({line.speaker for line in record.lines if line.speaker})))


def veils(testimony: Testimony) -> dict[str, str]:
    """The names to be kept, and the public names that stand for them."""
    people = [p.person for p in testimony.participations] + [m.person for m in testimony.mentions]
    return {
        form: person.public_name
        for person in people
        if person.is_veiled
        for form in (person.name, *(n.form for n in person.names))
    }


def _named_for_readers(agent: Agent, veils: Mapping[str, str]) -> Agent:
    public = veils.get(agent.name, agent.name)
    # "The widow of ..." would say whom the public name stands for.
    return agent if public == agent.name else replace(agent, name=public, note="")


def _veiled(text: str, veils: Mapping[str, str]) -> str:
    for name, public in veils.items():
        text = text.replace(name, public)
    return text


def _inside(chapter: Chapter, hidden: set[int]) -> bool:
    """A chapter whose every line is withheld says, in its title, what they were about."""
    if chapter.first is None or chapter.last is None:
        return False
    return hidden.issuperset(range(chapter.first, chapter.last + 1))


def _flagged(script: Script, record: Record) -> Script:
    return replace(script, lines=tuple(_withheld(line, script, record) for line in script.lines))


def _masked(script: Script, record: Record, veils: Mapping[str, str]) -> Script:
    def mask(line: Line) -> Line:
        line = _withheld(line, script, record)
        if line.withheld:
            return replace(line, text="", speaker="")
        return replace(line, speaker=veils.get(line.speaker, line.speaker))

    return replace(script, lines=tuple(mask(line) for line in script.lines))


def _withheld(line: Line, script: Script, record: Record) -> Line:
    """The line, marked where a withholding of the original reaches it.

    In a translation that does not follow the original line by line, the times decide; where
    there are none, all of it is withheld: it could say what the original may not.
    """
    for kept in record.withholdings:
        if _reaches(kept, line, script, record):
            return replace(line, withheld=kept.reason, withheld_until=kept.until)
    return line


def _reaches(kept: Withholding, line: Line, script: Script, record: Record) -> bool:
    original = record.scripts[0]
    if script.kind == TranscriptKind.ORIGINAL or len(script.lines) == len(original.lines):
        return kept.first <= line.number <= kept.last
    start, end = original.lines[kept.first].start_ms, original.lines[kept.last].end_ms
    if None in (start, end, line.start_ms, line.end_ms):
        return True
    return bool(line.start_ms < end and start < line.end_ms)  # type: ignore[operator]


def _scripts(testimony: Testimony) -> tuple[Script, ...]:
    current = [t for t in testimony.transcripts if t.is_current]
    return tuple(
        Script(
            transcript.language,
            tuple(Line(s.position, s.text, s.speaker, s.start_ms, s.end_ms) for s in transcript.segments),
            transcript.kind.value,
            transcript.revision,
            transcript.translator,
            transcript.note,
        )
        for transcript in sorted(current, key=lambda t: (t.kind is not TranscriptKind.ORIGINAL, t.id))
    )


def _chapter(passage: Passage) -> Chapter:
    return Chapter(
        passage.title,
        passage.start_ms,
        passage.end_ms,
        passage.first,
        passage.last,
        passage.synopsis,
        tuple(passage.keywords),
        tuple(passage.subjects),
        passage.partial_transcript,
        passage.latitude,
        passage.longitude,
        tuple((address, words) for address, words in passage.links),
        passage.identifier,
    )


def _marks(testimony: Testimony) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            e.claim.identifier,
            passage.first,
            passage.last,
            e.stance.value,
            e.basis.value,
            e.note,
            e.heard_from,
            e.identifier,
            e.claim.text,
        )
        for passage in testimony.passages
        for e in passage.evidence
        if passage.first is not None and passage.last is not None
    )


def _withholdings(testimony: Testimony) -> tuple[Withholding, ...]:
    moment = clock.now()
    return tuple(
        Withholding(
            passage.first,
            passage.last,
            redaction.reason.value,
            redaction.until.date().isoformat() if redaction.until else "",
        )
        for passage in testimony.passages
        for redaction in passage.redactions
        if passage.first is not None and passage.last is not None and redaction.is_in_force(moment)
    )
