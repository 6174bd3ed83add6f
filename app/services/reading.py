"""Open what the archive holds for a reader, from the editions of that reader's audience."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.db import session
from app.errors import Gone, NotFound
from app.models import (
    Audience,
    Edition,
    EditionLink,
    EditionPart,
    LinkKind,
    Outcome,
    Testimony,
    Withdrawal,
)
from app.pages import Listing, Summary, TestimonyPage
from app.plain import restore
from app.records import Line, Record, Script

PER_PAGE = 25  # testimonies in a list
PARTS_PER_PAGE = 30  # passages of a transcript on one page: about 2,000 words
_NOT_LISTED = frozenset({"marks", "tags", "chapters", "media", "scripts"})  # the bulk of a head
TAKEN_BACK = "This testimony was withdrawn by the person who gave it. Nothing of it is kept."
NOT_HERE = "There is nothing at this address, or it is not open to you."


def testimonies(audience: str, page: int = 1) -> Listing:
    """All testimonies open to this audience, oldest first."""
    return listing(open_to(audience).order_by(Edition.sorted_by, Edition.id), page)


def testimony(
    identifier: str,
    audience: str,
    page: int | None = None,
    line: int | None = None,
    second: float | None = None,
) -> TestimonyPage:
    """One stretch of a testimony: a page, or the one where a line or a second stands. Raises NotFound."""
    edition = find(identifier, audience)
    parts = _outline(edition.id)
    original = [p for p in parts if p.script == 0]
    if second is not None and line is None:
        line = _line_at(edition.id, original, int(second * 1000))
    pages = [original[i : i + PARTS_PER_PAGE] for i in range(0, len(original), PARTS_PER_PAGE)] or [[]]
    first_lines = tuple(stretch[0].first for stretch in pages if stretch) or (0,)
    shown = TestimonyPage(
        record=restore(Record, edition.head),
        pages=len(pages),
        first_lines=first_lines,
        starts=tuple(stretch[0].start_ms if stretch else None for stretch in pages),
        published_at=edition.published_at,
    )
    number = shown.page_of(line) if line is not None else page or 1
    if not 1 <= number <= len(pages):
        raise NotFound(NOT_HERE)
    lines = _lines(edition.id, [p.number for p in pages[number - 1]])
    scripts = shown.record.scripts
    return replace(
        shown,
        record=_with_lines(shown.record, lines),
        page=number,
        focus=line if line is not None and any(held.number == line for held in lines) else None,
        revision=scripts[0].revision if scripts else 1,
        translations={
            scripts[p].language: _beside(edition.id, parts, p, lines) for p in range(1, len(scripts))
        },
    )


def whole(identifier: str, audience: str) -> Record:
    """A testimony with all its lines, as this audience may see it. Raises NotFound."""
    edition = find(identifier, audience)
    record = restore(Record, edition.head)
    parts = _outline(edition.id)
    scripts = tuple(
        replace(script, lines=_lines(edition.id, [p.number for p in parts if p.script == number]))
        for number, script in enumerate(record.scripts)
    )
    return replace(record, scripts=scripts)


def published(audience: str, limit: int = 50, after: datetime | None = None) -> list[Summary]:
    """What was published last, newest first."""
    newest = open_to(audience).order_by(Edition.published_at.desc(), Edition.id.desc()).limit(limit)
    if after:
        newest = newest.where(Edition.published_at > after)
    return [summary(edition) for edition in session().scalars(newest)]


def find(identifier: str, audience: str) -> Edition:
    """The edition of a testimony for this audience. Raises NotFound: hidden and absent are one."""
    edition = session().scalar(
        select(Edition)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Testimony.identifier == identifier, Edition.audience == Audience(audience))
    )
    if edition is None:
        raise Gone(TAKEN_BACK) if _was_destroyed(identifier) else NotFound(NOT_HERE)
    return edition


def _was_destroyed(identifier: str) -> bool:
    """Whether everybody could read it once, and its narrator had it destroyed: that much may be said."""
    tombstone = select(Withdrawal.id).filter_by(
        testimony=identifier, outcome=Outcome.DESTROY, was_public=True
    )
    return session().scalar(tombstone) is not None


def open_to(audience: str) -> Select[Any]:
    """The editions of an audience: what every list is drawn from."""
    return select(Edition).where(Edition.audience == Audience(audience))


def that_show(audience: str, kind: LinkKind, *target_ids: int) -> Select[Any]:
    """The audience's editions that show a thing, or one of several that are the same."""
    showing = select(EditionLink.edition_id).where(
        EditionLink.kind == kind, EditionLink.target_id.in_(target_ids)
    )
    return open_to(audience).where(Edition.id.in_(showing))


def listing(editions: Select[Any], page: int) -> Listing:
    """One page of a list. Raises NotFound beyond its end."""
    total = session().scalar(select(func.count()).select_from(editions.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound(NOT_HERE)
    shown = session().scalars(editions.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return Listing(tuple(summary(edition) for edition in shown), total, page, pages)


def summary(edition: Edition) -> Summary:
    """A testimony in a list, from the head of its edition."""
    return summary_of(listed(edition.head), edition.published_at)


def listed(head: Mapping[str, Any]) -> Record:
    """The record of an edition's head without what no list needs: passages, files, transcripts."""
    return restore(Record, {name: held for name, held in head.items() if name not in _NOT_LISTED})


def summary_of(record: Record, published_at: datetime) -> Summary:
    """A testimony in a list."""
    return Summary(
        identifier=record.identifier,
        title=record.title,
        narrators=tuple(a.name for a in record.agents if a.role == "narrator"),
        kind=record.kind,
        language=record.language,
        date=record.date,
        place=record.place.name if record.place else "",
        collection=record.collection,
        duration_ms=record.duration_ms,
        published_at=published_at,
        invented=record.invented,
        content_note=record.content_note,
    )


def revision(edition: Edition) -> int:
    """The revision of the original that an edition shows; 1 where there is no transcript."""
    scripts = edition.head.get("scripts") or [{}]
    return int(scripts[0].get("revision", 1))


def stretch(edition_id: int, first: int, last: int, script: int = 0) -> tuple[Line, ...]:
    """Lines ``first`` to ``last`` of one script of an edition."""
    parts = session().scalars(
        select(EditionPart)
        .where(
            EditionPart.edition_id == edition_id,
            EditionPart.script == script,
            EditionPart.first <= last,
            EditionPart.last >= first,
        )
        .order_by(EditionPart.number)
    )
    lines = (restore(Line, line) for part in parts for line in part.lines)
    return tuple(line for line in lines if first <= line.number <= last)


def part_at(edition_id: int, line: int, script: int = 0) -> EditionPart | None:
    """The passage of one script of an edition in which a line stands."""
    return session().scalar(
        select(EditionPart)
        .where(EditionPart.edition_id == edition_id, EditionPart.script == script)
        .where(EditionPart.first <= line, EditionPart.last >= line)
        .order_by(EditionPart.number)
        .limit(1)
    )


def translations(edition: Edition, first: int, last: int) -> dict[str, tuple[Line, ...]]:
    """What each translation that follows the original line by line says in these lines."""
    scripts = edition.head.get("scripts", ())
    if len(scripts) < 2:
        return {}
    parts = _outline(edition.id)
    return {
        script["language"]: stretch(edition.id, first, last, number)
        for number, script in enumerate(scripts)
        if number and _length(parts, number) == _length(parts, 0)
    }


def _length(parts: Sequence[Any], script: int) -> int:
    return max((part.last for part in parts if part.script == script), default=-1)


def _outline(edition_id: int) -> Sequence[Any]:
    columns = (
        EditionPart.number,
        EditionPart.script,
        EditionPart.first,
        EditionPart.last,
        EditionPart.start_ms,
    )
    return (
        session()
        .execute(select(*columns).where(EditionPart.edition_id == edition_id).order_by(EditionPart.number))
        .all()
    )


def _lines(edition_id: int, numbers: Sequence[int]) -> tuple[Line, ...]:
    if not numbers:
        return ()
    parts = session().scalars(
        select(EditionPart.lines)
        .where(
            EditionPart.edition_id == edition_id,
            EditionPart.number.between(min(numbers), max(numbers)),
        )
        .order_by(EditionPart.number)
    )
    return tuple(restore(Line, line) for part in parts for line in part)


def _line_at(edition_id: int, parts: Sequence[Any], ms: int) -> int | None:
    """The last line that begins no later than ``ms``; the first one before any has begun."""
    begun = [part for part in parts if part.start_ms is not None and part.start_ms <= ms]
    if not begun:
        return parts[0].first if parts else None
    lines = _lines(edition_id, [begun[-1].number])
    return [held.number for held in lines if held.start_ms is not None and held.start_ms <= ms][-1]


def _with_lines(record: Record, lines: tuple[Line, ...]) -> Record:
    if not record.scripts:
        return record
    original: Script = replace(record.scripts[0], lines=lines)
    return replace(record, scripts=(original, *record.scripts[1:]))


def _beside(edition_id: int, parts: Sequence[Any], script: int, lines: tuple[Line, ...]) -> dict[int, Line]:
    """The translation of each line shown: by number where it follows line by line, else by time."""
    if not lines:
        return {}

    if _length(parts, script) == _length(parts, 0):
        return {t.number: t for t in stretch(edition_id, lines[0].number, lines[-1].number, script)}
    return by_time(stretch(edition_id, 0, _length(parts, script), script), lines)


def by_time(translated: tuple[Line, ...], lines: tuple[Line, ...]) -> dict[int, Line]:
    """What a translation that does not follow line by line says in the time of each line."""
    beside: dict[int, Line] = {}
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        start = line.start_ms
        end = following.start_ms if following else line.end_ms
        if start is None or end is None:
            continue
        here = [t for t in translated if t.start_ms is not None and start <= t.start_ms < end]
        if here:
            beside[line.number] = replace(here[0], text="\n".join(t.text for t in here))
    return beside
