"""Lists of passages that readers collect: places and notes, never words; read anew each time."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Gone, Invalid, NotFound
from app.formats import citation
from app.models import ReaderList
from app.pages import Summary
from app.policy import Action, Actor, require
from app.services import accounts, citing, reading
from app.services.citing import Resolved

MOST, LISTS, LONGEST = 200, 100, 2000  # passages in a list, lists of an account, characters of a note
KIND = "testimony archive list"


@dataclass(frozen=True, slots=True)
class Item:
    """A passage of a list: its testimony, revision and lines, and its collector's note."""

    testimony: str
    revision: int
    first: int
    last: int
    note: str = ""

    @property
    def ref(self) -> str:
        """``abc/2/14-16``: how an address carries it."""
        return (
            citation.path(self.testimony, self.revision, self.first, self.last)
            .removeprefix("/testimonies/")
            .replace("/passages/", "/")
        )


@dataclass(frozen=True, slots=True)
class Collected:
    """A list: its title and its passages in order. ``identifier`` is empty where it is only in an address."""

    title: str = ""
    items: tuple[Item, ...] = ()
    identifier: str = ""
    is_shared: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage of a list as its reader may see it now; both are None where there is nothing to be seen."""

    item: Item
    testimony: Summary | None = None
    found: Resolved | None = None


def read(refs: Sequence[str], notes: Sequence[str] = (), title: str = "") -> Collected:
    """A list from what an address carries: each passage once. Raises Invalid for too many."""
    items: dict[str, Item] = {}
    for number, ref in enumerate(refs):
        try:
            place = citation.parsed(ref.strip())
        except NotFound:
            continue
        item = Item(*place, note=notes[number][:LONGEST] if number < len(notes) else "")
        items.setdefault(item.ref, item)
    if len(items) > MOST:
        raise Invalid(f"A list holds at most {MOST} passages.")
    return Collected(title.strip()[:200], tuple(items.values()))


def shown(items: Iterable[Item], audience: str) -> list[Shown]:
    """What became of each passage, as far as this audience may know."""
    return [_shown(item, audience) for item in items]


def _shown(item: Item, audience: str) -> Shown:
    try:
        found = citing.resolve(item.testimony, audience, item.revision, item.first, item.last)
    except (NotFound, Gone):
        return Shown(item)
    return Shown(item, reading.summary(reading.find(item.testimony, audience)), found)


def dump(held: Collected) -> str:
    """A list as a file that ``load`` reads: places and notes."""
    rows = [{"passage": item.ref, "note": item.note} for item in held.items]
    return (
        json.dumps({"kind": KIND, "title": held.title, "passages": rows}, ensure_ascii=False, indent=1) + "\n"
    )


def load(data: bytes | str) -> Collected:
    """A list from its file. Raises Invalid."""
    try:
        found = json.loads(data)
        rows = found["passages"]
        refs, notes = [str(row["passage"]) for row in rows], [str(row.get("note", "")) for row in rows]
        title = str(found.get("title", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid("This is no list of passages that was taken from an archive like this.") from None
    return read(refs, notes, title)


def keep(held: Collected, actor: Actor, *, is_shared: bool = False) -> ReaderList:
    """Keep a list in an account, in the place of the one it was opened from. Raises Conflict, NotFound."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    kept = _own(held.identifier, actor) if held.identifier else None
    if kept is None:
        count = len(session().scalars(select(ReaderList.id).filter_by(user_id=user.id)).all())
        if count >= LISTS:
            raise Conflict(f"An account keeps at most {LISTS} lists. Delete one first.")
        kept = ReaderList(user_id=user.id)
        session().add(kept)
    kept.title, kept.is_shared = held.title, is_shared
    kept.passages = [[item.ref, item.note] for item in held.items]
    session().flush()
    return kept


def of(actor: Actor) -> list[Collected]:
    """The lists of an account, by title."""
    require(actor, Action.ACCOUNT)
    user = accounts.find(actor.identifier)
    held = session().scalars(select(ReaderList).filter_by(user_id=user.id))
    return sorted((_collected(one, is_own=True) for one in held), key=lambda one: one.title.casefold())


def find(identifier: str, actor: Actor) -> Collected:
    """A kept list: one's own, or one that its owner shares. Raises NotFound."""
    kept = session().scalar(select(ReaderList).filter_by(identifier=identifier))
    is_own = kept is not None and bool(actor.identifier) and kept.user.identifier == actor.identifier
    if kept is None or not (is_own or kept.is_shared):
        raise NotFound(reading.NOT_HERE)
    return _collected(kept, is_own=is_own)


def delete(identifier: str, actor: Actor) -> None:
    """Delete one's own list. Raises NotFound."""
    session().delete(_own(identifier, actor))
    session().flush()


def _own(identifier: str, actor: Actor) -> ReaderList:
    user = accounts.find(actor.identifier)
    kept = session().scalar(select(ReaderList).filter_by(identifier=identifier, user_id=user.id))
    if kept is None:
        raise NotFound(reading.NOT_HERE)
    return kept


def _collected(kept: ReaderList, *, is_own: bool) -> Collected:
    held = read([ref for ref, _ in kept.passages], [note for _, note in kept.passages], kept.title)
    return Collected(held.title, held.items, kept.identifier, kept.is_shared, is_own)
