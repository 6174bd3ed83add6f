"""Say what a testimony, or a passage of it, is about: a term is applied to it, and can be taken off again."""

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Tagging, Term
from app.policy import Action, Actor, require
from app.services import auditing, completing, identifying, linking, publishing

DEFAULT = "subjects"  # the vocabulary that terms made while tagging belong to
LONGEST = 200  # characters of a term that is made while tagging


def tag(
    testimony_id: str,
    term: str,
    actor: Actor,
    *,
    first: int | None = None,
    last: int | None = None,
) -> Tagging:
    """Apply the term of this identifier to lines ``first`` to ``last``, or to the testimony as a whole.

    Raises NotFound for the testimony or the term, Invalid for lines that are not there, and Conflict
    when it has this tag already.
    """
    require(actor, Action.DESCRIBE)
    testimony = linking.find(testimony_id)
    held = session().scalar(select(Term).filter_by(identifier=term))
    if held is None:
        raise NotFound(f"There is no term {term}.")
    used = held.in_use
    passage = None if first is None else linking.pick(testimony, first, first if last is None else last)
    if any(one.term.in_use is used and one.passage is passage for one in testimony.taggings):
        raise Conflict(f"It is tagged with {used.label} already; nothing was changed.")
    tagging = Tagging(term=used, passage=passage, made_by=actor.identifier)
    testimony.taggings.append(tagging)
    session().flush()
    auditing.note(
        actor,
        "testimony.tag",
        f"testimony:{testimony.identifier}",
        testimony=testimony.identifier,
        term=used.label,
        term_id=used.identifier,
        lines=[passage.first, passage.last] if passage else None,
    )
    publishing.publish(testimony)
    return tagging


def tag_with(
    testimony_id: str,
    value: str,
    words: str,
    actor: Actor,
    *,
    make: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> str:
    """Tag with the term chosen, or with the one that the words mean; with ``make`` it is made when it is new.

    Returns its label. Raises as ``tag`` does, and Invalid when the words mean no term, or several.
    """
    require(actor, Action.DESCRIBE)
    if make and not value:
        value = made(words, actor)
    chosen = completing.settle("terms", value, words)
    return tag(testimony_id, chosen, actor, first=first, last=last).term.label


def made(words: str, actor: Actor) -> str:
    """The identifier of the term of these words in the default vocabulary, made when it is new."""
    require(actor, Action.DESCRIBE)
    label = " ".join(words.split())
    if not label or len(label) > LONGEST:
        raise Invalid(f"A term has a label of 1 to {LONGEST} characters.")
    known = session().scalar(select(Term.id).filter_by(label=label).limit(1))
    term = identifying.term(DEFAULT, label)
    if known is None:
        auditing.note(actor, "term.new", f"term:{term.identifier}", vocabulary=DEFAULT, label=label)
    return term.identifier


def untag(testimony_id: str, tagging: int, actor: Actor) -> str:
    """Take a tag off; returns what it was called. Raises NotFound."""
    require(actor, Action.DESCRIBE)
    testimony = linking.find(testimony_id)
    held = next((one for one in testimony.taggings if one.id == tagging), None)
    if held is None:
        raise NotFound("There is no such tag.")
    term, passage = held.term.in_use, held.passage
    # The same tag may stand here twice, once under a term that was merged: both go.
    for one in [t for t in testimony.taggings if t.term.in_use is term and t.passage is passage]:
        testimony.taggings.remove(one)
    auditing.note(
        actor,
        "testimony.untag",
        f"testimony:{testimony.identifier}",
        testimony=testimony.identifier,
        term=term.label,
        term_id=term.identifier,
        lines=[passage.first, passage.last] if passage else None,
    )
    publishing.publish(testimony)
    return term.label


def tags(testimony_id: str) -> list[Tagging]:
    """The tags of a testimony: of the whole first, then by line; each once. Raises NotFound."""
    testimony = linking.find(testimony_id)
    once = {(one.term.in_use.id, one.passage_id): one for one in testimony.taggings}
    return sorted(
        once.values(),
        key=lambda one: (
            (one.passage.first, one.passage.last) if one.passage else (-1, -1),
            one.term.in_use.label.casefold(),
        ),
    )
