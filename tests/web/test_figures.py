"""Figures share an axis only when they count the same; a range stays a range; nothing is averaged."""

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages import ClaimView, EvidenceView, Summary
from app.records import Figure, Named
from app.web.public import figures, parts


def claims(*given: Figure | None) -> list[ClaimView]:
    return [ClaimView(f"c{n}", f"Claim {n}", figure=figure) for n, figure in enumerate(given)]


def dead(**more) -> Figure:
    return Figure(unit="people", counted="civilians killed", **more)


def bars(*given: Figure | None) -> list[figures.Bar]:
    return [bar for axis in figures.compare(claims(*given)).axes for bar in axis.bars]


amounts = st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e6, allow_nan=False))
any_figure = st.builds(
    Figure,
    value=amounts,
    low=amounts,
    high=amounts,
    unit=st.sampled_from(["", "people", "families"]),
    counted=st.sampled_from(["", "civilians killed", "graves", "people killed"]),
)


@given(st.lists(any_figure, max_size=8))
def test_an_axis_holds_one_unit_and_one_thing_counted(given):
    for axis in figures.compare(claims(*given)).axes:
        assert axis.counted
        assert len(axis.bars) > 1
        assert {(b.claim.figure.unit, b.claim.figure.counted) for b in axis.bars} == {
            (axis.unit, axis.counted)
        }
        assert all(0 <= b.start <= 100 and 0 <= b.end <= 100 for b in axis.bars)
        assert [value for _, value in axis.ticks] == sorted({value for _, value in axis.ticks})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (dead(value=613), Figure(value=170, unit="people", counted="bodies buried")),
        (dead(value=613), Figure(value=170, unit="families", counted="civilians killed")),
        (Figure(value=613, unit="people"), Figure(value=170, unit="people")),  # neither says what it counts
        (dead(value=613), None),
        (dead(words="many"), dead(value=3)),
    ],
)
def test_what_counts_something_else_shares_no_axis(one, other):
    assert bars(one, other) == []


def test_what_is_a_part_does_not_stand_beside_its_whole():
    whole, part, other = claims(dead(value=613), dead(value=106), dead(value=300))
    part = ClaimView("c1", "Part", figure=part.figure, part_of=Named("c0", "c0"))
    (axis,) = figures.compare([whole, part, other]).axes
    assert [bar.claim.identifier for bar in axis.bars] == ["c0", "c2"]


def test_a_range_stays_a_range_and_an_open_end_stays_open():
    between, at_least, at_most, about = bars(
        dead(low=30, high=50), dead(low=40), dead(high=20), dead(value=43, approximate=True)
    )
    assert (between.start, between.end, between.point) == (50.0, 83.33, False)
    assert at_least.open_end
    assert at_least.end == 100
    assert not at_least.open_start
    assert at_most.open_start
    assert at_most.start == 0
    assert (about.point, about.approximate) == (True, True)


def test_zero_is_a_figure():
    (axis,) = figures.compare(claims(dead(value=0), dead(value=17))).axes
    none, some = axis.bars
    assert axis.none == ("A",)
    assert (none.start, none.point) == (0, True)
    assert some.start > 80


def test_figures_that_are_all_zero_make_no_axis_and_no_fault():
    assert bars(dead(value=0), dead(value=0)) == []


def test_no_mean_is_made_anywhere():
    values = (17, 30, 43, 613)
    comparison = figures.compare(claims(*(dead(value=value) for value in values)))
    (axis,) = comparison.axes
    assert [bar.claim.figure.value for bar in axis.bars] == list(values)  # as asserted, in the order given
    scale = axis.bars[-1].start / 613
    assert [round(bar.start / scale) for bar in axis.bars] == list(values)
    assert set(figures.Axis.__dataclass_fields__) == {
        *("unit", "counted", "when", "where", "none", "bars", "ticks", "height")
    }


def test_letters_never_repeat():
    letters = [figures.letter(number) for number in range(200)]
    assert letters[:2] == ["A", "B"]
    assert letters[26] == "A1"
    assert not any(one == other for one, other in itertools.combinations(letters, 2))


@pytest.mark.parametrize("highest", [1, 3, 7, 10, 43, 99, 100, 613, 1275, 51_000, 1_000_000])
def test_an_axis_has_few_round_ticks_and_room_at_its_end(highest):
    (axis,) = figures.compare(claims(dead(value=highest), dead(value=1))).axes
    assert 3 <= len(axis.ticks) <= 6
    assert axis.ticks[-1][1] > highest


def passage(identifier: str, figure: Figure) -> EvidenceView:
    return EvidenceView(
        identifier, Summary(identifier, identifier), 0, 0, (), "supports", "saw", figure=figure
    )


def test_a_passage_stands_beside_the_claims_that_count_the_same_and_once():
    one, other = claims(dead(value=40), dead(low=30, high=50))
    said = passage("p", dead(value=42, words="42 bodies"))
    one, other = (dataclasses.replace(c, evidence=(said,)) for c in (one, other))
    comparison = figures.compare([one, other])
    assert [bar.key for bar in comparison.axes[0].bars] == ["A", "A·1", "B"]
    assert [given.figure.words for given in comparison.given] == ["", "42 bodies", ""]


def test_another_time_or_place_is_another_thing_counted():
    here, there = dead(value=3, where="at the bridge"), dead(value=4, where="on the hill")
    assert bars(here, there) == []
    assert len(bars(here, dead(value=5, where="At the bridge "))) == 2


def whole(value: float, *parts: float, unit: str = "people", **more) -> ClaimView:
    held = tuple(
        ClaimView(f"p{n}", "Part", figure=Figure(value=part, unit="people", counted=f"part {n}"))
        for n, part in enumerate(parts)
    )
    return ClaimView("w", "Whole", figure=Figure(value=value, unit=unit, counted="all", **more), parts=held)


@pytest.mark.parametrize(
    ("claim", "fits", "making"),
    [
        (whole(613, 106, 63, 70), "less", ()),
        (whole(43, 31, 12), "all", (31, 12)),
        (whole(43, 31, 12, 11), "some", (31, 12)),
        (whole(29, 24, 6), "more", ()),
        (whole(29, 24, 6, unit="graves"), "other", ()),
        (whole(29, 24, 6, approximate=True), "", ()),
    ],
)
def test_a_sum_that_does_not_fit_is_pointed_out_and_not_corrected(claim, fits, making):
    (drawn,) = parts.wholes([claim])
    assert (drawn.fits, drawn.making) == (fits, making)
    assert drawn.total == sum(part.figure.value for part in claim.parts)
    assert [length.claim.figure.value for length in drawn.lengths] == [
        one.figure.value for one in (claim, *claim.parts)
    ]
    assert all(0 <= length.end <= length.reach <= 100 for length in drawn.lengths)


def test_a_claim_without_parts_or_number_is_no_whole():
    assert parts.wholes([*claims(dead(value=3)), whole(0, 0)]) == ()
