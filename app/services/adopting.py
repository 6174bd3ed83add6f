"""A vocabulary's file comes in, a batch at a time: it adds and changes, and never drops a term."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.db import new_identifier, session
from app.errors import Conflict
from app.formats.skos_shape import CONCEPT, IN_SCHEME, TYPE, Concept, Loaded, Loose, Relation, Said
from app.models import RelationKind, Statement, Tagging, Term, TermKey, TermLabel, TermRelation, Vocabulary
from app.policy import Action, Actor, require
from app.services import auditing, keying, stating
from app.services.stating import OWN_SCHEME, OWN_TERM

TOLD = 20  # labels of terms named in a report


@dataclass
class Intake:
    """A vocabulary on its way in: which one it goes to, and what became of its terms so far."""

    vocabulary: int
    identifier: str
    name: str
    language: str
    scheme: str
    known: dict[str, int]  # the number of each term that is here, by its address
    by_label: dict[str, int]  # terms made here, by what they are called
    mark: str  # what the names of this file's blank nodes begin with
    seen: set[int] = field(default_factory=set)
    waiting: list[tuple[int, tuple[Relation, ...]]] = field(default_factory=list)
    relabelled: set[int] = field(default_factory=set)
    added: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0  # terms that are here and not in the file: they stay
    left_in_use: int = 0
    left_names: list[str] = field(default_factory=list)
    created: bool = False

    def report(self) -> dict[str, Any]:
        """The numbers, for the trail and for whoever waits."""
        counts = ("added", "changed", "same", "left", "left_in_use")
        return {name: getattr(self, name) for name in counts}


def begin(loaded: Loaded, file: str, actor: Actor, *, name: str = "") -> Intake:
    """Find the vocabulary that a file belongs to, or make it.

    It is the one of the same address, else the one of this name. Raises Conflict when the name is
    taken by another vocabulary.
    """
    require(actor, Action.VOCABULARIES)
    called = name.strip() or loaded.title or file.rpartition("/")[2].rpartition(".")[0] or file
    vocabulary = _same(loaded.scheme, name.strip(), called)
    created = vocabulary is None
    if vocabulary is None:
        vocabulary = Vocabulary(name=called[:200])
        session().add(vocabulary)
    vocabulary.uri = vocabulary.uri or loaded.scheme
    vocabulary.language = vocabulary.language or loaded.language
    session().flush()
    auditing.note(
        actor, "vocabulary.import", f"vocabulary:{vocabulary.identifier}", name=vocabulary.name, file=file
    )
    terms = session().execute(
        select(Term.id, Term.uri, Term.identifier, Term.label).where(Term.vocabulary_id == vocabulary.id)
    )
    known, by_label = {}, {}
    for number, uri, identifier, label in terms:
        known[uri or OWN_TERM + identifier] = number
        if not uri:
            by_label[label] = number
    intake = Intake(
        vocabulary.id,
        vocabulary.identifier,
        vocabulary.name,
        vocabulary.language,
        vocabulary.uri or OWN_SCHEME + vocabulary.identifier,
        known,
        by_label,
        f"_:{new_identifier()[:6]}",
        created=created,
    )
    _take_others(intake, loaded.others)
    return intake


def _same(scheme: str, name: str, called: str) -> Vocabulary | None:
    held = session().scalar(select(Vocabulary).filter_by(uri=scheme)) if scheme else None
    if scheme.startswith(OWN_SCHEME):
        held = held or session().scalar(
            select(Vocabulary).filter_by(identifier=scheme.removeprefix(OWN_SCHEME), uri="")
        )
    if held:
        if name and held.name != name:
            raise Conflict(f"This vocabulary is here already; it is called {held.name}.")
        return held
    held = session().scalar(select(Vocabulary).filter_by(name=called[:200]))
    if held and held.uri and held.uri != scheme:
        raise Conflict(f"Another vocabulary is called {held.name} already. Give this one another name.")
    return held


def _take_others(intake: Intake, others: Sequence[Loose]) -> None:
    subjects = sorted({one.subject for one in others if not one.subject.startswith("_:")})
    _forget_statements(intake, subjects)
    rows = [_statement(intake, one.subject, one.said) for one in others]
    for start in range(0, len(rows), 5000):
        session().execute(insert(Statement), rows[start : start + 5000])


def _statement(intake: Intake, subject: str, said: Said) -> dict[str, object]:
    blank = said.kind == "blank"
    return {
        "vocabulary_id": intake.vocabulary,
        "subject": intake.mark + subject[2:] if subject.startswith("_:") else subject,
        "predicate": said.predicate,
        "value": intake.mark + said.value[2:] if blank else said.value,
        "kind": said.kind,
        "language": said.language,
        "datatype": said.datatype,
    }


def take(intake: Intake, batch: Sequence[Concept], actor: Actor) -> None:
    """Add the terms of a batch, or bring those that are here up to what the file says of them."""
    fresh: list[Concept] = []
    known: dict[int, Concept] = {}
    for concept in batch:
        number = intake.known.get(concept.uri)
        if number is None:
            number = intake.by_label.pop(concept.main_label(intake.language), None)
        if number is None or number in intake.seen:
            fresh.append(concept)
        else:
            known[number] = concept
            intake.known[concept.uri] = number
            intake.seen.add(number)
    _add(intake, fresh)
    if known:
        _bring_up(intake, known, actor)


def _add(intake: Intake, concepts: Sequence[Concept]) -> None:
    if not concepts:
        return
    rows = [
        {
            "vocabulary_id": intake.vocabulary,
            "label": concept.main_label(intake.language),
            "uri": concept.uri,
            "identifier": new_identifier(),
        }
        for concept in concepts
    ]
    numbers: dict[str, int] = {
        uri: number for number, uri in session().execute(insert(Term).returning(Term.id, Term.uri), rows)
    }
    intake.known |= numbers
    intake.seen |= set(numbers.values())
    intake.added += len(concepts)
    _say(intake, {numbers[concept.uri]: concept for concept in concepts})


def _say(intake: Intake, held: dict[int, Concept]) -> None:
    """Labels, keys and statements of terms that have none; their relations wait until all terms are here."""
    labels = [
        {"term_id": number, "language": one.language, "label": one.text, "kind": one.kind}
        for number, concept in held.items()
        for one in concept.labels
    ]
    statements = [
        _statement(intake, concept.uri, said) for concept in held.values() for said in concept.statements
    ]
    if labels:
        session().execute(insert(TermLabel), labels)
    if statements:
        session().execute(insert(Statement), statements)
    keying.write(
        [
            *((number, one.language, one.text) for number, c in held.items() for one in c.labels),
            *((number, "", c.main_label(intake.language)) for number, c in held.items()),
        ]
    )
    intake.waiting += [(number, c.relations) for number, c in held.items() if c.relations]


def _bring_up(intake: Intake, known: dict[int, Concept], actor: Actor) -> None:
    own = {number: concept for number, concept in known.items() if concept.uri.startswith(OWN_TERM)}
    implied = {Said(TYPE, "uri", CONCEPT), Said(IN_SCHEME, "uri", intake.scheme)}
    for number, concept in own.items():  # what is said of every term made here is not kept with it
        kept = tuple(said for said in concept.statements if said not in implied)
        known[number] = Concept(concept.uri, concept.labels, concept.relations, kept)
    held = stating.held(list(known))
    changed: dict[int, Concept] = {}
    renamed: dict[int, Concept] = {}  # the same, but for what this file calls its blank nodes
    for number, concept in known.items():
        before = held[number]
        concept = known[number] = _without_merging(concept, before)
        if stating.same(before, concept):
            intake.same += 1
            if any(one.kind == "blank" for one in concept.statements):
                renamed[number] = concept
        else:
            changed[number] = concept
            if before.version > 1:  # somebody worked on it here: the trail keeps what they had made of it
                auditing.note(
                    actor,
                    "term.change",
                    f"term:{before.identifier}",
                    vocabulary=intake.name,
                    by="import",
                    before=[[one.kind, one.language, one.text] for one in before.labels],
                    after=[[one.kind, one.language, one.text] for one in concept.labels],
                )
    if changed:
        _replace(intake, changed, {number: held[number] for number in changed})
    if renamed:
        _forget_statements(intake, [held[number].address for number in renamed])
        session().execute(
            insert(Statement),
            [_statement(intake, c.uri, said) for c in renamed.values() for said in c.statements],
        )
    intake.changed += len(changed)


def _forget_statements(intake: Intake, subjects: list[str]) -> None:
    for start in range(0, len(subjects), 500):
        session().execute(
            delete(Statement).where(
                Statement.vocabulary_id == intake.vocabulary,
                Statement.subject.in_(subjects[start : start + 500]),
            )
        )


def _without_merging(concept: Concept, before: stating.Held) -> Concept:
    """Without what only says that the term was merged here, which is known."""
    said = set(stating.merging(before.merged_into)) if before.merged_into else set()
    kept = tuple(one for one in concept.statements if one not in said)
    return Concept(concept.uri, concept.labels, concept.relations, kept)


def _replace(intake: Intake, changed: dict[int, Concept], held: dict[int, stating.Held]) -> None:
    numbers = list(changed)
    subjects = [one.address for one in held.values()]
    session().execute(delete(TermLabel).where(TermLabel.term_id.in_(numbers)))
    session().execute(delete(TermKey).where(TermKey.term_id.in_(numbers)))
    session().execute(
        delete(Statement).where(Statement.vocabulary_id == intake.vocabulary, Statement.subject.in_(subjects))
    )
    here = select(Term.id).where(Term.vocabulary_id == intake.vocabulary, Term.uri != "")
    session().execute(  # relations to terms that were made here stay
        delete(TermRelation).where(TermRelation.term_id.in_(numbers), TermRelation.other_id.in_(here))
    )
    for number, concept in changed.items():
        label = concept.main_label(intake.language)
        if label != held[number].label:
            intake.relabelled.add(number)
        uri = "" if concept.uri.startswith(OWN_TERM) else concept.uri
        session().execute(
            update(Term)
            .where(Term.id == number)
            .values(label=label, uri=uri, version=Term.version + 1)
            .execution_options(synchronize_session=False)
        )
    _say(intake, changed)
    session().expire_all()


def relate(intake: Intake, count: int) -> int:
    """Write the next ``count`` terms' relations, once all terms are here. Returns how many there were."""
    part, intake.waiting = intake.waiting[:count], intake.waiting[count:]
    rows = {(number, one.kind, intake.known[one.other]) for number, relations in part for one in relations}
    numbers = [number for number, _ in part]
    there = set(
        session().execute(
            select(TermRelation.term_id, TermRelation.kind, TermRelation.other_id).where(
                TermRelation.term_id.in_(numbers)
            )
        )
    )
    fresh = [
        {"term_id": number, "kind": RelationKind(kind), "other_id": other}
        for number, kind, other in sorted(rows)
        if (number, RelationKind(kind), other) not in there
    ]
    if fresh:
        session().execute(insert(TermRelation), fresh)
    return len(part)


def finish(intake: Intake, actor: Actor) -> Intake:
    """Look at what is here and not in the file, forget what nothing speaks of, and note what was done."""
    left = set(session().scalars(select(Term.id).where(Term.vocabulary_id == intake.vocabulary)))
    left -= intake.seen
    used = set(session().scalars(select(Tagging.term_id).distinct())) & left
    intake.left, intake.left_in_use = len(left), len(used)
    first = sorted(used or left)[:TOLD]
    intake.left_names = list(session().scalars(select(Term.label).where(Term.id.in_(first))))
    _forget_blanks(intake)
    stating.republish(intake.relabelled)
    auditing.note(
        actor,
        "vocabulary.imported",
        f"vocabulary:{intake.identifier}",
        name=intake.name,
        **intake.report(),
        left_names=intake.left_names,
    )
    return intake


def _forget_blanks(intake: Intake) -> None:
    """Blank nodes of earlier files that nothing leads to any more."""
    rows = session().execute(
        select(Statement.subject, Statement.value, Statement.kind).where(
            Statement.vocabulary_id == intake.vocabulary,
            (Statement.kind == "blank") | Statement.subject.startswith("_:"),
        )
    )
    leads: dict[str, set[str]] = {}
    blanks: set[str] = set()
    for subject, value, kind in rows:
        leads.setdefault(subject, set()).update({value} if kind == "blank" else ())
        blanks |= {subject} if subject.startswith("_:") else set()
    reached: set[str] = set()
    waiting = [s for s in leads if not s.startswith("_:") or s.startswith(intake.mark)]
    while waiting:
        subject = waiting.pop()
        if subject not in reached:
            reached.add(subject)
            waiting += leads.get(subject, ())
    _forget_statements(intake, sorted(blanks - reached))
