"""What is stated about when, in what order and where something happened, and what nobody has spoken to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.models import Stance
from app.pages import ClaimView, Gaps, OrderStatement, PlaceStatement, QuestionView, TimeStatement
from app.records import Named
from app.search.folding import fold


def times(questions: Sequence[QuestionView]) -> tuple[TimeStatement, ...]:
    """Every time a claim or a passage gives, earliest first; those that cannot be read come last."""
    found = []
    for claim in _all(questions):
        named = Named(claim.text, claim.identifier)
        if claim.happened:
            found.append(TimeStatement(claim.happened, named, claim.attributed_to or claim.asserted_by))
        for one in claim.evidence:
            if one.happened:
                said_by = ", ".join(w.name for w in one.witnesses) or one.testimony.title
                found.append(TimeStatement(one.happened, named, said_by, one))
    return tuple(sorted(found, key=lambda s: s.happened.lower or s.happened.upper or "9"))


def orders(questions: Sequence[QuestionView]) -> tuple[OrderStatement, ...]:
    """What is put before what, by which claims; ``contradicted`` where others lead back the other way."""
    held: dict[tuple[str, str], list[ClaimView]] = defaultdict(list)
    for claim in _all(questions):
        if claim.earlier and claim.later:
            held[fold(claim.earlier), fold(claim.later)].append(claim)
    after: dict[str, set[str]] = defaultdict(set)
    for earlier, later in held:
        after[earlier].add(later)
    return tuple(
        OrderStatement(claims[0].earlier, claims[0].later, tuple(claims), _leads(later, earlier, after))
        for (earlier, later), claims in held.items()
    )


def places(questions: Sequence[QuestionView]) -> tuple[PlaceStatement, ...]:
    """Where claims put what they speak of."""
    held: dict[tuple[Named, float | None, float | None], list[Named]] = defaultdict(list)
    for claim in _all(questions):
        if claim.place:
            held[claim.place, claim.latitude, claim.longitude].append(Named(claim.text, claim.identifier))
    return tuple(PlaceStatement(*place, tuple(claims)) for place, claims in held.items())


def gaps(questions: Sequence[QuestionView]) -> Gaps:
    """What this audience reads nothing of: questions and claims without a passage, claims of one witness."""
    return Gaps(
        silent=tuple(Named(q.text, q.identifier) for q in questions if not q.independence.passages),
        unaddressed=tuple(Named(c.text, c.identifier) for c in _all(questions) if not c.evidence),
        single=tuple(
            (Named(c.text, c.identifier), c.independence.groups[groups.pop() - 1].witnesses)
            for c in _all(questions)
            # Who contradicts a claim does not bear it.
            if len(groups := {e.group for e in c.evidence if e.stance == Stance.SUPPORTS}) == 1
        ),
    )


def _all(questions: Iterable[QuestionView]) -> Iterator[ClaimView]:
    """Every claim and every part of one."""
    for question in questions:
        for claim in question.claims:
            yield claim
            yield from claim.parts


def _leads(start: str, end: str, after: Mapping[str, set[str]]) -> bool:
    met, waiting = set[str](), [start]
    while waiting:
        one = waiting.pop()
        if one == end:
            return True
        if one not in met:
            met.add(one)
            waiting += after.get(one, ())
    return False
