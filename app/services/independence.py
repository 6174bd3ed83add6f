"""How many independent accounts there are: whoever is connected counts once, in whatever way they are.

Union-find with halved paths (Galler and Fischer 1964; Tarjan and van Leeuwen 1984). Nothing here knows
what a person or a tie is: accounts have tellers, bonds join tellers.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TypeVar

H = TypeVar("H", bound=Hashable)


def partition(accounts: Sequence[Collection[H]], bonds: Iterable[tuple[H, H]]) -> tuple[int, ...]:
    """The group of each account, numbered from 0 in the order in which they first come.

    Accounts are of one group when they share a teller, or when bonds lead from a teller of one to a
    teller of the other, near or far, over tellers that have no account here too. An account without
    tellers is a group by itself.
    """
    above: dict[H, H] = {}

    def top(teller: H) -> H:
        above.setdefault(teller, teller)
        while above[teller] != teller:
            above[teller] = above[above[teller]]
            teller = above[teller]
        return teller

    for one, other in bonds:
        above[top(one)] = top(other)
    for tellers in accounts:
        first, *others = tellers or (None,)
        for other in others:
            above[top(other)] = top(first)  # type: ignore[arg-type]
    numbers: dict[object, int] = {}
    return tuple(
        numbers.setdefault(top(next(iter(tellers))) if tellers else ("alone", place), len(numbers))
        for place, tellers in enumerate(accounts)
    )


def joining(tellers: Collection[H], bonds: Sequence[tuple[H, H]]) -> tuple[int, ...]:
    """The places, among ``bonds``, of those that lead from one of the tellers to another.

    A bond to somebody who leads on to none of them joins nothing, and is left out.
    """
    left = {place for place, (one, other) in enumerate(bonds) if one != other} if len(tellers) > 1 else set()
    while True:
        near: dict[H, set[H]] = defaultdict(set)
        for place in left:
            one, other = bonds[place]
            near[one].add(other)
            near[other].add(one)
        loose = {p for p in left if any(len(near[end]) == 1 and end not in tellers for end in bonds[p])}
        if not loose:
            break
        left -= loose
    reached, before = set(tellers), -1
    while before != len(reached):
        before = len(reached)
        for place in left:
            if not reached.isdisjoint(bonds[place]):
                reached.update(bonds[place])
    return tuple(place for place in sorted(left) if reached.issuperset(bonds[place]))
