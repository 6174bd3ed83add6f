"""While somebody types: the terms, people, places, events, claims and testimonies that it may become."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, union_all

from app.db import begins_with, session
from app.errors import Invalid
from app.models import LabelKind, RelationKind, Tagging, Term, TermKey, TermLabel, TermRelation
from app.services import keying, known_names

MOST = 12  # suggestions shown
LOOKED_AT = 3 * MOST  # keys that are ranked; more begin so only where one or two letters were typed
HIGHEST = 2  # broader terms that a hint names

# Of tables and made once: to put a statement together takes longer than to have it answered, and an answer is
# wanted between two letters.
_TERM, _KEY, _LABEL, _USE, _RELATION = (
    one.metadata.tables[one.__tablename__].c for one in (Term, TermKey, TermLabel, Tagging, TermRelation)
)
_NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
_ROWS = select(_TERM.id, _TERM.identifier, _TERM.label, _TERM.merged_into_id, _TERM.vocabulary_id).where(
    _TERM.id.in_(_NUMBERS)
)
_LABELS = select(_LABEL.term_id, _LABEL.kind, _LABEL.label).where(_LABEL.term_id.in_(_NUMBERS))
_USES = select(_USE.term_id, func.count()).where(_USE.term_id.in_(_NUMBERS)).group_by(_USE.term_id)
_OFTEN = select(_USE.term_id).group_by(_USE.term_id).order_by(func.count().desc()).limit(LOOKED_AT)
_BROADER = union_all(
    select(_RELATION.id, _RELATION.term_id, _TERM.id, _TERM.label).where(
        _TERM.id == _RELATION.other_id,
        _RELATION.term_id.in_(_NUMBERS),
        _RELATION.kind == RelationKind.BROADER,
    ),
    select(_RELATION.id, _RELATION.other_id, _TERM.id, _TERM.label).where(
        _TERM.id == _RELATION.term_id,
        _RELATION.other_id.in_(_NUMBERS),
        _RELATION.kind == RelationKind.NARROWER,
    ),
)


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
    looked_for = tuple(keying.looked_for(words))
    numbers = _found(looked_for)
    if not numbers:
        return []
    terms = {row.id: row for row in session().execute(_ROWS, {"numbers": numbers}).all()}
    stands = _in_use(terms)
    labels = _labels(numbers)
    uses = _uses({row.id for row in stands.values()})
    ranked = []
    for number in terms:
        row = stands[number]
        if vocabulary is not None and row.vocabulary_id != vocabulary:
            continue
        rank, matched = _rank(looked_for, [*labels.get(number, ()), (None, terms[number].label)])
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
        keys = (
            select(_KEY.term_id).where(begins_with(_KEY.key, beginning)).order_by(_KEY.key).limit(LOOKED_AT)
        )
        numbers = list(session().scalars(keys))
        found |= dict.fromkeys(numbers)
        cut = cut or len(numbers) == LOOKED_AT
    if cut:
        often = list(session().scalars(_OFTEN))
        for beginning in looked_for if often else ():
            keys = select(_KEY.term_id).where(_KEY.term_id.in_(often), begins_with(_KEY.key, beginning))
            found |= dict.fromkeys(session().scalars(keys))
    return list(found)


def _in_use(terms: Mapping[int, Any]) -> dict[int, Any]:
    """The row of the term that stands for each."""
    held = dict(terms)
    stands = {}
    for number in terms:
        row = held[number]
        while row.merged_into_id is not None:
            if row.merged_into_id not in held:
                held[row.merged_into_id] = session().execute(_ROWS, {"numbers": [row.merged_into_id]}).one()
            row = held[row.merged_into_id]
        stands[number] = row
    return stands


def _labels(numbers: Iterable[int]) -> dict[int, list[tuple[LabelKind | None, str]]]:
    rows = session().execute(_LABELS, {"numbers": list(numbers)}).all()
    found: dict[int, list[tuple[LabelKind | None, str]]] = {}
    for number, kind, text in rows:
        found.setdefault(number, []).append((kind, text))
    return found


def _rank(looked_for: tuple[str, ...], labels: Iterable[tuple[LabelKind | None, str]]) -> tuple[int, str]:
    """How well the best label fits (lower is better), and the label where it may be shown.

    First the label itself, then the beginning of a preferred label, of a word in it, and the same of others;
    of two that fit alike, the one in the script that was typed.
    """
    within = tuple(f" {beginning}" for beginning in looked_for)
    best = (99, "")
    for kind, text in labels:
        worse = 0 if kind in (None, LabelKind.PREFERRED) else 4
        for other_script, written in enumerate(_written(text)):
            if written.startswith(looked_for):
                rank = other_script + (0 if written in looked_for else 2 + worse)
            elif any(map(written.__contains__, within)):
                rank = 4 + worse + other_script
            else:
                continue
            best = min(best, (rank, "" if kind is LabelKind.HIDDEN else text))
    return best


@lru_cache(maxsize=50_000)
def _written(text: str) -> tuple[str, ...]:
    """A label folded, and in Latin letters where that is something else."""
    neutral = keying.folded(text)
    return tuple(dict.fromkeys((neutral, keying.latin(neutral))))


def _uses(numbers: Iterable[int]) -> dict[int, int]:
    return dict(session().execute(_USES, {"numbers": list(numbers)}).all())


def _paths(numbers: Sequence[int]) -> dict[int, str]:
    """The broader terms of each, the broadest first; of several the one stated first."""
    paths: dict[int, list[str]] = {number: [] for number in numbers}
    at = {number: number for number in numbers}
    for _ in range(HIGHEST if at else 0):
        parents = broader(set(at.values()))
        at = {number: now for number, now in at.items() if now in parents}
        for number, now in at.items():
            at[number], label = parents[now]
            paths[number].insert(0, label)
    return {number: " › ".join(labels) for number, labels in paths.items()}


def broader(numbers: Iterable[int]) -> dict[int, tuple[int, str]]:
    """One broader term of each, as number and label: whichever of the two it was stated of."""
    rows = session().execute(_BROADER, {"numbers": list(numbers)}).all()
    found: dict[int, tuple[int, str]] = {}
    for _, number, other, label in sorted(rows):
        found.setdefault(number, (other, label))
    return found
