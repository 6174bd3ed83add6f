"""Vocabularies: which there are, a new one, and their terms written out as they came."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.formats import skos_csv, skos_writing
from app.formats.skos_shape import LABELS, RELATIONS, Concept, Loose, Said
from app.models import Statement, Term, TermLabel, Vocabulary
from app.policy import Action, Actor, require
from app.services import auditing, stating
from app.services.stating import OWN_SCHEME, OWN_TERM

FORMATS = {"turtle": "ttl", "rdfxml": "rdf", "jsonld": "jsonld", "csv": "csv"}
_PREDICATES = {kind: predicate for predicate, kind in (LABELS | RELATIONS).items()}


def export(vocabulary: Vocabulary, kind: str) -> Iterator[str]:
    """The vocabulary's file, piece by piece, within this session. Raises Invalid for what cannot be written.

    ``kind`` is turtle, rdfxml, jsonld or csv. The table of CSV holds only what its columns hold.
    """
    if kind not in FORMATS:
        raise Invalid(f"{kind!r} is no format; it can be {', '.join(FORMATS)}.")
    if kind == "csv":
        return skos_csv.dump(concepts(vocabulary), _columns(vocabulary))
    nameless = [one for one, _ in predicates(vocabulary) if not skos_writing.has_name(one)]
    if kind == "rdfxml" and nameless:
        raise Invalid(f"RDF/XML cannot write the predicate {nameless[0]}. Choose another format.")
    return skos_writing.WRITERS[kind](skos_writing.subjects(concepts(vocabulary), others(vocabulary)))


def _columns(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    pairs = [(_PREDICATES[kind], language) for kind, language in languages(vocabulary)]
    pairs += [(predicate, "") for predicate in RELATIONS]
    return skos_csv.columns_of([*pairs, *predicates(vocabulary)])


def find(name: str) -> Vocabulary:
    """The vocabulary of this identifier or name. Raises NotFound."""
    held = session().scalar(select(Vocabulary).filter_by(identifier=name)) or session().scalar(
        select(Vocabulary).filter_by(name=name)
    )
    if held is None:
        raise NotFound(f"There is no vocabulary {name}.")
    return held


def listed() -> list[tuple[Vocabulary, int]]:
    """Every vocabulary by name, and how many terms it has."""
    rows = session().execute(
        select(Vocabulary, func.count(Term.id))
        .outerjoin(Term, Term.vocabulary_id == Vocabulary.id)
        .group_by(Vocabulary.id)
        .order_by(func.lower(Vocabulary.name))
    )
    return [(vocabulary, count) for vocabulary, count in rows]


def new(name: str, language: str, actor: Actor) -> Vocabulary:
    """An empty vocabulary. Raises Invalid without a name, Conflict when the name is taken."""
    require(actor, Action.VOCABULARIES)
    called = " ".join(name.split())[:200]
    if not called:
        raise Invalid("A vocabulary must have a name.")
    if session().scalar(select(Vocabulary.id).filter_by(name=called)):
        raise Conflict(f"Another vocabulary is called {called} already. Give this one another name.")
    made = Vocabulary(name=called, language=language.strip())
    session().add(made)
    session().flush()
    auditing.note(
        actor, "vocabulary.new", f"vocabulary:{made.identifier}", name=called, language=made.language
    )
    return made


def concepts(vocabulary: Vocabulary) -> Iterator[Concept]:
    """The terms of a vocabulary as they are written to a file, one after another."""
    after = 0
    while True:
        numbers = list(
            session().scalars(
                select(Term.id)
                .where(Term.vocabulary_id == vocabulary.id, Term.id > after)
                .order_by(Term.id)
                .limit(500)
            )
        )
        if not numbers:
            return
        yield from stating.written(numbers, vocabulary.uri or OWN_SCHEME + vocabulary.identifier)
        after = numbers[-1]


def others(vocabulary: Vocabulary) -> Iterator[Loose]:
    """What else the vocabulary's file says: the scheme, collections, blank nodes."""
    own = select(Term.id).where(Term.vocabulary_id == vocabulary.id, Term.uri == "").exists()
    any_ = select(Term.id).where(Term.vocabulary_id == vocabulary.id).exists()
    scheme = OWN_SCHEME + vocabulary.identifier
    if not vocabulary.uri and session().scalar(select(own | ~any_)):
        yield from (Loose(scheme, said) for said in stating.scheme(vocabulary.name))
    term = select(Term.id).where(Term.vocabulary_id == Statement.vocabulary_id, Term.uri == Statement.subject)
    rows = session().execute(
        select(Statement)
        .where(
            Statement.vocabulary_id == vocabulary.id,
            ~term.exists(),
            ~Statement.subject.startswith(OWN_TERM),
        )
        .order_by(Statement.subject, Statement.id)
        .execution_options(yield_per=2000)
    )
    for (row,) in rows:
        yield Loose(row.subject, Said(row.predicate, row.kind, row.value, row.language, row.datatype))


def predicates(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Which predicates its statements have, in which languages."""
    rows = session().execute(
        select(Statement.predicate, Statement.language).filter_by(vocabulary_id=vocabulary.id).distinct()
    )
    return [(predicate, language) for predicate, language in rows]


def languages(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Which kinds of label its terms have, in which languages."""
    rows = session().execute(
        select(TermLabel.kind, TermLabel.language)
        .join(Term, Term.id == TermLabel.term_id)
        .where(Term.vocabulary_id == vocabulary.id)
        .distinct()
    )
    return [(kind.value, language) for kind, language in rows]
