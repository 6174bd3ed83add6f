"""Passages follow their words to a new revision, by lineage alone; where that is in doubt, somebody looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Doubt, Passage, Tagging, Testimony, Transcript
from app.policy import Action, Actor, require
from app.services import auditing, linking, publishing, revisions, settling
from app.services.descending import Descent, Place, origin_of, place_of
from app.services.revisions import Edited

ALIKE = 0.5  # below this ratio of words in common, little of a passage's words is left
RIGHT, MOVE, REMOVE = "right", "move", "remove"


def follow(testimony: Testimony, held: Sequence[Transcript]) -> list[tuple[Passage, Doubt]]:
    """Bring every passage to the newest of these revisions; returns those that came into doubt."""
    descent = Descent(held)
    before = {passage.id: passage.doubt for passage in testimony.passages}
    for passage in testimony.passages:
        if passage.transcript_id in descent.by_id and passage.first is not None and passage.last is not None:
            _follow(passage, descent)
    return [(p, p.doubt) for p in testimony.passages if p.doubt and p.doubt is not before[p.id]]


def _follow(passage: Passage, descent: Descent) -> None:
    place, origin = place_of(passage, descent), origin_of(passage, descent)
    left = descent.standing(place) | descent.standing(origin)
    doubt = _doubt(origin if passage.doubt else place, left, descent)
    if doubt and passage.was_transcript_id is None:
        passage.was_transcript_id = descent.held[place.revision].id
        passage.was_first, passage.was_last = place.first, place.last
    if passage.doubt and not doubt and not passage.redactions:
        forget(passage)
    passage.doubt = doubt
    if not left:
        return  # it stays on the revision that had its words: on the current one it marks nothing
    first, last = min(left), max(left)
    old, new = descent.lines(place.revision), descent.lines(descent.newest)
    if passage.start_ms is None or old[place.first].start_ms != new[first].start_ms:
        passage.start_ms = new[first].start_ms
    ends = passage.end_ms is not None or not passage.title  # a chapter may have no end
    if ends and old[place.last].end_ms != new[last].end_ms:
        passage.end_ms = new[last].end_ms
    passage.transcript_id = descent.held[descent.newest].id
    passage.first, passage.last = first, last


def forget(passage: Passage) -> None:
    """There is no doubt any more about where it was before."""
    passage.was_transcript_id = passage.was_first = passage.was_last = None


def _doubt(place: Place, left: set[int], descent: Descent) -> Doubt | None:
    if not left:
        return Doubt.GONE
    children, origins = descent.children(place.revision), descent.origins(place.revision)
    if any(line not in children for line in place.lines):
        return Doubt.SHORTER
    if any(origins[line] - place.lines for line in left) or left - descent.standing(place):
        return Doubt.WIDER
    was = words(descent.lines(place.revision)[place.first : place.last + 1])
    now = words(descent.lines(descent.newest)[min(left) : max(left) + 1])
    return Doubt.REWRITTEN if likeness(was, now) < ALIKE else None


def words(lines: Iterable[Edited]) -> list[str]:
    """The words of some lines."""
    return [word for line in lines for word in line.text.split()]


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How much two texts have in common, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@dataclass(frozen=True, slots=True)
class Look:
    """A passage that somebody must look at: its words before the doubt arose and now, and what hangs on it.

    ``now_first`` and ``now_last`` are None where none of its lines is left.
    """

    identifier: str
    version: int
    doubt: str
    title: str
    was_revision: int
    was_first: int
    was_last: int
    was: tuple[Edited, ...]
    now_first: int | None
    now_last: int | None
    now: tuple[Edited, ...]
    claims: tuple[tuple[str, str], ...]  # (text, stance)
    tags: tuple[str, ...]
    withheld: tuple[str, ...]  # the reasons for which it is withheld now


def doubtful(testimony_id: str) -> int:
    """How many passages need a look."""
    testimony = linking.find(testimony_id)
    held = select(func.count()).select_from(Passage).where(Passage.testimony_id == testimony.id)
    return session().scalar(held.where(Passage.doubt.is_not(None))) or 0


def needs_look(testimony_id: str) -> list[Look]:
    """The passages of a testimony that need a look, in the order of their lines. Raises NotFound."""
    testimony = linking.find(testimony_id)
    original = revisions.original(testimony)
    passages = [p for p in testimony.passages if p.doubt]
    if original is None or not passages:
        return []
    descent = Descent(revisions.chain(original))
    looks = [_look(p, p.doubt, testimony, descent) for p in passages if p.doubt and p.transcript_id]
    return sorted(looks, key=lambda look: (look.was_first, look.was_last))


def _look(passage: Passage, doubt: Doubt, testimony: Testimony, descent: Descent) -> Look:
    was, now = origin_of(passage, descent), place_of(passage, descent)
    stands = now.revision == descent.newest
    moment = clock.now()
    return Look(
        identifier=passage.identifier,
        version=passage.version,
        doubt=doubt.value,
        title=passage.title,
        was_revision=was.revision,
        was_first=was.first,
        was_last=was.last,
        was=tuple(descent.lines(was.revision)[was.first : was.last + 1]),
        now_first=now.first if stands else None,
        now_last=now.last if stands else None,
        now=tuple(descent.lines(now.revision)[now.first : now.last + 1]) if stands else (),
        claims=tuple((e.claim.text, e.stance.value) for e in passage.evidence),
        tags=tuple(t.term.label for t in testimony.taggings if t.passage_id == passage.id),
        withheld=tuple(r.reason.value for r in passage.redactions if r.is_in_force(moment)),
    )


def settle_doubt(
    passage_id: str,
    answer: str,
    actor: Actor,
    *,
    version: int,
    first: int | None = None,
    last: int | None = None,
) -> Testimony:
    """Say of a passage in doubt that it is right as it stands, move it to other lines, or remove it.

    With a passage goes what hangs on it. What is withheld can be made wider here, never narrower.
    Raises NotFound, Conflict when somebody was quicker, and Invalid.
    """
    require(actor, Action.TRANSCRIBE)
    passage = session().scalar(select(Passage).filter_by(identifier=passage_id))
    if passage is None:
        raise NotFound("There is no such passage.")
    if settling.locked(passage) != version or passage.doubt is None:
        raise Conflict("Somebody else has looked at this passage already, or it has changed since.")
    if answer not in (RIGHT, MOVE, REMOVE):
        raise Invalid("Say whether the passage is right, stands elsewhere or is to be removed.")
    testimony, doubt, before = passage.testimony, passage.doubt, [passage.first, passage.last]
    hanging: dict[str, Any] = {
        "title": passage.title,
        "claims": [e.claim.identifier for e in passage.evidence],
        "tags": [t.term.identifier for t in testimony.taggings if t.passage_id == passage.id],
    }
    if answer == MOVE:
        _move(passage, first, last)
    if answer == REMOVE:
        _remove(passage)
    else:
        passage.doubt = None
        if not passage.redactions:  # else the old place is kept: words restored there are withheld again
            forget(passage)
    after = [passage.first, passage.last] if answer != REMOVE else []
    auditing.note(
        actor,
        "passage.settle",
        f"passage:{passage_id}",
        testimony=testimony.identifier,
        answer=answer,
        doubt=doubt.value,
        before=before,
        after=after,
        **hanging,
    )
    publishing.publish(testimony)
    return testimony


def _move(passage: Passage, first: int | None, last: int | None) -> None:
    original = revisions.original(passage.testimony)
    lines = revisions.lines(original) if original else []
    if original is None or first is None or last is None or not 0 <= first <= last < len(lines):
        raise Invalid(f"Lines {first} to {last} are not in the transcript.")
    if _is_withheld(passage) and passage.transcript_id == original.id:
        stands = passage.first is not None and passage.last is not None
        if not (stands and first <= (passage.first or 0) and (passage.last or 0) <= last):
            raise Invalid("What is withheld can be made wider here, not narrower. Lift it first.")
    passage.transcript_id, passage.first, passage.last = original.id, first, last
    passage.start_ms, passage.end_ms = lines[first].start_ms, lines[last].end_ms


def _remove(passage: Passage) -> None:
    if _is_withheld(passage):
        raise Invalid("Something is withheld here. Lift it first.")
    testimony = passage.testimony
    for tagging in session().scalars(select(Tagging).filter_by(passage_id=passage.id)):
        testimony.taggings.remove(tagging)
    testimony.passages.remove(passage)
    session().flush()


def _is_withheld(passage: Passage) -> bool:
    moment = clock.now()
    return any(redaction.is_in_force(moment) for redaction in passage.redactions)
