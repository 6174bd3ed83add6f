"""Put the passages for a claim, a question or an event into groups of independent witnesses."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from app.pages import EvidenceView, Independence, Retelling, TieView, WitnessGroup
from app.records import Named
from app.services import independence


def grouped(
    evidence: Sequence[EvidenceView], ties: Sequence[TieView]
) -> tuple[tuple[EvidenceView, ...], Independence]:
    """The passages, each with the number of its group (from 1), and the groups with what joins them.

    ``ties`` are those the audience may know of. The same narrator in two testimonies is one witness.
    """
    numbers = independence.partition([_tellers(e) for e in evidence], _bonds(ties))
    numbered = tuple(replace(e, group=n + 1) for e, n in zip(evidence, numbers, strict=True))
    return numbered, counted(numbered, ties)


def counted(numbered: Sequence[EvidenceView], ties: Sequence[TieView]) -> Independence:
    """The groups of passages that were numbered already, also where only some of these are left."""
    bonds = _bonds(ties)
    members: dict[int, list[EvidenceView]] = defaultdict(list)
    for one in numbered:
        members[one.group].append(one)
    groups = []
    for number, held in sorted(members.items()):
        witnesses = dict.fromkeys(w for e in held for w in (e.witnesses or (Named(e.testimony.title),)))
        joined = independence.joining({t for e in held for t in _tellers(e)}, bonds)
        groups.append(
            WitnessGroup(
                number,
                tuple(witnesses),
                _spans(held),
                tuple(ties[place] for place in joined),
                _told(held),
            )
        )
    stances = {e.stance for e in numbered}
    by_stance = {s: len({e.group for e in numbered if e.stance == s}) for s in sorted(stances)}
    return Independence(_spans(numbered), tuple(groups), by_stance)


def retold(evidence: Sequence[tuple[str, EvidenceView]]) -> tuple[Retelling, ...]:
    """Who spoke more than once to a question, with each dated statement: (words of the claim, passage).

    What differs between two tellings is a change of one witness, not two who contradict each other.
    """
    held: dict[str, list[tuple[str, EvidenceView]]] = defaultdict(list)
    named: dict[str, Named] = {}
    for claim, one in evidence:
        for witness in one.witnesses:
            named.setdefault(known_by(witness), witness)
            held[known_by(witness)].append((claim, one))
    return tuple(
        Retelling(named[witness], tuple(sorted(told, key=lambda pair: _day(pair[1]))))
        for witness, told in held.items()
        if len({one.testimony.identifier for _, one in told}) > 1
    )


def _bonds(ties: Sequence[TieView]) -> list[tuple[str, str]]:
    return [(tie.one.ref, tie.other.ref) for tie in ties]


def known_by(witness: Named) -> str:
    """What tells a witness from others: who is found to be the same may stand under several names."""
    return witness.ref or witness.name


def _tellers(one: EvidenceView) -> tuple[str, ...]:
    """Who speaks; where nobody is known to, the testimony stands for them."""
    return tuple(w.ref for w in one.witnesses if w.ref) or (f"testimony {one.testimony.identifier}",)


def _spans(held: Sequence[EvidenceView]) -> int:
    """How many passages: one that bears on several claims is one."""
    return len({(e.testimony.identifier, e.first, e.last) for e in held})


def _told(held: Sequence[EvidenceView]) -> int:
    """In how many testimonies the group speaks."""
    return len({e.testimony.identifier for e in held})


def _day(one: EvidenceView) -> str:
    return one.testimony.date.lower if one.testimony.date else ""
