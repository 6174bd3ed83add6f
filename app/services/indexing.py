"""Feed each audience's index from that audience's editions, and rebuild an index that was lost."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.archive import index
from app.db import session
from app.models import SEARCHING, Audience, Edition, EditionPart, Job, Testimony
from app.plain import restore
from app.records import Line, Record
from app.search import Document, Utterance
from app.services.questioning import Questioner

_REPLACING = select(Job.arguments).where(Job.name == "replace")  # each search asks it

BATCH = 50  # editions read at a time while rebuilding


def feed(identifiers: Sequence[str]) -> None:
    """Bring these testimonies up to date in every index; what has no edition leaves it."""
    for audience in SEARCHING:
        held = {
            identifier: (edition.stamp, _documents(edition))
            for identifier, edition in _editions(audience, Testimony.identifier.in_(identifiers))
        }
        index(audience).put(
            {identifier: held[identifier][1] if identifier in held else () for identifier in identifiers},
            {identifier: stamp for identifier, (stamp, _) in held.items()},
        )


def rebuild(audience: Audience) -> None:
    """A fresh index of one audience from its editions; readers go on with the old one until it stands."""
    index(audience).rebuild(
        (identifier, edition.stamp, _documents(edition)) for identifier, edition in _all(audience)
    )


def mend() -> list[str]:
    """Rebuild every index that cannot be read. Returns the audiences concerned."""
    broken = [audience for audience in SEARCHING if not index(audience).healthy()]
    for audience in broken:
        rebuild(audience)
    return [audience.value for audience in broken]


def compact() -> None:
    """Have the words of what was replaced or withdrawn leave every index's files."""
    for audience in SEARCHING:
        index(audience).compact()


def awaited() -> frozenset[str]:
    """The testimonies whose older edition may still stand in an index: they are not to be found."""
    return frozenset(arguments["testimony"] for arguments in session().scalars(_REPLACING))


def catch_up() -> int:
    """Feed what index and editions disagree on. Returns how many testimonies that were."""
    late = sorted(set().union(*(behind(audience) for audience in SEARCHING)))
    for start in range(0, len(late), BATCH):
        feed(late[start : start + BATCH])
    return len(late)


def behind(audience: Audience) -> set[str]:
    """The testimonies whose edition and index differ."""
    rows = session().execute(
        select(Testimony.identifier, Edition.stamp)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Edition.audience == audience)
    )
    editions = {(identifier, stamp) for identifier, stamp in rows}
    indexed = set(index(audience).stamps())
    return {identifier for identifier, _ in editions ^ indexed}


def _all(audience: Audience) -> Iterator[tuple[str, Edition]]:
    after = 0
    while True:
        batch = _editions(audience, Edition.id > after, limit=BATCH)
        if not batch:
            return
        yield from batch
        after = batch[-1][1].id
        session().expunge_all()


def _editions(audience: Audience, *conditions: object, limit: int | None = None) -> list[tuple[str, Edition]]:
    found = session().execute(
        select(Testimony.identifier, Edition)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Edition.audience == audience, *conditions)  # type: ignore[arg-type]
        .order_by(Edition.id)
        .limit(limit)
    )
    return [(identifier, edition) for identifier, edition in found]


def _documents(edition: Edition) -> tuple[Document, ...]:
    record = restore(Record, edition.head)
    shared = _facets(record)
    asks = Questioner(record)
    parts = session().scalars(
        select(EditionPart).filter_by(edition_id=edition.id).order_by(EditionPart.number)
    )
    return tuple(_document(record, edition, part, shared, asks) for part in parts)


def _document(
    record: Record, edition: Edition, part: EditionPart, shared: dict[str, set[str]], asks: Questioner
) -> Document:
    lines = [restore(Line, line) for line in part.lines]
    language = record.scripts[part.script].language if part.script >= 0 else record.language
    facets = {name: set(values) for name, values in shared.items()}
    facets["language"] = {language} if language else set()
    facets["speaker"] = {line.speaker for line in lines if line.speaker}
    if part.script == 0:
        touches = range(part.first, part.last + 1)
        facets["claim"] = {m.claim_text for m in record.marks if m.first in touches or m.last in touches}
        facets["tag"] |= {
            t.term for t in record.tags if t.first is not None and (t.first in touches or t.last in touches)
        }
    return Document(
        group=record.identifier,
        number=part.number,
        first=part.first,
        last=part.last,
        utterances=tuple(
            Utterance(line.text, language, line.speaker, asks(line.speaker)) for line in lines if line.text
        ),
        facets={name: tuple(sorted(values)) for name, values in facets.items() if values},
        date=edition.sorted_by,
    )


def _facets(record: Record) -> dict[str, set[str]]:
    """The facets that every passage of a testimony shares."""
    places = [*record.places, *([record.place] if record.place else [])]
    year = record.date.lower[:4] if record.date else ""
    kinds = {m.kind for m in record.media if m.kind and not m.withheld}
    return {
        "collection": {record.collection},
        "event": {event.name for event in record.events},
        "place": {place.name for place in places},
        "tag": {tag.term for tag in record.tags if tag.first is None},
        "year": {year} if year else set(),
        "media": kinds | ({"text"} if record.scripts else set()),
    }
