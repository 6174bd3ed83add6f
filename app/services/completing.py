"""While somebody types: the terms, people, places, events, claims and testimonies that it may become."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, union_all

from app.db import begins_with, session
from app.errors import Invalid
from app.models import LabelKind, RelationKind, Tagging, Term, TermKey, TermLabel, TermRelation
from app.services import keying, known_names

MOST = 12  # suggestions shown
LOOKED_AT = 60  # keys that are ranked; more begin so only where one or two letters were typed
HIGHEST = 2  # broader terms that a hint names


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be meant: an identifier, what it is called, and a word more to tell it from others."""

    value: str
    label: str
    hint: str = ""


def suggest(kind: str, words: str, *, vocabulary: int | None = None) -> list[Suggestion]:
    """The best suggestions for what was typed so far. Raises Invalid for an unknown kind."""
    if kind == "terms":
        return _terms(words, vocabulary)
    return [Suggestion(*row) for row in known_names.suggest(kind, words, MOST)]


def settle(kind: str, value: str, words: str) -> str:
    """The identifier meant by a form: the value chosen, else the one thing that the words can mean.

    Raises Invalid with what was found, when that is nothing or several.
    """
    if value.strip():
        return value.strip()
    if not words.strip():
        raise Invalid("Type what is meant first.")
    found = suggest(kind, words)
    wanted = keying.folded(words)
    exact = [one for one in found if wanted in (keying.folded(one.label), keying.folded(one.hint))]
    if len(exact) == 1 or (found and len(found) == 1):
        return (exact or found)[0].value
    if not found:
        raise Invalid(f"Nothing is called {words.strip()[:80]!r}.")
    names = "; ".join(f"{one.label} ({one.hint})" if one.hint else one.label for one in found[:6])
    raise Invalid(f"Several could be meant by {words.strip()[:80]!r}: {names}.")


def _terms(words: str, vocabulary: int | None) -> list[Suggestion]:
    looked_for = keying.looked_for(words)
    numbers = _found(looked_for)
    if not numbers:
        return []
    columns = select(Term.id, Term.identifier, Term.label, Term.merged_into_id, Term.vocabulary_id)
    terms = {row.id: row for row in session().execute(columns.where(Term.id.in_(numbers)))}
    stands = _in_use(terms, columns)
    labels = _labels(numbers)
    uses = _uses({row.id for row in stands.values()})
    ranked = []
    for number in terms:
        row = stands[number]
        if vocabulary is not None and row.vocabulary_id != vocabulary:
            continue
        rank, matched = min(_ranks(looked_for, [*labels.get(number, ()), (None, terms[number].label)]))
        ranked.append((rank, -uses.get(row.id, 0), row.label, row.id, matched))
    ranked.sort()
    best: dict[int, str] = {}
    for _, _, _, number, matched in ranked:
        if len(best) < MOST or number in best:
            best.setdefault(number, matched)
    shown = {row.id: row for row in stands.values()}
    paths = _paths([number for number, matched in best.items() if matched in ("", shown[number].label)])
    return [
        Suggestion(
            shown[number].identifier,
            shown[number].label,
            matched if matched and matched != shown[number].label else paths.get(number, ""),
        )
        for number, matched in best.items()
    ]


def _found(looked_for: Sequence[str]) -> list[int]:
    """The numbers of terms with keys that begin so; where there are very many, those in use come along."""
    found: dict[int, None] = {}
    cut = False
    for beginning in looked_for:
        begins = begins_with(TermKey.key, beginning)
        keys = select(TermKey.term_id).where(begins).order_by(TermKey.key).limit(LOOKED_AT)
        numbers = list(session().scalars(keys))
        found |= dict.fromkeys(numbers)
        cut = cut or len(numbers) == LOOKED_AT
    if cut:
        used = (
            select(Tagging.term_id).group_by(Tagging.term_id).order_by(func.count().desc()).limit(LOOKED_AT)
        )
        often = list(session().scalars(used))
        for beginning in looked_for:
            keys = select(TermKey.term_id).where(
                TermKey.term_id.in_(often), begins_with(TermKey.key, beginning)
            )
            found |= dict.fromkeys(session().scalars(keys))
    return list(found)


def _in_use(terms: Mapping[int, Any], columns: Any) -> dict[int, Any]:
    """The row of the term that stands for each."""
    held = dict(terms)
    stands = {}
    for number in terms:
        row = held[number]
        while row.merged_into_id is not None:
            if row.merged_into_id not in held:
                held[row.merged_into_id] = (
                    session().execute(columns.where(Term.id == row.merged_into_id)).one()
                )
            row = held[row.merged_into_id]
        stands[number] = row
    return stands


def _labels(numbers: Iterable[int]) -> dict[int, list[tuple[LabelKind | None, str]]]:
    rows = session().execute(
        select(TermLabel.term_id, TermLabel.kind, TermLabel.label).where(TermLabel.term_id.in_(list(numbers)))
    )
    found: dict[int, list[tuple[LabelKind | None, str]]] = {}
    for number, kind, text in rows:
        found.setdefault(number, []).append((kind, text))
    return found


def _ranks(
    looked_for: Sequence[str], labels: Iterable[tuple[LabelKind | None, str]]
) -> Iterator[tuple[int, str]]:
    """How well each label fits, the best lowest, and the label where it may be shown.

    First the label itself, then the beginning of a preferred label, of a word in it, and the same of others;
    of two that fit alike, the one in the script that was typed.
    """
    yield 99, ""
    for kind, text in labels:
        shown = "" if kind is LabelKind.HIDDEN else text
        worse = 0 if kind in (None, LabelKind.PREFERRED) else 4
        for other_script, written in enumerate(_written(text)):
            if written in looked_for:
                yield other_script, shown
            elif written.startswith(tuple(looked_for)):
                yield 2 + worse + other_script, shown
            elif any(f" {beginning}" in written for beginning in looked_for):
                yield 4 + worse + other_script, shown


@lru_cache(maxsize=50_000)
def _written(text: str) -> tuple[str, ...]:
    """A label folded, and in Latin letters where that is something else."""
    neutral = keying.folded(text)
    return tuple(dict.fromkeys((neutral, keying.latin(neutral))))


def _uses(numbers: Iterable[int]) -> dict[int, int]:
    counts = select(Tagging.term_id, func.count()).group_by(Tagging.term_id)
    return dict(session().execute(counts.where(Tagging.term_id.in_(list(numbers)))).all())


def _paths(numbers: Sequence[int]) -> dict[int, str]:
    """The broader terms of each, the broadest first; of several the one stated first."""
    paths: dict[int, list[str]] = {number: [] for number in numbers}
    at = {number: number for number in numbers}
    for _ in range(HIGHEST):
        parents = broader(set(at.values()))
        at = {number: now for number, now in at.items() if now in parents}
        for number, now in at.items():
            at[number], label = parents[now]
            paths[number].insert(0, label)
    return {number: " › ".join(labels) for number, labels in paths.items()}


def broader(numbers: Iterable[int]) -> dict[int, tuple[int, str]]:
    """One broader term of each, as number and label: whichever of the two it was stated of."""
    asked = list(numbers)
    stated = TermRelation
    up = select(stated.id, stated.term_id, Term.id, Term.label).join(Term, Term.id == stated.other_id)
    down = select(stated.id, stated.other_id, Term.id, Term.label).join(Term, Term.id == stated.term_id)
    rows = session().execute(
        union_all(
            up.where(stated.term_id.in_(asked), stated.kind == RelationKind.BROADER),
            down.where(stated.other_id.in_(asked), stated.kind == RelationKind.NARROWER),
        )
    )
    found: dict[int, tuple[int, str]] = {}
    for _, number, other, label in sorted(rows):
        found.setdefault(number, (other, label))
    return found
