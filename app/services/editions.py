"""The Record of a testimony, and what of it an audience may see.

This is the one tap through which words leave: pages, index, feeds and exports are all
made from what ``seen_by`` lets pass, so no door can forget a redaction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from app.models import (
    Audience,
    MediaFile,
    Passage,
    Place,
    Redaction,
    RedactionReason,
    Testimony,
    Transcript,
    TranscriptKind,
    known,
)
from app.records import (
    Agent,
    Chapter,
    Figure,
    Line,
    Mark,
    MediaRef,
    Named,
    Record,
    Script,
    Tag,
    Withholding,
)
from app.services import consenting, descending, masking, revisions, silencing

NO_FIGURE = Figure()
SEALED = "original"  # the use of a media file that never leaves


def whole(testimony: Testimony) -> Record:
    """Everything the archive holds of a testimony, as a Record; withholdings are those in force."""
    place, closed_until = testimony.place, consenting.embargo(testimony)
    scripts = _scripts(testimony)
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
        place=_named(place) if place else None,
        agents=tuple(
            Agent(p.person.name, p.role, p.person.in_use.identifier, p.note, p.person.is_veiled)
            for p in testimony.participations
        ),
        scripts=scripts,
        chapters=tuple(_chapter(p) for p in testimony.passages if p.title and _stands(p, testimony)),
        marks=_marks(testimony),
        tags=tuple(dict.fromkeys(_tags(testimony))),
        withholdings=_withholdings(testimony),
        events=tuple(Named(e.title, e.identifier, is_open=e.is_published) for e in testimony.events),
        places=tuple(dict.fromkeys(_named(p) for p in testimony.places)),
        people=tuple(
            dict.fromkeys(Named(m.person.shown_as, m.person.in_use.identifier) for m in testimony.mentions)
        ),
        media=_media(testimony, scripts),
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


def _named(place: Place) -> Named:
    """A place by the name that stands for it, with all others."""
    return Named(place.in_use.name, place.in_use.identifier, place.in_use.other_names)


def _tags(testimony: Testimony) -> Iterator[Tag]:
    """Its tags; a term that was merged counts as the one that stands for it."""
    for tagging in testimony.taggings:
        term, passage = tagging.term.in_use, tagging.passage
        if passage is None:
            yield Tag(term.label, term.vocabulary.name, ref=term.identifier)
        elif _stands(passage, testimony):
            yield Tag(term.label, term.vocabulary.name, passage.first, passage.last, term.identifier)


def seen_by(audience: Audience, record: Record, veils: Mapping[str, str]) -> Record:
    """The record as this audience may see it.

    ``veils`` maps kept names to the public names that stand for them. Staff see everything
    but sealed originals, with what is withheld marked as such; others see neither words, nor
    speaker, nor any link of a withheld line, and no name that is veiled.
    """
    if veils and audience is not Audience.STAFF:
        record = replace(record, withholdings=(*record.withholdings, *_misheard(record)))
    if audience is Audience.STAFF:
        scripts = tuple(_flagged(script, record) for script in record.scripts)
        media = _counted(replace(m, due="") for m in record.media if m.use != SEALED and not m.recipe)
        return _with_speakers(replace(record, scripts=scripts, media=media, withholdings=(), extra={}))
    hidden = {n for w in record.withholdings for n in range(w.first, w.last + 1)}
    hidden |= {line.number for line in record.lines if line.withheld}

    def is_open(item: Chapter | Mark | Tag) -> bool:
        if item.first is None or item.last is None:  # a chapter that cannot be placed may speak of anything
            return not (hidden and isinstance(item, Chapter))
        return hidden.isdisjoint(range(item.first, item.last + 1))

    masked = replace(record, scripts=tuple(_masked(script, record) for script in record.scripts))
    seen = masking.record(masked, veils)
    seen = replace(
        seen,
        chapters=tuple(
            chapter if is_open(chapter) else replace(chapter, synopsis="", partial_transcript="", keywords=())
            for chapter in seen.chapters
            if not _inside(chapter, hidden)
        ),
        marks=tuple(mark for mark in seen.marks if mark.is_open and is_open(mark)),
        tags=tuple(filter(is_open, seen.tags)),
        events=tuple(event for event in seen.events if event.is_open),
        media=_open_media(seen),
        withholdings=(),
        extra={},
        access="",
        embargo_until="",
    )
    return _with_speakers(seen)


def _misheard(record: Record) -> Iterator[Withholding]:
    """A machine's words where names are veiled: it spells a name in its own way, and no veil finds that."""
    for line in record.lines:
        if line.machine:
            yield Withholding(line.number, line.number, RedactionReason.THIRD_PARTY.value)


def _with_speakers(record: Record) -> Record:
    return replace(record, speakers=tuple(sorted({line.speaker for line in record.lines if line.speaker})))


def veils(testimony: Testimony) -> dict[str, str]:
    """The names to be kept, and the public names that stand for them.

    They are those of the people who take part or are spoken of, and of everybody who is named in what
    the testimony shows of other things: its claims and links, events, places and collection.
    """
    people = [p.person for p in testimony.participations] + [m.person for m in testimony.mentions]
    links = [e for passage in testimony.passages for e in passage.evidence]
    shown = [said for e in links for said in (e.claim.text, e.heard_from, e.note, e.figure.words)]
    shown += [e.title for e in testimony.events] + [testimony.collection.name]
    places = [*testimony.places, *([testimony.place] if testimony.place else [])]
    shown += [form for p in places for form in (p.in_use.name, *p.in_use.other_names)]
    elsewhere = {
        form: public
        for form, public in masking.everybody().items()
        if any(masking.occurs(text, {form: public}) for text in shown)
    }
    return elsewhere | masking.of(people)


def due(testimony: Testimony, scripts: Sequence[Script] | None = None) -> dict[int, silencing.Due]:
    """For each original, by its row's number, what the copies that readers get must be without."""
    if not testimony.media:
        return {}
    return silencing.due(testimony, scripts or _scripts(testimony), veils(testimony))


def _media(testimony: Testimony, scripts: Sequence[Script]) -> tuple[MediaRef, ...]:
    dues = due(testimony, scripts)
    originals = {m.id: m for m in testimony.media if m.original_id is None}
    groups = {number: group for group, number in enumerate(originals)}
    return tuple(
        MediaRef(
            m.use,
            m.kind,
            m.key,
            m.name,
            m.caption,
            m.duration_ms,
            m.width,
            m.height,
            m.identifier,
            (m.withheld_for or RedactionReason.THIRD_PARTY.value) if m.is_withheld else "",
            m.variant,
            m.page,
            m.mimetype,
            m.size,
            groups[m.original_id or m.id],
            m.recipe,
            _is_open(originals[m.original_id or m.id]),
            dues[m.original_id or m.id].recipe,
        )
        for m in testimony.media
    )


def _is_open(original: MediaFile) -> bool:
    """Whether readers are given an original's copies; a file that came to be shown as it is, always."""
    return original.use != SEALED or original.is_open


def _counted(files: Iterable[MediaRef]) -> tuple[MediaRef, ...]:
    """The files, their groups counted through: no gap tells of an original that is not shown."""
    shown: dict[int, int] = {}
    return tuple(replace(m, group=shown.setdefault(m.group, len(shown))) for m in files)


def _open_media(record: Record) -> tuple[MediaRef, ...]:
    """The files a reader may open. Of one that is withheld only its kind and the reason are left.

    A copy that was made without exactly what is to be left out now is none for readers: until there is one,
    they are given nothing of that original.
    """
    files = [m for m in record.media if m.use != SEALED and m.is_open]
    withheld = [MediaRef("withheld", m.kind, withheld=m.withheld) for m in files if m.withheld]
    shown = [
        replace(m, name="", key="", recipe="", due="") for m in files if not m.withheld and m.recipe == m.due
    ]
    return (*_counted(shown), *dict.fromkeys(withheld))


def _inside(chapter: Chapter, hidden: set[int]) -> bool:
    """A chapter whose every line is withheld says, in its title, what they were about."""
    if chapter.first is None or chapter.last is None:
        return False
    return hidden.issuperset(range(chapter.first, chapter.last + 1))


def _flagged(script: Script, record: Record) -> Script:
    return replace(script, lines=tuple(_withheld(line, script, record) for line in script.lines))


def _masked(script: Script, record: Record) -> Script:
    def mask(line: Line) -> Line:
        line = _withheld(line, script, record)
        return replace(line, text="", speaker="", unclear=False, machine="") if line.withheld else line

    return replace(script, lines=tuple(mask(line) for line in script.lines))


def _withheld(line: Line, script: Script, record: Record) -> Line:
    """The line, marked where a withholding of the original reaches it.

    In a translation that does not follow the original line by line, the times decide; where
    there are none, all of it is withheld: it could say what the original may not.
    """
    if line.withheld:
        return line
    for kept in record.withholdings:
        if _reaches(kept, line, script, record):
            return replace(line, withheld=kept.reason, withheld_until=kept.until)
    return line


def _reaches(kept: Withholding, line: Line, script: Script, record: Record) -> bool:
    original = record.scripts[0]
    if kept.first < 0:  # its lines are gone; what still says them by its time was marked already
        return False
    if script.kind == TranscriptKind.ORIGINAL or len(script.lines) == len(original.lines):
        return kept.first <= line.number <= kept.last
    start, end = original.lines[kept.first].start_ms, original.lines[kept.last].end_ms
    if None in (start, end, line.start_ms, line.end_ms):
        return True
    return bool(line.start_ms < end and start < line.end_ms)  # type: ignore[operator]


def _scripts(testimony: Testimony) -> tuple[Script, ...]:
    # A transcript keeps the place and the public note of its first revision; the notes of later ones
    # are for archivists.
    begun = {(t.kind, t.language): t for t in sorted(testimony.transcripts, key=lambda t: -t.id)}
    current = {(t.kind, t.language): t for t in testimony.transcripts if t.is_current}
    inorder = sorted(begun.items(), key=lambda one: (one[0][0] is not TranscriptKind.ORIGINAL, one[1].id))
    return tuple(
        Script(
            transcript.language,
            _lines(transcript, testimony),
            transcript.kind.value,
            transcript.revision,
            transcript.translator,
            first.note,
        )
        for name, first in inorder
        if (transcript := current.get(name))
    )


def _lines(transcript: Transcript, testimony: Testimony) -> tuple[Line, ...]:
    """The lines; of a translation that does not follow line by line, those whose time says what was ever
    said in a withheld place are marked here: the times of the original may have been corrected since.
    Of the original so are those at the time of withheld lines that are gone: somebody may have written
    down anew what is said there."""
    lines = tuple(
        Line(s.position, s.text, s.speaker, s.start_ms, s.end_ms, unclear=s.is_unclear, machine=s.machine)
        for s in transcript.segments
    )
    held = revisions.original(testimony)
    if held is None:
        return lines
    kept = [(passage, r) for passage, r in silencing.in_force(testimony) if passage.transcript_id is not None]
    beside = transcript.kind is not TranscriptKind.ORIGINAL
    if not beside:
        kept = [(passage, r) for passage, r in kept if passage.transcript_id != held.id]
    if not kept:
        return lines
    if beside and revisions.count(held) == len(lines):
        return _undivided(lines, [(p, r) for p, r in kept if p.transcript_id == held.id], held)
    descent = descending.Descent(revisions.chain(held))
    for passage, redaction in kept:
        if passage.transcript_id not in descent.by_id:
            continue
        spans = descent.spans(descending.place_of(passage, descent))
        spans += descent.spans(descending.origin_of(passage, descent))
        until = redaction.until.date().isoformat() if redaction.until else ""
        lines = tuple(
            replace(line, withheld=redaction.reason.value, withheld_until=until)
            if not line.withheld and _overlaps(line, spans, perhaps=beside)
            else line
            for line in lines
        )
    return lines


def _undivided(
    lines: tuple[Line, ...], kept: Sequence[tuple[Passage, Redaction]], held: Transcript
) -> tuple[Line, ...]:
    """A translation that stands line by line, with those lines marked that still say a withheld one.

    When a line of the original is split, its translation stays whole beside the first part, and the
    others have no words yet: what is withheld of one of them is said there.
    """
    silent = [
        (number, redaction)
        for passage, redaction in kept
        for number in range(passage.first or 0, (passage.last or 0) + 1)
        if number < len(lines) and not lines[number].text
    ]
    if not silent:
        return lines
    descent = descending.Descent(revisions.chain(held))
    older = [descent.origins(revision) for revision in descent.held if revision != descent.newest]
    marked = list(lines)
    for number, redaction in silent:
        until = redaction.until.date().isoformat() if redaction.until else ""
        for at, line in enumerate(marked):
            if line.text and not line.withheld and any(made[number] & made[at] for made in older):
                marked[at] = replace(line, withheld=redaction.reason.value, withheld_until=until)
    return tuple(marked)


def _overlaps(line: Line, spans: Iterable[tuple[int | None, int | None]], *, perhaps: bool) -> bool:
    """Whether the line is spoken within one of these times; ``perhaps`` where something is not known."""
    return any(
        perhaps
        if start is None or end is None or line.start_ms is None or line.end_ms is None
        else line.start_ms < end and start < line.end_ms
        for start, end in spans
    )


def _stands(passage: Passage, testimony: Testimony) -> bool:
    """Whether the lines of a passage are those of the transcript as it is now."""
    held = revisions.original(testimony)
    return passage.transcript_id is None or (held is not None and passage.transcript_id == held.id)


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
            tuple(sorted({r.verdict.value for r in e.readings if r.evidence_version == e.version})),
            e.claim.is_published and e.claim.question.is_published,
            e.figure if e.figure != NO_FIGURE else None,
            known(e.happened),
        )
        for passage in testimony.passages
        for e in passage.evidence
        if passage.first is not None and passage.last is not None and _stands(passage, testimony)
    )


def _withholdings(testimony: Testimony) -> tuple[Withholding, ...]:
    return tuple(
        Withholding(
            passage.first if _stands(passage, testimony) and passage.first is not None else -1,
            passage.last if _stands(passage, testimony) and passage.last is not None else -1,
            redaction.reason.value,
            redaction.until.date().isoformat() if redaction.until else "",
        )
        for passage, redaction in silencing.in_force(testimony)
    )
