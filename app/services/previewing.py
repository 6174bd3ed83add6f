"""See a testimony as an audience would: the very edition it has, or the one it would be given."""

from dataclasses import dataclass, replace
from datetime import date

from app import clock
from app.errors import NotFound
from app.models import Audience, Testimony
from app.pages import TestimonyPage
from app.policy import EDITIONS, Action, Actor, require
from app.records import Line, Record
from app.search.passages import divide
from app.services import consenting, editions, linking, publishing, reading
from app.services.questioning import Questioner

OTHERS = (Audience.PUBLIC, Audience.READING_ROOM, Audience.NAMED)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an audience would see, and why it cannot open it now: each reason by its name."""

    page: TestimonyPage
    is_open: bool
    reasons: tuple[str, ...] = ()  # unpublished, access, narrator, embargo
    access: str = ""  # the level in force
    until: date | None = None


def see(testimony_id: str, audience: str, actor: Actor, page: int | None = None) -> Preview:
    """One stretch of a testimony through the eyes of an audience. Raises NotFound."""
    require(actor, Action.WITHHOLD)
    if audience not in OTHERS:
        raise NotFound("There is no such audience.")
    testimony, eyes = linking.find(testimony_id), Audience(audience)
    if eyes in publishing.audiences(testimony):
        return Preview(reading.testimony(testimony_id, audience, page), True)
    record = editions.seen_by(eyes, editions.whole(testimony), editions.veils(testimony))
    reasons, until = _why(testimony, eyes)
    access = consenting.access(testimony).value
    return Preview(_paged(record, page or 1), False, reasons, access, until)


def _why(testimony: Testimony, audience: Audience) -> tuple[tuple[str, ...], date | None]:
    reasons = []
    if testimony.published_at is None:
        reasons.append("unpublished")
    if audience not in EDITIONS[testimony.access]:
        reasons.append("access")
    elif audience not in EDITIONS[consenting.access(testimony)]:
        reasons.append("narrator")
    closed_until = consenting.embargo(testimony)
    if closed_until and clock.now() < closed_until:
        reasons.append("embargo")
        return tuple(reasons), closed_until.date()
    return tuple(reasons), None


def _paged(record: Record, number: int) -> TestimonyPage:
    """A stretch of a record that has no edition, divided as that would be."""
    lines = record.lines
    asks = Questioner(record)
    parts = divide([len(line.text.split()) for line in lines], [asks(line.speaker) for line in lines])
    size = reading.PARTS_PER_PAGE
    pages = [parts[at : at + size] for at in range(0, len(parts), size)] or [[]]
    if not 1 <= number <= len(pages):
        raise NotFound(reading.NOT_HERE)
    shown = [line for first, last in pages[number - 1] for line in lines[first : last + 1]]
    scripts = record.scripts
    # As an edition's page has it: the lines of this stretch, and translations beside them.
    given = tuple(replace(s, lines=() if at else tuple(shown)) for at, s in enumerate(scripts))
    return TestimonyPage(
        record=replace(record, scripts=given),
        page=number,
        pages=len(pages),
        first_lines=tuple(lines[stretch[0][0]].number for stretch in pages if stretch) or (0,),
        revision=scripts[0].revision if scripts else 1,
        translations={s.language: _beside(s.lines, lines, tuple(shown)) for s in scripts[1:]},
    )


def _beside(
    translated: tuple[Line, ...], original: tuple[Line, ...], shown: tuple[Line, ...]
) -> dict[int, Line]:
    if len(translated) == len(original):
        wanted = {line.number for line in shown}
        return {line.number: line for line in translated if line.number in wanted}
    return reading.by_time(translated, shown)
