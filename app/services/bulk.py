"""Change many testimonies at once: looked at before, done in small steps by the worker, undone exactly.

Each step is a transaction of its own. An item's ``before`` is the mark that it was done: a worker that is
killed leaves a change that goes on where it stood, and does nothing twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import selectinload

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    AccessLevel,
    BulkAction,
    BulkChange,
    BulkItem,
    BulkState,
    Collection,
    Participation,
    Passage,
    Person,
    Place,
    Submission,
    SubmissionState,
    Tagging,
    Term,
    Testimony,
    Transcript,
    User,
)
from app.policy import Action, Actor, require
from app.queue import enqueue
from app.services import (
    auditing,
    cataloguing,
    consenting,
    describing,
    identifying,
    publishing,
    selecting,
    settling,
)

LOOKED_AT = 200  # testimonies read at a time
STEP = 50  # testimonies changed in one transaction
EXAMPLES = 5
LISTED = 200  # of those that could not be changed
WITHDRAWN = "Its narrator has withdrawn it."
CHANGED_SINCE = "Somebody has changed this since."


@dataclass
class Preview:
    """What a change of many would do, without anything done."""

    total: int = 0
    would: int = 0  # change
    already: int = 0
    kept: int = 0  # narrower by the wish of their narrators, whatever the archive decides
    examples: list[selecting.Chosen] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)  # why, and how many


@dataclass(frozen=True)
class Progress:
    """How far a change of many has come."""

    identifier: str
    action: str
    what: str  # the tag, the access level, the collection
    state: str
    total: int
    done: int
    refused: int
    chosen_by: Mapping[str, Any]
    made_by: str
    made_at: datetime
    version: int

    @property
    def is_over(self) -> bool:
        """Whether the worker has nothing left to do for it."""
        return self.state in (BulkState.DONE, BulkState.UNDONE)


@dataclass(frozen=True)
class _Wanted:
    """An action with what it is done with, read from the database."""

    action: BulkAction
    terms: tuple[int, ...] = ()  # all that stand for the same, the one in use first
    access: AccessLevel = AccessLevel.CLOSED
    withdrawn: frozenset[int] = frozenset()  # those whose access nobody sets any more
    collection: Collection | None = None


def preview(ids: Sequence[int], action: str, what: str, actor: Actor) -> Preview:
    """What would happen to these testimonies. Raises Forbidden, Invalid and NotFound as ``start``."""
    wanted = _wanted(action, what, actor)
    seen = Preview(total=len(ids))
    examples: list[int] = []
    numbers: set[str] = set()  # that the collection would have by then
    for start in range(0, len(ids), LOOKED_AT):
        light = select(Testimony).options(selectinload(Testimony.taggings), selectinload(Testimony.consents))
        for testimony in session().scalars(light.where(Testimony.id.in_(ids[start : start + LOOKED_AT]))):
            why = _refusal(testimony, wanted)
            if wanted.collection and not why and not _is_so(testimony, wanted):
                why = describing.SAME_NUMBER if testimony.source_id in numbers else ""
                numbers.add(testimony.source_id)
            if why:
                seen.refused[why] = seen.refused.get(why, 0) + 1
            elif _is_so(testimony, wanted):
                seen.already += 1
            else:
                seen.would += 1
                examples += [testimony.id] if len(examples) < EXAMPLES else []
            if wanted.action is BulkAction.SET_ACCESS and not why:
                seen.kept += consenting.access(testimony, wanted.access) != wanted.access
            session().expunge(testimony)
    seen.examples = selecting.summaries(examples)
    return seen


def start(
    ids: Sequence[int], action: str, what: str, actor: Actor, *, chosen_by: Mapping[str, Any], expected: int
) -> BulkChange:
    """Have these testimonies changed. ``what`` is a term, a level or a collection, by its identifier.

    ``expected`` is how many were looked at before. Raises Invalid, NotFound, Forbidden, and Conflict when
    the same search finds more or fewer by now.
    """
    _wanted(action, what, actor)
    if len(ids) != expected:
        raise Conflict(f"The same search finds {len(ids)} testimonies by now. Look at them again.")
    if not ids:
        raise Invalid("Choose at least one testimony.")
    change = BulkChange(
        action=BulkAction(action),
        arguments={"what": what},
        chosen_by=dict(chosen_by),
        total=len(ids),
        made_by=actor.identifier or "system",
    )
    session().add(change)
    session().flush()
    session().execute(
        insert(BulkItem), [{"bulk_id": change.id, "testimony_id": i, "refused": ""} for i in ids]
    )
    auditing.note(actor, "bulk.start", f"bulk:{change.identifier}", what=what, of=action, total=len(ids))
    enqueue("bulk", bulk=change.identifier)
    return change


def undo(identifier: str, actor: Actor, version: int) -> None:
    """Have everything put back that was not changed since. Raises NotFound, Forbidden and Conflict."""
    change = _find(identifier)
    _may(change.action, actor)
    if settling.locked(change) != version or change.state is not BulkState.DONE:
        raise Conflict("This is not done yet, or was undone already. Look at it again.")
    change.state, change.done = BulkState.UNDOING, 0
    auditing.note(actor, "bulk.undo", f"bulk:{change.identifier}", total=change.total)
    enqueue("bulk", bulk=change.identifier)


def step(identifier: str) -> bool:
    """Change, or put back, the next few. Returns whether more are left. May be called again at any time."""
    change = session().scalar(select(BulkChange).filter_by(identifier=identifier))
    if change is None:
        return False
    settling.locked(change)  # on PostgreSQL a second worker waits here
    if change.state in (BulkState.DONE, BulkState.UNDONE):
        return False
    undoing = change.state is BulkState.UNDOING
    actor = Actor(change.made_by)
    wanted = _read(change.action, change.arguments["what"])
    items = _next(change, undoing)
    testimonies = {t.id: t for t in _loaded([item.testimony_id for item in items])}
    for item in items:
        testimony = testimonies.get(item.testimony_id)
        if testimony is None:  # destroyed since
            item.before = {"undone": True}
        elif undoing:
            _put_back(change, item, testimony, wanted, actor)
        else:
            _do(change, item, testimony, wanted, actor)
    change.done += len(items)
    if len(items) < STEP:
        change.state = BulkState.UNDONE if undoing else BulkState.DONE
        change.done = change.total
        verb = "bulk.undone" if undoing else "bulk.done"
        auditing.note(actor, verb, f"bulk:{change.identifier}", refused=_refused_count(change))
    else:
        change.state = BulkState.UNDOING if undoing else BulkState.RUNNING
    session().flush()
    return len(items) == STEP


def progress(identifier: str, actor: Actor) -> Progress:
    """How far it has come. Raises NotFound."""
    require(actor, Action.DESCRIBE)
    return _progress(_find(identifier))


def lately(actor: Actor, most: int = 20) -> list[Progress]:
    """The changes of many that were begun last."""
    require(actor, Action.DESCRIBE)
    held = session().scalars(select(BulkChange).order_by(BulkChange.id.desc()).limit(most))
    return [_progress(change) for change in held]


def refused(identifier: str, actor: Actor) -> list[tuple[str, str, str]]:
    """Identifier, title and reason of those that could not be changed or put back."""
    require(actor, Action.DESCRIBE)
    rows = session().execute(
        select(Testimony.identifier, Testimony.title, BulkItem.refused)
        .join(BulkItem, BulkItem.testimony_id == Testimony.id)
        .where(BulkItem.bulk_id == _find(identifier).id, BulkItem.refused != "")
        .order_by(Testimony.id)
        .limit(LISTED)
    )
    return [(identifier, title, why) for identifier, title, why in rows]


def _may(action: BulkAction, actor: Actor) -> None:
    require(actor, Action.DESCRIBE)
    if action is BulkAction.SET_ACCESS:
        require(actor, Action.WITHHOLD)


def _wanted(action: str, what: str, actor: Actor) -> _Wanted:
    chosen = identifying.choice(BulkAction, action, "change of many")
    _may(chosen, actor)
    return _read(chosen, what)


def _read(action: BulkAction, what: str) -> _Wanted:
    """Read what an action is done with. Raises Invalid when nothing was chosen, and NotFound."""
    if action is BulkAction.SET_ACCESS:
        stopped = select(Submission.testimony_id).filter_by(state=SubmissionState.WITHDRAWN)
        withdrawn = frozenset(number for number in session().scalars(stopped) if number)
        return _Wanted(
            action, access=identifying.choice(AccessLevel, what, "access level"), withdrawn=withdrawn
        )
    if action is BulkAction.SET_COLLECTION:
        return _Wanted(action, collection=cataloguing.find(Collection, what))
    term = selecting.tag(what)
    if term is None:
        raise NotFound("There is no such term.")
    same = selecting.same_terms(term)
    return _Wanted(action, terms=(term.in_use.id, *(number for number in same if number != term.in_use.id)))


def _loaded(ids: Sequence[int]) -> list[Testimony]:
    """These testimonies with all that is asked of each, read at once."""
    person = selectinload(Testimony.participations).joinedload(Participation.person)
    options = (
        person.selectinload(Person.names),
        person.selectinload(Person.merged),
        selectinload(Testimony.mentions),
        selectinload(Testimony.events),
        selectinload(Testimony.places).selectinload(Place.names),
        selectinload(Testimony.places).selectinload(Place.merged),
        selectinload(Testimony.transcripts).selectinload(Transcript.segments),
        selectinload(Testimony.passages).selectinload(Passage.redactions),
        selectinload(Testimony.passages).selectinload(Passage.evidence),
        selectinload(Testimony.taggings).joinedload(Tagging.term).joinedload(Term.vocabulary),
        selectinload(Testimony.media),
        selectinload(Testimony.consents),
    )
    return list(session().scalars(select(Testimony).where(Testimony.id.in_(ids)).options(*options)))


def _refusal(testimony: Testimony, wanted: _Wanted) -> str:
    """Why it cannot be changed, or nothing."""
    if wanted.collection and testimony.collection_id != wanted.collection.id:
        return describing.cannot_move(testimony, wanted.collection)
    if wanted.action is BulkAction.SET_ACCESS:
        return WITHDRAWN if testimony.id in wanted.withdrawn else ""
    return ""


def _is_so(testimony: Testimony, wanted: _Wanted) -> bool:
    """Whether it is as wanted already."""
    if wanted.action is BulkAction.TAG:
        return bool(_taggings(testimony, wanted))
    if wanted.action is BulkAction.UNTAG:
        return not _taggings(testimony, wanted)
    if wanted.collection:
        return testimony.collection_id == wanted.collection.id
    return testimony.access is wanted.access


def _taggings(testimony: Testimony, wanted: _Wanted) -> list[Tagging]:
    """The taggings of the whole testimony with the term, or one that stands for the same."""
    return [t for t in testimony.taggings if t.passage_id is None and t.term_id in wanted.terms]


def _next(change: BulkChange, undoing: bool) -> Sequence[BulkItem]:
    """The next items that nothing was done about yet."""
    items = select(BulkItem).filter_by(bulk_id=change.id).order_by(BulkItem.testimony_id)
    if not undoing:
        waiting = items.where(BulkItem.before.is_(None), BulkItem.refused == "")
        return session().scalars(waiting.limit(STEP).with_for_update()).all()
    found: list[BulkItem] = []
    after = 0
    while len(found) < STEP:
        some = session().scalars(items.where(BulkItem.testimony_id > after).limit(500)).all()
        if not some:
            break
        found += [item for item in some if item.before and "undone" not in item.before]
        after = some[-1].testimony_id
    return found[:STEP]


def _do(change: BulkChange, item: BulkItem, testimony: Testimony, wanted: _Wanted, actor: Actor) -> None:
    if why := _refusal(testimony, wanted):
        item.refused = why
        return
    if _is_so(testimony, wanted):
        item.before = {"already": True}
        return
    if wanted.action is BulkAction.TAG:
        tagging = Tagging(term_id=wanted.terms[0], made_by=actor.identifier)
        testimony.taggings.append(tagging)
        session().flush()
        item.before = {"made_at": tagging.made_at.isoformat()}
        details: dict[str, Any] = _told(change, wanted)
    elif wanted.action is BulkAction.UNTAG:
        item.before = {"taggings": [_row(t) for t in _taggings(testimony, wanted)]}
        for tagging in _taggings(testimony, wanted):
            testimony.taggings.remove(tagging)
        details = _told(change, wanted)
    elif wanted.collection:
        item.before = {"collection": testimony.collection.identifier}
        details = {"before": testimony.collection.name, "after": wanted.collection.name}
        testimony.collection = wanted.collection
    else:
        item.before = {"access": testimony.access.value}
        details = {"before": testimony.access.value, "after": wanted.access.value}
        testimony.access = wanted.access
    _note(change, testimony, actor, details)


def _told(change: BulkChange, wanted: _Wanted) -> dict[str, Any]:
    """The term as the trail tells it: by its label, and by its identifier."""
    term = session().get(Term, wanted.terms[0])
    return {"term": term.label if term else "", "term_id": change.arguments["what"]}


def _put_back(
    change: BulkChange, item: BulkItem, testimony: Testimony, wanted: _Wanted, actor: Actor
) -> None:
    """Put back what was before, unless somebody has changed it since."""
    before = item.before or {}
    item.before = {**before, "undone": True}
    if "already" in before:
        return
    details = _restored(testimony, before, wanted)
    if details is None:
        item.refused = CHANGED_SINCE
        return
    _note(change, testimony, actor, details, undone=True)


def _restored(testimony: Testimony, before: Mapping[str, Any], wanted: _Wanted) -> dict[str, Any] | None:
    """Put back one testimony; returns what the trail is told, or None when it was changed since."""
    if wanted.action is BulkAction.TAG:
        made = [t for t in _taggings(testimony, wanted) if t.made_at.isoformat() == before["made_at"]]
        for tagging in made:
            testimony.taggings.remove(tagging)
        return {"terms": "removed"} if made else None
    if wanted.action is BulkAction.UNTAG:
        if _taggings(testimony, wanted):
            return None
        return {"terms": "put back"} if _tag_again(testimony, before["taggings"]) else None
    if wanted.collection:
        was = session().scalar(select(Collection).filter_by(identifier=before["collection"]))
        if testimony.collection_id != wanted.collection.id or was is None:
            return None
        if describing.cannot_move(testimony, was):
            return None
        testimony.collection = was
        return {"before": wanted.collection.name, "after": was.name}
    if testimony.access is not wanted.access:
        return None
    testimony.access = AccessLevel(before["access"])
    return {"before": wanted.access.value, "after": before["access"]}


def _row(tagging: Tagging) -> dict[str, Any]:
    return {
        "id": tagging.id,
        "term": tagging.term_id,
        "made_by": tagging.made_by,
        "made_at": tagging.made_at.isoformat(),
    }


def _tag_again(testimony: Testimony, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Make taggings anew as they were, in their old order where their numbers are still free."""
    for row in rows:
        if session().get(Term, row["term"]) is None:
            return False
        free = session().get(Tagging, row["id"]) is None
        session().add(
            Tagging(
                id=row["id"] if free else None,
                term_id=row["term"],
                testimony_id=testimony.id,
                made_by=row["made_by"],
                made_at=datetime.fromisoformat(row["made_at"]),
            )
        )
        session().flush()
    session().expire(testimony, ["taggings"])
    return True


VERBS = {
    BulkAction.TAG: "testimony.tag",
    BulkAction.UNTAG: "testimony.untag",
    BulkAction.SET_ACCESS: "testimony.set_access",
    BulkAction.SET_COLLECTION: "testimony.describe",
}


def _note(
    change: BulkChange,
    testimony: Testimony,
    actor: Actor,
    details: Mapping[str, Any],
    *,
    undone: bool = False,
) -> None:
    """The trail's line for one testimony, and its editions."""
    more = {"undone": True} if undone else {}
    target = f"testimony:{testimony.identifier}"
    auditing.note(actor, VERBS[change.action], target, bulk=change.identifier, **details, **more)
    publishing.publish(testimony)


def _refused_count(change: BulkChange) -> int:
    held = (
        select(func.count())
        .select_from(BulkItem)
        .where(BulkItem.bulk_id == change.id, BulkItem.refused != "")
    )
    return session().scalar(held) or 0


def _find(identifier: str) -> BulkChange:
    change = session().scalar(select(BulkChange).filter_by(identifier=identifier))
    if change is None:
        raise NotFound("There is no such change of many.")
    return change


def _progress(change: BulkChange) -> Progress:
    who = session().scalar(select(User).filter_by(identifier=change.made_by))
    what = change.arguments.get("what", "")
    if change.action is BulkAction.SET_COLLECTION:
        held = session().scalar(select(Collection).filter_by(identifier=what))
        what = held.name if held else what
    elif change.action is not BulkAction.SET_ACCESS:
        term = selecting.tag(what)
        what = term.in_use.label if term else what
    return Progress(
        identifier=change.identifier,
        action=change.action.value,
        what=what,
        state=change.state.value,
        total=change.total,
        done=change.done,
        refused=_refused_count(change),
        chosen_by=change.chosen_by,
        made_by=who.name or who.email if who else "",
        made_at=change.made_at,
        version=change.version,
    )
