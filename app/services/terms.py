"""Terms looked at and edited in place: labels, notes, relations, and which stands for which."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import aliased

from app.db import begins_with, session
from app.errors import Conflict, Invalid, NotFound
from app.formats.skos_shape import SCOPE_NOTE
from app.models import (
    LabelKind,
    RelationKind,
    Statement,
    Tagging,
    Term,
    TermKey,
    TermLabel,
    TermRelation,
    Testimony,
    Vocabulary,
)
from app.policy import Action, Actor, require
from app.services import auditing, keying, settling, stating, vocabularies

ON_A_PAGE = 50
USES = 100  # testimonies named on a term's page
BETWEEN_NOTES = "---"
FIELDS = {
    "preferred": LabelKind.PREFERRED,
    "alternative": LabelKind.ALTERNATIVE,
    "hidden_labels": LabelKind.HIDDEN,
}
_TAGGED = re.compile(r"(?s)(.*?\S)\s*@([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)")


@dataclass(frozen=True, slots=True)
class TermsPage:
    """A page of a vocabulary's terms."""

    vocabulary: Vocabulary
    terms: list[Term]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class TermPage:
    """A term with all that hangs on it."""

    term: Term
    fields: dict[str, str]
    broader: list[Term]
    narrower: list[Term]
    related: list[Term]
    uses: list[tuple[str, str]]  # identifier and title of testimonies
    used: int


def find(identifier: str) -> Term:
    """The term of this identifier. Raises NotFound."""
    held = session().scalar(select(Term).filter_by(identifier=identifier))
    if held is None:
        raise NotFound(f"There is no term {identifier}.")
    return held


def listed(vocabulary_id: str, words: str, page: int, *, tops: bool) -> TermsPage:
    """Terms of a vocabulary by label: those found by ``words``, or the top ones, or all. Raises NotFound."""
    vocabulary = vocabularies.find(vocabulary_id)
    condition = Term.vocabulary_id == vocabulary.id
    looked_for = keying.looked_for(words)
    if looked_for:
        begins = begins_with(TermKey.key, looked_for[0])
        for beginning in looked_for[1:]:
            begins |= begins_with(TermKey.key, beginning)
        condition &= Term.id.in_(select(TermKey.term_id).where(begins))
    elif tops:
        condition &= _is_top()
    total = session().scalar(select(func.count()).select_from(Term).where(condition)) or 0
    pages = max(1, -(-total // ON_A_PAGE))
    page = min(max(page, 1), pages)
    found = session().scalars(
        select(Term)
        .where(condition)
        .order_by(Term.label, Term.id)
        .limit(ON_A_PAGE)
        .offset((page - 1) * ON_A_PAGE)
    )
    return TermsPage(vocabulary, list(found), total, page, pages)


def _is_top() -> ColumnElement[bool]:
    """Nothing is broader than it, and it was not merged."""
    up, down = aliased(TermRelation), aliased(TermRelation)
    return (
        ~select(up.id).where(up.term_id == Term.id, up.kind == RelationKind.BROADER).exists()
        & ~select(down.id).where(down.other_id == Term.id, down.kind == RelationKind.NARROWER).exists()
        & Term.merged_into_id.is_(None)
    )


def look_at(identifier: str) -> TermPage:
    """A term's page. Raises NotFound."""
    term = find(identifier)
    concerned = stating.standing_for([term.id])
    rows = (
        session()
        .execute(
            select(Testimony.identifier, Testimony.title)
            .join(Tagging, Tagging.testimony_id == Testimony.id)
            .where(Tagging.term_id.in_(concerned))
            .distinct()
            .order_by(Testimony.title)
        )
        .all()
    )
    return TermPage(
        term,
        fields(term),
        neighbours(term, RelationKind.BROADER),
        neighbours(term, RelationKind.NARROWER),
        neighbours(term, RelationKind.RELATED),
        list(rows[:USES]),
        len(rows),
    )


def neighbours(term: Term, kind: RelationKind) -> list[Term]:
    """The terms that are broader, narrower or related, whichever of the two it was stated of."""
    turned = _turned(kind)
    stated = select(TermRelation.other_id).where(TermRelation.term_id == term.id, TermRelation.kind == kind)
    by_them = select(TermRelation.term_id).where(
        TermRelation.other_id == term.id, TermRelation.kind == turned
    )
    query = select(Term).where(Term.id.in_(stated) | Term.id.in_(by_them)).order_by(Term.label, Term.id)
    return list(session().scalars(query.limit(500)))


def _turned(kind: RelationKind) -> RelationKind:
    """The same relation as the other term has it."""
    turned = {
        RelationKind.BROADER: RelationKind.NARROWER,
        RelationKind.NARROWER: RelationKind.BROADER,
    }
    return turned.get(kind, kind)


def fields(term: Term) -> dict[str, str]:
    """What can be edited, as the form shows it: a label on each line with its language, ``War @en``."""
    held = {
        name: "\n".join(_shown(one.label, one.language) for one in term.labels if one.kind is kind)
        for name, kind in FIELDS.items()
    }
    if not held["preferred"] and not term.uri:
        held["preferred"] = term.label
    notes = (_shown(one.value, one.language) for one in _notes(term))
    return held | {"scope_note": f"\n{BETWEEN_NOTES}\n".join(notes)}


def _shown(text: str, language: str) -> str:
    return f"{text} @{language}" if language else text


def _notes(term: Term) -> Sequence[Statement]:
    return (
        session()
        .scalars(
            select(Statement)
            .filter_by(
                vocabulary_id=term.vocabulary_id,
                subject=stating.address(term),
                predicate=SCOPE_NOTE,
                kind="literal",
            )
            .order_by(Statement.id)
        )
        .all()
    )


def new(vocabulary_id: str, written: Mapping[str, str], actor: Actor) -> Term:
    """A new term. Raises NotFound for the vocabulary, Invalid without a preferred label."""
    require(actor, Action.VOCABULARIES)
    vocabulary = vocabularies.find(vocabulary_id)
    labels = _read_labels({name: written.get(name, "") for name in FIELDS})
    term = Term(vocabulary=vocabulary, label=_main(labels, vocabulary.language))
    term.labels = labels
    session().add(term)
    session().flush()
    _write_notes(term, written.get("scope_note", ""))
    keying.renew([term.id])
    auditing.note(
        actor,
        "term.new",
        f"term:{term.identifier}",
        vocabulary=vocabulary.name,
        label=term.label,
        after=fields(term),
    )
    return term


def change(
    identifier: str,
    version: int,
    wanted: Mapping[str, str],
    before: Mapping[str, str] | None,
    actor: Actor,
) -> Term:
    """Change labels and notes. Raises NotFound, Invalid, and Differs when somebody else changed the same."""
    require(actor, Action.VOCABULARIES)
    term = find(identifier)
    settling.locked(term)
    held = fields(term)
    written = {name: _even(value) for name, value in wanted.items()}
    seen = {name: _even(value) for name, value in before.items()} if before else None
    changed = settling.settle(
        {name: _even(value) for name, value in held.items()}, term.version, version, written, seen
    )
    if not changed:
        return term
    label = term.label
    kinds = {name: changed[name] for name in FIELDS if name in changed}
    if kinds:
        read = _read_labels({name: kinds.get(name, held[name]) for name in FIELDS}, set(kinds))
        kept = [one for one in term.labels if one.kind not in {FIELDS[name] for name in kinds}]
        term.labels = kept + [one for one in read if one.kind in {FIELDS[name] for name in kinds}]
        term.label = _main(term.labels, term.vocabulary.language) or label
    if "scope_note" in changed:
        _write_notes(term, changed["scope_note"])
    term.version += 1
    session().flush()
    keying.renew([term.id])
    auditing.note(
        actor,
        "term.change",
        f"term:{term.identifier}",
        vocabulary=term.vocabulary.name,
        label=term.label,
        before={name: held[name] for name in changed},
        after={name: written[name] for name in changed},
    )
    if term.label != label:
        stating.republish([term.id])
    return term


def _even(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def _read_labels(written: Mapping[str, str], changed: Iterable[str] = FIELDS) -> list[TermLabel]:
    """The labels of a form. Raises Invalid without a preferred one, and for two in one language."""
    found: list[TermLabel] = []
    for name, kind in FIELDS.items():
        lines = [line.strip() for line in written[name].splitlines() if line.strip()]
        for line in dict.fromkeys(lines):
            text, language = _parted(line)
            found.append(TermLabel(label=text, language=language, kind=kind))
    preferred = [one.language for one in found if one.kind is LabelKind.PREFERRED]
    if not preferred:
        raise Invalid("A term must have a preferred label.")
    twice = next((one for one in preferred if preferred.count(one) > 1), None)
    if twice is not None and "preferred" in set(changed):
        raise Invalid("There can be one preferred label in each language; the others are alternatives.")
    return found


def _parted(text: str) -> tuple[str, str]:
    found = _TAGGED.fullmatch(text.strip())
    return (found[1].strip(), found[2]) if found else (text.strip(), "")


def _main(labels: Iterable[TermLabel], language: str) -> str:
    ranked = sorted(
        (one for one in labels if one.kind is LabelKind.PREFERRED),
        key=lambda one: (one.language != language, one.language != "", one.language),
    )
    return ranked[0].label if ranked else ""


def _write_notes(term: Term, text: str) -> None:
    for one in _notes(term):
        session().delete(one)
    for part in re.split(rf"(?m)^\s*{BETWEEN_NOTES}\s*$", text.replace("\r\n", "\n")):
        if part.strip():
            note, language = _parted(part)
            session().add(
                Statement(
                    vocabulary_id=term.vocabulary_id,
                    subject=stating.address(term),
                    predicate=SCOPE_NOTE,
                    value=note,
                    kind="literal",
                    language=language,
                )
            )
    session().flush()


def relate(identifier: str, kind: str, other_id: str, actor: Actor) -> Term:
    """State that another term is broader, narrower or related. Raises NotFound, Invalid and Conflict."""
    require(actor, Action.VOCABULARIES)
    term, other = find(identifier), find(other_id)
    stated = _kind(kind)
    if term is other:
        raise Invalid("A term cannot be related to itself.")
    if other in neighbours(term, stated):
        raise Conflict("This is stated already.")
    if stated is not RelationKind.RELATED:
        upper, lower = (other, term) if stated is RelationKind.BROADER else (term, other)
        if _is_above(lower, upper):
            raise Invalid("This would lead in a circle: the one is above the other already.")
    term.relations.append(TermRelation(kind=stated, other=other))
    _note_relation("term.relate", term, stated, other, actor)
    return term


def _kind(kind: str) -> RelationKind:
    try:
        return RelationKind(kind)
    except ValueError:
        raise Invalid("A term is broader, narrower or related.") from None


def unrelate(identifier: str, kind: str, other_id: str, actor: Actor) -> Term:
    """Take a relation back, whichever of the two terms it was stated of. Raises NotFound."""
    require(actor, Action.VOCABULARIES)
    term, other = find(identifier), find(other_id)
    stated = _kind(kind)
    ends = (TermRelation.term_id, TermRelation.other_id, TermRelation.kind)
    rows = session().scalars(
        select(TermRelation).where(
            ((ends[0] == term.id) & (ends[1] == other.id) & (ends[2] == stated))
            | ((ends[0] == other.id) & (ends[1] == term.id) & (ends[2] == _turned(stated)))
        )
    )
    found = list(rows)
    if not found:
        raise NotFound("There is no such relation.")
    for one in found:
        session().delete(one)
    session().flush()
    session().expire(term, ["relations"])
    _note_relation("term.unrelate", term, stated, other, actor)
    return term


def _note_relation(action: str, term: Term, kind: RelationKind, other: Term, actor: Actor) -> None:
    session().flush()
    auditing.note(
        actor,
        action,
        f"term:{term.identifier}",
        label=term.label,
        relation=kind.value,
        other=other.label,
        other_id=other.identifier,
    )


def _is_above(upper: Term, lower: Term) -> bool:
    """Whether one term is broader than another, by however many steps."""
    seen: set[int] = set()
    waiting = [lower]
    while waiting:
        term = waiting.pop()
        if term.id == upper.id:
            return True
        if term.id not in seen:
            seen.add(term.id)
            waiting += neighbours(term, RelationKind.BROADER)
    return False


def merge(identifier: str, into_id: str, actor: Actor) -> Term:
    """Have another term stand for this one from now on. Nothing moves, and it can be undone.

    Raises NotFound, Conflict when it is merged already, and Invalid for what would lead in a circle.
    """
    require(actor, Action.VOCABULARIES)
    term, into = find(identifier), find(into_id)
    settling.locked(term)
    if term.merged_into:
        raise Conflict("This term is merged already; undo that first.")
    if into.in_use is term:
        raise Invalid("A term cannot be merged into itself, or into one that was merged into it.")
    term.merged_into = into
    session().flush()
    auditing.note(
        actor,
        "term.merge",
        f"term:{term.identifier}",
        label=term.label,
        into=into.label,
        into_id=into.identifier,
    )
    stating.republish([term.id])
    return term


def unmerge(identifier: str, actor: Actor) -> Term:
    """Undo a merging: the term stands for itself again. Raises NotFound, Conflict when it is not merged."""
    require(actor, Action.VOCABULARIES)
    term = find(identifier)
    settling.locked(term)
    into = term.merged_into
    if into is None:
        raise Conflict("This term is not merged.")
    term.merged_into = None
    session().flush()
    auditing.note(
        actor,
        "term.unmerge",
        f"term:{term.identifier}",
        label=term.label,
        into=into.label,
        into_id=into.identifier,
    )
    stating.republish([term.id])
    return term


def remove(identifier: str, actor: Actor) -> Vocabulary:
    """Delete a term that nothing uses. Raises NotFound, and Conflict when it is used."""
    require(actor, Action.VOCABULARIES)
    term = find(identifier)
    if session().scalar(select(Tagging.id).filter_by(term_id=term.id).limit(1)) or term.merged:
        raise Conflict("This term is in use and stays. Merge it into another instead.")
    vocabulary = term.vocabulary
    auditing.note(
        actor,
        "term.delete",
        f"term:{term.identifier}",
        vocabulary=vocabulary.name,
        label=term.label,
        uri=term.uri,
        before=fields(term),
    )
    here = Statement.vocabulary_id == vocabulary.id
    session().execute(delete(Statement).where(here, Statement.subject == stating.address(term)))
    session().execute(delete(TermKey).where(TermKey.term_id == term.id))
    session().execute(
        delete(TermRelation).where((TermRelation.term_id == term.id) | (TermRelation.other_id == term.id))
    )
    session().expire(term)
    session().delete(term)
    session().flush()
    return vocabulary
