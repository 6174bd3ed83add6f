"""Who may be one under several names, or one place under several: suggested with what speaks for and against.

Nothing is merged here. Names are compared word by word under keys that do not mind spelling or script;
a patronymic may be left out and a first name may be an initial.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import session
from app.models import KeptApart, Participation, Person, Place, Testimony
from app.search import spelling
from app.search.folding import fold

N = TypeVar("N", Person, Place)
NEAR, FAR = 5.0, 25.0  # kilometres between two places of one name
LONGEST_LIST = 12  # who is offered for words that were typed
CROWD = 60  # a key that so many share says nothing


class Sign(StrEnum):
    """What speaks for two being one, or against it."""

    SAME_SPELLING = "same_spelling"
    OTHER_SCRIPT = "other_script"
    OTHER_SPELLING = "other_spelling"
    SAME_COLLECTION = "same_collection"
    SAME_ROLE = "same_role"
    NEAR = "near"
    INITIAL = "initial"
    PATRONYMIC = "patronymic"
    MORE_WORDS = "more_words"
    OTHER_ENDING = "other_ending"
    ONE_WORD = "one_word"
    NO_COLLECTION = "no_collection"
    TOGETHER = "together"
    FAR = "far"


AGAINST = frozenset(
    {Sign.INITIAL, Sign.PATRONYMIC, Sign.MORE_WORDS, Sign.OTHER_ENDING, Sign.ONE_WORD}
    | {Sign.NO_COLLECTION, Sign.TOGETHER, Sign.FAR}
)


@dataclass(frozen=True)
class Likeness:
    """Several that may be one, and what speaks for it and against it."""

    members: tuple[Person, ...] | tuple[Place, ...]
    signs: frozenset[Sign]

    @property
    def pros(self) -> tuple[Sign, ...]:
        """What speaks for it."""
        return tuple(sign for sign in Sign if sign in self.signs - AGAINST)

    @property
    def cons(self) -> tuple[Sign, ...]:
        """What speaks against it."""
        return tuple(sign for sign in Sign if sign in self.signs & AGAINST)


def doubles(noun: type[N]) -> list[Likeness]:
    """All that may be one and are two or more, those that speak for it most first."""
    things = _standing(noun)
    apart = _kept_apart(noun)
    pairs: dict[frozenset[int], frozenset[Sign]] = {}
    for crowd in _crowds(things):
        for one, other in combinations(crowd, 2):
            both = frozenset((one.id, other.id))
            if both in pairs or one.invented != other.invented:
                continue
            if frozenset((one.identifier, other.identifier)) not in apart and (signs := _signs(one, other)):
                pairs[both] = signs
    known = {thing.id: thing for thing in things}
    groups = [_likeness([known[number] for number in sorted(group)], pairs) for group in _groups(pairs)]
    return sorted(groups, key=lambda g: (len(g.cons) - len(g.pros), fold(g.members[0].name)))


def like(noun: type[N], words: str) -> list[N]:
    """Those whose name may be the words, however it is spelt."""
    return [thing for thing in _standing(noun) if any(_compare(words, form) for form in _forms(thing))][
        :LONGEST_LIST
    ]


def _standing(noun: type[N]) -> list[N]:
    """Those that stand for themselves."""
    held = session().scalars(
        select(noun).options(selectinload(noun.names), selectinload(noun.merged)).order_by(noun.id)
    )
    return [thing for thing in held.all() if thing.merged_into_id is None]


def _kept_apart(noun: type[N]) -> set[frozenset[str]]:
    said = session().execute(select(KeptApart.one, KeptApart.other).filter_by(kind=noun.__tablename__))
    return {frozenset((one, other)) for one, other in said}


def _forms(thing: Person | Place) -> list[str]:
    forms = [form for one in thing.everyone for form in (one.name, *(name.form for name in one.names))]
    return list(dict.fromkeys(forms))


def _crowds(things: Sequence[N]) -> Iterable[list[N]]:
    """Those that share a word of their names and the beginning of another: only they are compared."""
    crowds: dict[tuple[str, str], dict[int, N]] = defaultdict(dict)
    for thing in things:
        for form in _forms(thing):
            for key in _crowd_keys(form):
                crowds[key][thing.id] = thing
    return [list(crowd.values()) for crowd in crowds.values() if 1 < len(crowd) <= CROWD]


def _crowd_keys(form: str) -> set[tuple[str, str]]:
    words = [spelling.keys(word) for word in spelling.words(form)]
    if len(words) == 1:
        return {(key, "") for key in words[0]}
    return {
        (key, other[0])
        for one, two in ((a, b) for a in words for b in words if a is not b)
        for key in one
        if len(key) > 1
        for other in two
    }


def _compare(one: str, other: str) -> frozenset[Sign]:
    """What two names have in common and what not; nothing when they are different names."""
    if fold(one) == fold(other):
        return frozenset({Sign.SAME_SPELLING})
    short, long = sorted((spelling.words(one), spelling.words(other)), key=len)
    left, signs, full = list(long), set[Sign](), 0
    for word in sorted(short, key=spelling.is_initial):  # whole words choose before initials
        found = next((held for held in left if spelling.keys(word) & spelling.keys(held)), "")
        if found and not spelling.is_initial(word):
            full += 1
            if _ending(word) != _ending(found):
                signs.add(Sign.OTHER_ENDING)
        else:
            found = found or next((held for held in left if _may_begin(word, held)), "")
            signs.add(Sign.INITIAL)
        if not found:
            return frozenset()
        left.remove(found)
    whole = [word for word in short if len(min(spelling.keys(word), default="")) > 2]
    if not full or not whole or (len(short) == 1 and (len(long) > 1 or len(short[0]) < 4)):
        return frozenset()
    if left:
        signs.add(Sign.PATRONYMIC if all(map(spelling.is_patronymic, left)) else Sign.MORE_WORDS)
    if len(short) == 1:
        signs.add(Sign.ONE_WORD)
    signs.add(Sign.OTHER_SPELLING if spelling.script(one) == spelling.script(other) else Sign.OTHER_SCRIPT)
    return frozenset(signs)


def _may_begin(word: str, other: str) -> bool:
    """Whether one of the two is the initial of the other."""
    if not (spelling.is_initial(word) or spelling.is_initial(other)):
        return False
    return bool({key[0] for key in spelling.keys(word)} & {key[0] for key in spelling.keys(other)})


def _ending(word: str) -> bool:
    """Whether a family name has the form that women bear."""
    return fold(word).endswith(("ova", "eva", "ова", "ева", "ովա", "եվա"))


def _signs(one: N, other: N) -> frozenset[Sign]:
    names = [signs for a in _forms(one) for b in _forms(other) if (signs := _compare(a, b))]
    if not names:
        return frozenset()
    best = min(names, key=lambda signs: len(signs & AGAINST))
    if isinstance(one, Person) and isinstance(other, Person):
        return best | _around(one, other)
    if isinstance(one, Place) and isinstance(other, Place):
        return (best - {Sign.ONE_WORD}) | _between(one, other)
    return best


def _around(one: Person, other: Person) -> frozenset[Sign]:
    """What their testimonies say: the same collection, the same part, or both in one testimony."""
    mine, theirs = _parts(one), _parts(other)
    if not mine or not theirs:
        return frozenset()
    signs = {
        Sign.SAME_COLLECTION if {c for c, _, _ in mine} & {c for c, _, _ in theirs} else Sign.NO_COLLECTION
    }
    if {r for _, r, _ in mine} & {r for _, r, _ in theirs}:
        signs.add(Sign.SAME_ROLE)
    if {t for _, _, t in mine} & {t for _, _, t in theirs}:
        signs.add(Sign.TOGETHER)
    return frozenset(signs)


def _parts(person: Person) -> set[tuple[int, str, int]]:
    """Collection, role and testimony of each part that somebody played."""
    rows = session().execute(
        select(Testimony.collection_id, Participation.role, Testimony.id)
        .join(Testimony, Participation.testimony_id == Testimony.id)
        .where(Participation.person_id.in_([one.id for one in person.everyone]))
    )
    return {(collection, role, testimony) for collection, role, testimony in rows}


def _between(one: Place, other: Place) -> frozenset[Sign]:
    """How far two places lie from one another, where that is known."""
    apart = distance(one, other)
    if apart is None or NEAR < apart < FAR:
        return frozenset()
    return frozenset({Sign.NEAR if apart <= NEAR else Sign.FAR})


def distance(one: Place, other: Place) -> float | None:
    """Kilometres between two places, on a round earth; None where one's coordinates are not known."""
    degrees = (one.latitude, one.longitude, other.latitude, other.longitude)
    if any(value is None for value in degrees):
        return None
    north, east, to_north, to_east = (radians(value or 0.0) for value in degrees)
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


def _groups(pairs: Iterable[frozenset[int]]) -> list[set[int]]:
    """Groups in which everyone is like everyone else."""
    alike: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        one, other = sorted(pair)
        alike[one].add(other)
        alike[other].add(one)
    groups: list[set[int]] = []
    for number in sorted(alike):
        # Somebody may stand in two groups; whoever is merged leaves the other.
        joined = [group for group in groups if group <= alike[number]]
        for group in joined[:1]:
            group.add(number)
        covered = {other for group in groups if number in group for other in group}
        groups += [{number, other} for other in sorted(alike[number] - covered) if other < number]
    return [group for group in groups if len(group) > 1]


def _likeness(members: list[N], pairs: dict[frozenset[int], frozenset[Sign]]) -> Likeness:
    held = [pairs[frozenset(pair)] for pair in combinations([m.id for m in members], 2)]
    return Likeness(tuple(members), frozenset().union(*held))
