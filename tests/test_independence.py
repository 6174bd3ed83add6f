"""Whoever is connected counts once, in whatever way and order they are."""

import random

from hypothesis import given
from hypothesis import strategies as st

from app.services.independence import joining, partition

tellers = st.integers(0, 7)
accounts = st.lists(st.lists(tellers, max_size=3), max_size=8)
bonds = st.lists(st.tuples(tellers, tellers), max_size=10)


def walked(accounts, bonds):
    """The same, by walking from account to account: slow, and nothing like union-find."""
    reach = {}
    for place, own in enumerate(accounts):
        met, waiting = set(), list(own)
        while waiting:
            one = waiting.pop()
            if one in met:
                continue
            met.add(one)
            waiting += [b if a == one else a for a, b in bonds if one in (a, b)]
            waiting += [t for other in accounts if one in other for t in other]
        reach[place] = met
    groups: list[int] = []
    for place in range(len(accounts)):
        like = next((p for p in range(place) if reach[p] & reach[place]), None)
        groups.append(groups[like] if like is not None else max(groups, default=-1) + 1)
    return tuple(groups)


@given(accounts, bonds)
def test_groups_are_those_that_can_be_walked(accounts, bonds):
    assert partition(accounts, bonds) == walked(accounts, bonds)


@given(accounts, bonds, st.randoms(use_true_random=False))
def test_the_order_of_bonds_and_their_direction_change_nothing(accounts, bonds, chance: random.Random):
    turned = [(b, a) if chance.random() < 0.5 else (a, b) for a, b in bonds]
    chance.shuffle(turned)
    assert partition(accounts, turned) == partition(accounts, bonds)


@given(accounts, bonds, st.integers(0, 9))
def test_a_bond_less_never_makes_fewer_groups(accounts, bonds, which):
    fewer = bonds[:which] + bonds[which + 1 :]
    assert len(set(partition(accounts, fewer))) >= len(set(partition(accounts, bonds)))


@given(st.lists(tellers, min_size=1, unique=True), bonds)
def test_what_joins_is_enough_to_join_and_leads_nowhere_else(own, bonds):
    each = [[teller] for teller in own]
    kept = [bonds[place] for place in joining(own, bonds)]
    assert partition(each, kept) == partition(each, bonds)
    near = {
        end: {e for bond in kept if end in bond for e in bond if e != end} for bond in kept for end in bond
    }
    assert all(end in own or len(others) > 1 for end, others in near.items())
    assert not kept or len(own) > 1


def test_five_passages_of_a_family_and_of_one_who_has_it_from_another():
    said = [["dessa"], ["oren"], ["mira"], ["tarn"], ["pell"]]
    ties = [("dessa", "mira"), ("dessa", "oren"), ("pell", "tarn")]
    assert partition(said, ties) == (0, 0, 0, 1, 1)
    assert partition(said, ties[:2]) == (0, 0, 0, 1, 2)


def test_a_circle_counts_once_and_a_bond_of_it_less_still_joins():
    circle = [("a", "b"), ("b", "c"), ("c", "a")]
    assert partition([["a"], ["b"], ["c"]], circle) == (0, 0, 0)
    assert partition([["a"], ["b"], ["c"]], circle[:2]) == (0, 0, 0)


def test_over_somebody_who_is_silent_here():
    assert partition([["a"], ["b"]], [("a", "x"), ("x", "b")]) == (0, 0)
    assert joining(["a", "b"], [("a", "x"), ("x", "b"), ("b", "y")]) == (0, 1)


def test_a_long_chain_is_no_matter():
    chain = [(n, n + 1) for n in range(20_000)]
    assert partition([[0], [20_000]], chain) == (0, 0)
