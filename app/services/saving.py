"""Keep searches, and say what is new for them: testimonies that were published or changed since.

Whatever is said is said of one audience's editions that its index finds: what is hidden, awaited or gone
counts for nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app import clock
from app.archive import index
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Audience, Edition, Job, JobState, SavedSearch, Testimony, User
from app.pages import Summary
from app.policy import Action, Actor, require
from app.services import accounts, reading, searching, understanding
from app.services.reading import NOT_HERE

MOST = 100  # searches of one account
LONGEST = 200  # characters of a name
TITLES = 5  # of what is new, that a list shows
_FOLLOWS = ("index", "replace")  # jobs after which an index has followed an edition


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked, without how it is shown."""

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exact: bool = False
    within: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """A testimony that a search finds, and when it was published and last changed."""

    testimony: Summary
    published_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that is kept, and what is new for it: how many testimonies, and the newest of them."""

    identifier: str
    name: str
    search: Search
    looked_on: date
    new: int
    newest: tuple[Summary, ...]


def newest(search: Search, audience: str, most: int) -> tuple[News, ...]:
    """What was published or changed last of what a search finds, newest first."""
    return tuple(
        News(reading.summary(edition), edition.published_at, edition.changed_at)
        for edition in _editions(_numbers(search, audience)[:most])
    )


def save(name: str, search: Search, actor: Actor) -> SavedSearch:
    """Keep a search under a name; one that is kept already gets the new name.

    Raises Invalid for a search that asks nothing and for a name that is too long or none, Conflict when
    there are too many.
    """
    require(actor, Action.ACCOUNT)
    if not (search.words or search.filters):
        raise Invalid("A search is kept once it asks for something.")
    user, asked, name = accounts.find(actor.identifier), _plain(search), _name(name)
    kept = _of(user)
    saved = next((one for one in kept if one.asked == asked), None)
    if saved is None:
        if len(kept) >= MOST:
            raise Conflict(f"An account keeps at most {MOST} searches. Delete one first.")
        saved = SavedSearch(user_id=user.id, asked=asked, name=name)
        _look(saved, actor)
        session().add(saved)
    saved.name = name
    session().flush()
    return saved


def listed(actor: Actor) -> tuple[Saved, ...]:
    """The searches of an account, by name, each with what is new since its owner last looked."""
    require(actor, Action.ACCOUNT)
    kept = sorted(_of(accounts.find(actor.identifier)), key=lambda one: (one.name.casefold(), one.id))
    return tuple(_shown(one, actor.audience) for one in kept)


def rename(identifier: str, name: str, actor: Actor) -> None:
    """Give a search another name. Raises NotFound, and Invalid for a name that is too long or none."""
    find(identifier, actor).name = _name(name)
    session().flush()


def look(identifier: str, actor: Actor) -> None:
    """Count what is new from here on. Raises NotFound."""
    _look(find(identifier, actor), actor)
    session().flush()


def delete(identifier: str, actor: Actor) -> None:
    """Keep a search no longer. Raises NotFound."""
    session().delete(find(identifier, actor))
    session().flush()


def find(identifier: str, actor: Actor) -> SavedSearch:
    """A search of this actor's own. Raises NotFound: other people's are not there."""
    require(actor, Action.ACCOUNT)
    saved = session().scalar(
        select(SavedSearch)
        .join(User)
        .where(SavedSearch.identifier == identifier, User.identifier == actor.identifier)
    )
    if saved is None:
        raise NotFound(NOT_HERE)
    return saved


def _shown(saved: SavedSearch, audience: str) -> Saved:
    search = _search(saved.asked)
    numbers = _numbers(search, audience, _since(saved, audience))
    summaries = (reading.summary(edition) for edition in _editions(numbers[:TITLES]))
    return Saved(saved.identifier, saved.name, search, saved.looked_on, len(numbers), tuple(summaries))


def _since(saved: SavedSearch, audience: str) -> ColumnElement[bool]:
    """Editions that were written after its owner last looked.

    The number of an edition that was removed may be given again: then its day tells. Numbers of another
    audience, which the owner belonged to when they looked, tell nothing.
    """
    next_day = datetime.combine(saved.looked_on + timedelta(days=1), time(), UTC)
    later = Edition.changed_at >= next_day
    return or_(later, Edition.serial > saved.seen) if saved.audience == audience else later


def _look(saved: SavedSearch, actor: Actor) -> None:
    saved.looked_on = clock.today()
    saved.audience = Audience(actor.audience)
    saved.seen = _followed(actor.audience)


def _followed(audience: str) -> int:
    """Up to which number the index holds every edition: what it does not find yet was not looked at."""
    held = Edition.audience == Audience(audience)
    jobs = session().scalars(
        select(Job.arguments).where(Job.name.in_(_FOLLOWS), Job.state != JobState.FAILED)
    )
    waiting = {arguments["testimony"] for arguments in jobs}
    first = session().scalar(
        select(func.min(Edition.serial))
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(held, Testimony.identifier.in_(waiting))
    )
    return first - 1 if first else session().scalar(select(func.max(Edition.serial)).where(held)) or 0


def _numbers(search: Search, audience: str, *conditions: ColumnElement[bool]) -> list[int]:
    """The editions that a search finds, written last first, by number."""
    try:
        searching.inside_of(search.within, audience)
    except NotFound:  # it was open when the search was kept
        return []
    found = index(audience).tally(
        understanding.understood(
            search.words, audience, search.filters, exact=search.exact, within=search.within
        )
    )
    rows = session().execute(
        select(Testimony.identifier, Edition.id)
        .join(Testimony, Edition.testimony_id == Testimony.id)
        .where(Edition.audience == Audience(audience), *conditions)
        .order_by(Edition.serial.desc(), Edition.id.desc())
    )
    return [number for identifier, number in rows if identifier in found]


def _editions(numbers: Sequence[int]) -> Iterator[Edition]:
    """Editions by their numbers, in this order."""
    found = {e.id: e for e in session().scalars(select(Edition).where(Edition.id.in_(numbers)))}
    return (found[number] for number in numbers)


def _of(user: User) -> list[SavedSearch]:
    return list(session().scalars(select(SavedSearch).filter_by(user_id=user.id)))


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("A search is kept under a name.")
    if len(name) > LONGEST:
        raise Invalid(f"This name is too long: it can have {LONGEST} characters.")
    return name


def _plain(search: Search) -> dict[str, Any]:
    filters = {name: sorted(values) for name, values in sorted(search.filters.items())}
    return {"words": search.words, "filters": filters, "exact": search.exact, "within": search.within}


def _search(asked: Mapping[str, Any]) -> Search:
    filters = {name: tuple(values) for name, values in asked["filters"].items()}
    return Search(asked["words"], filters, asked["exact"], asked["within"])
