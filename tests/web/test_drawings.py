"""A map and a strip of time are drawn from what is known, and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages import Summary
from app.records import FuzzyDate
from app.web.public import maps, strip


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_map_is_drawn_of_any_place_on_earth(latitude, longitude):
    grid = maps.grid(latitude, longitude)
    assert (grid.x, grid.y) == (maps.WIDTH / 2, maps.HEIGHT / 2)
    assert 1 <= len(grid.meridians) <= 7
    assert 2 <= len(grid.parallels) <= 6
    assert all(0 <= x <= maps.WIDTH for x, _ in grid.meridians)
    assert all(0 <= y <= maps.HEIGHT for y, _ in grid.parallels)
    assert all(math.isfinite(x) for x, _ in (*grid.meridians, *grid.parallels))


@given(
    st.lists(st.tuples(st.just("A place"), st.floats(-80, 80), st.floats(-170, 170)), min_size=1, max_size=9)
)
def test_a_chart_holds_all_its_places_and_a_scale_that_fits(places):
    chart = maps.chart(places)
    assert [key for key, *_ in chart.points] == [str(n) for n in range(1, len(places) + 1)]
    assert all(0 <= x <= maps.WIDTH and 0 <= y <= maps.HEIGHT for _, x, y, _ in chart.points)
    assert 0 < chart.scale <= maps.WIDTH
    assert all(0 <= x <= maps.WIDTH for x, _ in chart.meridians)


def test_a_chart_keeps_north_up_east_right_and_distances_in_scale():
    (_, x, y, _), (_, east, _, _), (_, _, north, _) = maps.chart(
        [("here", 60.0, 10.0), ("east", 60.0, 10.2), ("north", 60.1, 10.0)]
    ).points
    assert x < east
    assert north < y
    assert y - north == pytest.approx(east - x, rel=0.02)  # a degree of longitude is half as long there
    assert maps.chart([]) is None


def test_khojaly_lies_where_it_lies():
    grid = maps.grid(39.911, 46.789)
    assert (grid.latitude, grid.longitude) == ("39°55′N", "46°47′E")
    assert [label for _, label in grid.parallels] == ["39°N", "39°30′N", "40°N", "40°30′N", "41°N"]
    assert "46°E" in [label for _, label in grid.meridians]


def test_south_and_west_and_the_line_where_the_day_changes():
    assert maps.grid(-33.5, -70.25).latitude == "33°30′S"
    assert maps.grid(-33.5, -70.25).longitude == "70°15′W"
    labels = [label for _, label in maps.grid(0, 179.9).meridians]
    assert "179°W" in labels or "179°E" in labels


def told(title: str, lower: str, upper: str = "") -> Summary:
    return Summary(title, title, date=FuzzyDate(lower, lower, lower, upper or lower))


NIGHT = FuzzyDate("26 March 1961", "1961-03-26", "1961-03-26", "1961-03-26")


def test_a_strip_has_the_event_first_and_its_testimonies_as_they_were_given():
    drawn = strip.strip("The night", NIGHT, [told("b", "2011-10-02"), told("a", "1979-06-14")])
    assert [(m.identifier, m.row) for m in drawn.moments] == [("", 0), ("a", 1), ("b", 2)]
    starts = [m.start for m in drawn.moments]
    assert starts == sorted(starts)
    assert all(0 <= m.start <= m.end <= 100 for m in drawn.moments)
    assert drawn.years[0] == (0.0, 1961)


def test_a_span_of_time_is_drawn_as_a_span():
    drawn = strip.strip("The night", NIGHT, [told("a", "1970-01-01", "1979-12-31")])
    assert drawn.moments[1].end - drawn.moments[1].start > 20


@pytest.mark.parametrize(
    "when", [None, FuzzyDate("one spring"), FuzzyDate("long ago", "", "not a day", "")], ids=str
)
def test_what_has_no_readable_date_is_not_drawn(when):
    assert strip.strip("The night", when, [told("a", "1979-06-14")]) is None
    drawn = strip.strip("The night", when, [told("a", "1979-06-14"), told("b", "1980-01-01")])
    assert [m.identifier for m in drawn.moments] == ["a", "b"]


def test_a_date_open_to_one_side_stands_at_the_side_that_is_known():
    drawn = strip.strip(
        "x", NIGHT, [Summary("a", "A", date=FuzzyDate("by 1970", "../1970", "", "1970-12-31"))]
    )
    assert drawn.moments[1].start == drawn.moments[1].end > 80
