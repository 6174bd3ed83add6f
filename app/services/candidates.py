"""Go through the holdings for a claim: passages that may bear on it, one after the other."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.db import session
from app.errors import NotFound
from app.models import Audience, Claim, Dismissal, Evidence, Passage, Testimony
from app.pages import PassageHit, Summary
from app.policy import Action, Actor, require
from app.records import Line
from app.services import auditing, bringing, linking, reading

AROUND = 3  # lines shown before and after a passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may bear on a claim, with the lines around it."""

    testimony: Summary
    first: int
    last: int
    lines: tuple[Line, ...]  # with those before and after
    hit: PassageHit


@dataclass(frozen=True, slots=True)
class Round:
    """Where somebody stands who goes through the passages of one search."""

    words: str
    candidate: Candidate | None
    looked_at: int  # passages tied to the claim or found not to be about it, in all
    left: int  # for this search
    skipped: int
    message: str = ""


def look(claim_id: str, words: str, skip: int = 0) -> Round:
    """The next passage for a claim that is neither tied to it nor dismissed. Raises NotFound, Invalid.

    ``skip`` passages are left for later.
    """
    claim = linking.claimed(claim_id)
    asked = words.strip() or bringing.default_words(claim)
    hits, message = bringing.ranked(claim, asked)
    taken = _taken(claim)
    left: list[tuple[PassageHit, Summary]] = []
    seen: set[tuple[str, int, int]] = set()
    for hit, testimony in hits:
        key = (testimony.identifier, hit.first, hit.last)
        # A description has no lines; of a translation that goes its own way the lines are others.
        if hit.last < 0 or key in seen or _is_taken(key, taken) or not _follows(hit, testimony):
            continue
        seen.add(key)
        left.append((hit, testimony))
    skipped = min(skip, len(left))
    candidate = _candidate(*left[skipped]) if skipped < len(left) else None
    return Round(asked, candidate, looked_at(claim), len(left), skipped, message)


def looked_at(claim: Claim) -> int:
    """How many passages somebody has looked at for this claim."""
    return sum(
        session().scalar(select(func.count()).select_from(noun).where(noun.claim_id == claim.id)) or 0
        for noun in (Evidence, Dismissal)
    )


def dismiss(claim_id: str, testimony_id: str, first: int, last: int, actor: Actor) -> str:
    """Say that these lines are not about the claim: they are not offered again. Returns the passage."""
    require(actor, Action.LINK)
    claim, testimony = linking.claimed(claim_id), linking.find(testimony_id)
    passage = linking.pick(testimony, first, last)
    held = session().scalar(select(Dismissal).filter_by(claim_id=claim.id, passage_id=passage.id))
    if held is None:
        who = actor.identifier or actor.name
        session().add(Dismissal(claim_id=claim.id, passage_id=passage.id, read_by=who))
        session().flush()
        auditing.note(
            actor,
            "passage.dismiss",
            f"passage:{passage.identifier}",
            testimony=testimony.identifier,
            lines=[first, last],
            claim=claim.identifier,
        )
    return passage.identifier


def recall(claim_id: str, passage_id: str, actor: Actor) -> None:
    """Undo a dismissal: the passage is offered again. Raises NotFound."""
    require(actor, Action.LINK)
    claim = linking.claimed(claim_id)
    held = session().scalar(
        select(Dismissal)
        .join(Passage, Passage.id == Dismissal.passage_id)
        .where(Dismissal.claim_id == claim.id, Passage.identifier == passage_id)
    )
    if held is None:
        raise NotFound("There is nothing to undo.")
    passage = held.passage
    session().delete(held)
    session().flush()
    auditing.note(
        actor,
        "passage.recall",
        f"passage:{passage.identifier}",
        testimony=passage.testimony.identifier,
        lines=[passage.first, passage.last],
        claim=claim.identifier,
    )


def _taken(claim: Claim) -> dict[str, list[tuple[int, int]]]:
    """The lines of each testimony that are tied to the claim or dismissed."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for noun in (Evidence, Dismissal):
        rows = session().execute(
            select(Testimony.identifier, Passage.first, Passage.last)
            .join(Passage, Passage.testimony_id == Testimony.id)
            .join(noun, noun.passage_id == Passage.id)
            .where(noun.claim_id == claim.id, Passage.first.is_not(None))
        )
        for identifier, first, last in rows:
            taken.setdefault(identifier, []).append((first or 0, last or 0))
    return taken


def _is_taken(key: tuple[str, int, int], taken: dict[str, list[tuple[int, int]]]) -> bool:
    identifier, first, last = key
    return any(begins <= last and first <= ends for begins, ends in taken.get(identifier, ()))


def _follows(hit: PassageHit, testimony: Summary) -> bool:
    """Whether the lines found are those of the original, or of a translation that follows it line by line."""
    if hit.language == testimony.language:
        return True
    edition = reading.find(testimony.identifier, Audience.STAFF)
    return hit.language in reading.translations(edition, hit.first, hit.last)


def _candidate(hit: PassageHit, testimony: Summary) -> Candidate:
    edition = reading.find(testimony.identifier, Audience.STAFF)
    lines = reading.stretch(edition.id, max(0, hit.first - AROUND), hit.last + AROUND)
    return Candidate(testimony, hit.first, hit.last, lines, hit)
