"""Other words of the archive's vocabularies for what is asked: labels of the same term, and narrower terms.

A term counts when an edition of the reader's audience shows it. Its other labels say the same, so they are
searched as well, which is said and can be taken back. Narrower terms say less than what was asked, and may
be many: they are offered as a query that the reader may choose, never searched unasked.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, bindparam, select

from app.db import once, session
from app.models import (
    Audience,
    Edition,
    EditionLink,
    LabelKind,
    LinkKind,
    RelationKind,
    Term,
    TermKey,
    TermLabel,
)
from app.search.folding import fold
from app.search.suggesting import spoken
from app.services import keying, masking, naming, stating, terms

MOST = 12  # other labels of a word, and narrower terms
_KEYED = select(TermKey.key, TermKey.term_id).where(TermKey.key.in_(bindparam("keys", expanding=True)))
TERMS = 8  # of one name, in several vocabularies, that are looked at


def synonyms(words: str, audience: str) -> dict[str, tuple[str, ...]]:
    """Each label of a term in the query, folded, with the term's other labels in all languages."""
    found = {}
    for key, held in _meant(words, audience).items():
        others = {
            keying.folded(label): label
            for term in held
            for label, kind in _labels(stating.standing_for([term.id]))
            if kind is not LabelKind.HIDDEN
        }
        said = _open([label for folded, label in others.items() if folded != key], audience)
        if said:
            found[key] = said
    return found


def narrower(words: str, audience: str) -> dict[str, tuple[str, ...]]:
    """Each label of a term in the query, folded, with the labels of narrower terms that the audience sees."""
    found = {}
    for key, held in _meant(words, audience).items():
        below = [one.in_use for term in held for one in terms.neighbours(term, RelationKind.NARROWER)]
        seen = _seen({one.id for one in below}, audience)
        labels = dict.fromkeys(one.label for one in below if one.id in seen)
        said = _open([label for label in labels if keying.folded(label) != key], audience)
        if said:
            found[key] = said
    return found


def _meant(words: str, audience: str) -> dict[str, list[Term]]:
    """The terms that parts of the query are labels of, as far as the audience sees them in use."""
    return once(("meant", words, audience), lambda: _looked_up(words, audience))


def _looked_up(words: str, audience: str) -> dict[str, list[Term]]:
    keys = naming.rows([fold(word.surface) for word in spoken(words)])  # values of fields mean what they say
    if not keys:
        return {}
    rows = session().execute(_KEYED, {"keys": list(keys)}).all()
    found: dict[str, list[Term]] = {}
    for key in dict.fromkeys(key for key, _ in rows):
        # A key is a label from any of its words on: only whole labels count.
        numbers = [
            number
            for number in dict.fromkeys(number for other, number in rows if other == key)
            if any(keying.folded(label) == key for label, _ in _labels([number]))
        ]
        held = session().scalars(select(Term).where(Term.id.in_(numbers[:TERMS])).order_by(Term.id))
        stands = {term.in_use.id: term.in_use for term in held}
        seen = _seen(stands, audience)
        if kept := [term for number, term in stands.items() if number in seen]:
            found[key] = kept
    return found


def _labels(numbers: Iterable[int]) -> list[tuple[str, LabelKind]]:
    """Every label of these terms, and how it is to be shown."""
    asked = list(numbers)
    said = session().execute(
        select(TermLabel.label, TermLabel.kind).where(TermLabel.term_id.in_(asked)).order_by(TermLabel.id)
    )
    own = session().scalars(select(Term.label).where(Term.id.in_(asked)).order_by(Term.id))
    return [*((label, LabelKind.PREFERRED) for label in own), *((label, kind) for label, kind in said)]


def _seen(numbers: Iterable[int] | Mapping[int, Term], audience: str) -> set[int]:
    """Those of these terms that an edition of the audience shows."""
    links: Select[int] = (
        select(EditionLink.target_id)
        .join(Edition, Edition.id == EditionLink.edition_id)
        .where(
            EditionLink.kind == LinkKind.TERM,
            EditionLink.target_id.in_(list(numbers)),
            Edition.audience == Audience(audience),
        )
        .distinct()
    )
    return set(session().scalars(links))


def _open(labels: Sequence[str], audience: str) -> tuple[str, ...]:
    """The labels that say no name which is kept from the audience."""
    veils = masking.kept_from(audience) if labels else {}
    said = (label for label in labels if not veils or not masking.occurs(label, veils))
    return tuple({fold(label): label for label in said}.values())[:MOST]
