"""Make questions, the claims that answer them, and the sources that assert them; and change them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.dates import from_words
from app.db import session
from app.errors import Invalid, NotFound
from app.models import Claim, Dismissal, Event, Evidence, Place, PlaceName, Question, Source
from app.policy import Action, Actor, require
from app.search.folding import fold
from app.services import auditing, figuring, linking, publishing, settling

LONGEST = 4000  # characters of a claim, a question or a note
PER_PAGE = 20  # questions on a page


def make_question(
    text: str, actor: Actor, *, event: str = "", unit: str = "", is_published: bool = False
) -> Question:
    """Keep a new question in dispute. ``event`` is an identifier or a title. Raises Invalid."""
    require(actor, Action.LINK)
    made = Question(
        text=_said(text),
        unit=unit.strip(),
        event_id=found.id if (found := _event(event)) else None,
        is_published=is_published,
    )
    _add(made, actor, text=made.text, event=event, is_published=is_published)
    return made


def make_source(
    title: str,
    actor: Actor,
    *,
    kind: str = "",
    date: str = "",
    asserted_by: str = "",
    url: str = "",
    is_published: bool = False,
) -> Source:
    """Keep a new source. Its date is written in words. Raises Invalid without a title."""
    require(actor, Action.LINK)
    if url and not url.startswith(("https://", "http://")):
        raise Invalid("The address of a source begins with https:// or http://.")
    made = Source(
        title=_said(title),
        kind=kind.strip(),
        date=from_words(date),
        asserted_by=asserted_by.strip(),
        url=url.strip(),
        is_published=is_published,
    )
    _add(made, actor, title=made.title, is_published=is_published)
    return made


def make_claim(
    question_id: str,
    text: str,
    actor: Actor,
    *,
    source: str = "",
    attributed_to: str = "",
    note: str = "",
    is_published: bool = False,
    **more: str,
) -> Claim:
    """Keep a new claim as it was asserted. ``source`` is an identifier or a title; ``more`` are its figure
    and time (figuring.FIELDS), the name of the ``place``, and what it puts ``earlier`` and ``later``.

    Raises NotFound for the question; Invalid for a claim without words, an unknown source or place, what
    is no number or date, and half an order.
    """
    require(actor, Action.LINK)
    question = asked(question_id)
    _may_be_seen(question, is_published)
    figure, happened = figuring.given(more, question.unit)
    place = _place(more.get("place", ""))
    made = Claim(
        question=question,
        text=_said(text),
        source_id=found.id if (found := _source(source)) else None,
        attributed_to=attributed_to.strip(),
        figure=figure,
        happened=happened,
        place_id=place.id if place else None,
        earlier=more.get("earlier", "").strip(),
        later=more.get("later", "").strip(),
        note=note.strip(),
        is_published=is_published,
    )
    _in_order(made)
    _add(made, actor, text=made.text, question=question.identifier, is_published=is_published)
    return made


def change_claim(
    claim_id: str,
    wanted: Mapping[str, str],
    read: int,
    actor: Actor,
    before: Mapping[str, str] | None = None,
) -> Claim:
    """Change what ``fields`` holds of a claim: ``source`` by its title, ``place`` by its name, "1" or "" for
    whether readers see it. Raises NotFound, Invalid and settling.Differs."""
    require(actor, Action.LINK)
    claim = linking.claimed(claim_id)
    version = settling.locked(claim)
    held = fields(claim)
    changed = settling.settle(held, version, read, {k: v.strip() for k, v in wanted.items()}, before)
    if not changed:
        return claim
    _set(claim, changed)
    session().flush()
    auditing.note(
        actor,
        "claim.change",
        f"claim:{claim.identifier}",
        before={name: held[name] for name in changed},
        after=changed,
    )
    _republish([claim])
    return claim


def change_question(
    question_id: str,
    wanted: Mapping[str, str],
    read: int,
    actor: Actor,
    before: Mapping[str, str] | None = None,
) -> Question:
    """Change a question's ``text``, ``unit``, or whether readers see it. Raises as ``change_claim``."""
    require(actor, Action.LINK)
    question = asked(question_id)
    version = settling.locked(question)
    held = {"text": question.text, "unit": question.unit, "is_published": _flag(question.is_published)}
    changed = settling.settle(held, version, read, {k: v.strip() for k, v in wanted.items()}, before)
    if changed:
        for name, value in changed.items():
            said = bool(value) if name == "is_published" else _said(value) if name == "text" else value
            setattr(question, name, said)
        session().flush()
        auditing.note(
            actor,
            "question.change",
            f"question:{question.identifier}",
            before={name: held[name] for name in changed},
            after=changed,
        )
        if "is_published" in changed:
            _republish(question.claims)
    return question


def fields(claim: Claim) -> dict[str, str]:
    """What can be changed of a claim, in words."""
    return {
        "text": claim.text,
        "attributed_to": claim.attributed_to,
        "note": claim.note,
        "source": claim.source.title if claim.source else "",
        "place": claim.place.in_use.name if claim.place else "",
        "earlier": claim.earlier,
        "later": claim.later,
        **figuring.fields(claim.figure, claim.happened),
        "is_published": _flag(claim.is_published),
    }


def asked(question_id: str) -> Question:
    """The question of this identifier. Raises NotFound."""
    question = session().scalar(select(Question).filter_by(identifier=question_id))
    if question is None:
        raise NotFound(f"There is no question {question_id}.")
    return question


def questions(words: str = "", page: int = 1) -> tuple[list[Question], int]:
    """A page of the questions whose own words, or those of a claim or the event, have these; and how many."""
    asked_for = [fold(word) for word in words.split()]
    said: dict[int, list[str]] = {}
    rows = select(Question.id, Question.text, Event.title).outerjoin(Event, Event.id == Question.event_id)
    for number, text, title in session().execute(rows.order_by(Question.event_id, Question.id)):
        said[number] = [text, title or ""]
    if asked_for:
        for number, text in session().execute(select(Claim.question_id, Claim.text)):
            said[number].append(text)
    found = [number for number, texts in said.items() if _has(asked_for, " ".join(texts))]
    pages = max(1, -(-len(found) // PER_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("There is no such page.")
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    held = {q.id: q for q in session().scalars(select(Question).where(Question.id.in_(shown)))}
    return [held[number] for number in shown], pages


def _has(words: list[str], text: str) -> bool:
    """Whether each of these folded words begins a word of the text."""
    spoken = [fold(word.strip("“”«»\"'(),.:;!?")) for word in text.split()]
    return all(any(said.startswith(word) for said in spoken) for word in words)


def tallies(claims: list[Claim]) -> dict[int, tuple[int, int]]:
    """How many passages are tied to each claim, and how many were found not to be about it."""
    ids = [claim.id for claim in claims]
    tied, dismissed = (
        Counter(session().scalars(select(noun.claim_id).where(noun.claim_id.in_(ids))).all())
        for noun in (Evidence, Dismissal)
    )
    return {number: (tied[number], dismissed[number]) for number in ids}


def _set(claim: Claim, changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        if name == "source":
            claim.source_id = found.id if (found := _source(value)) else None
            session().expire(claim, ["source"])
        elif name == "place":
            place = _place(value)
            claim.place_id = place.id if place else None
            session().expire(claim, ["place"])
        elif name == "is_published":
            _may_be_seen(claim.question, bool(value))
            claim.is_published = bool(value)
        elif name not in figuring.FIELDS:
            setattr(claim, name, _said(value) if name == "text" else value)
    claim.figure = figuring.changed_figure(claim.figure, changed, claim.question.unit)
    claim.happened = figuring.changed_time(claim.happened, changed)
    _in_order(claim)


def _republish(claims: Iterable[Claim]) -> None:
    """Every testimony with a passage tied to one of these claims shows its words as they now are."""
    for testimony in dict.fromkeys(e.passage.testimony for claim in claims for e in claim.evidence):
        publishing.publish(testimony)


def _add(thing: Question | Claim | Source, actor: Actor, **details: Any) -> None:
    session().add(thing)
    session().flush()
    noun = type(thing).__name__.lower()
    auditing.note(actor, f"{noun}.make", f"{noun}:{thing.identifier}", **details)


def _event(words: str) -> Event | None:
    if not words.strip():
        return None
    known = (Event.identifier == words.strip()) | (Event.title == words.strip())
    if found := session().scalars(select(Event).where(known).limit(1)).first():
        return found
    raise Invalid(f"There is no event {words.strip()}; make it first.")


def _source(words: str) -> Source | None:
    if not words.strip():
        return None
    known = (Source.identifier == words.strip()) | (Source.title == words.strip())
    if found := session().scalars(select(Source).where(known).limit(1)).first():
        return found
    raise Invalid(f"There is no source {words.strip()}; make it first.")


def _place(words: str) -> Place | None:
    if not words.strip():
        return None
    known = (Place.identifier == words.strip()) | (Place.name == words.strip())
    named = select(Place).outerjoin(PlaceName).where(known | (PlaceName.form == words.strip()))
    if found := session().scalars(named.order_by(Place.id).limit(1)).first():
        return found.in_use
    raise Invalid(f"There is no place {words.strip()}; make it first.")


def _in_order(claim: Claim) -> None:
    if bool(claim.earlier) != bool(claim.later):
        raise Invalid("Say both what came first and what came after it, or neither.")


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid("There are no words yet: write what it says.")
    if len(said) > LONGEST:
        raise Invalid(f"This is {len(said)} characters long; at most {LONGEST} can be kept here.")
    return said


def _may_be_seen(question: Question, is_published: bool) -> None:
    if is_published and not question.is_published:
        raise Invalid("Readers do not see the question of this claim yet; show the question first.")


def _flag(value: bool) -> str:
    return "1" if value else ""
