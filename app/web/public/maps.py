"""A small map drawn from coordinates alone: a graticule, a point and a scale; nothing is fetched."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 220
_SPAN = 2.5  # degrees of latitude from top to bottom


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the lines and the point fall, in units of the drawing."""

    meridians: tuple[tuple[float, str], ...]
    parallels: tuple[tuple[float, str], ...]
    x: float
    y: float
    scale: float  # the length of ``scale_km``
    scale_km: int
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Several places on one drawing: (key, x, y, name), and the graticule about them."""

    points: tuple[tuple[str, float, float, str], ...]
    meridians: tuple[tuple[float, str], ...]
    parallels: tuple[tuple[float, str], ...]
    scale: float  # the length of ``scale_km``
    scale_km: float


_STEPS = (1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # degrees between two lines
_KM = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_KM_PER_DEGREE = 111.2


def chart(places: Sequence[tuple[str, float, float]]) -> Chart | None:
    """A window about all the places (name, latitude, longitude), with room around; None without any."""
    if not places:
        return None
    lats, lons = [p[1] for p in places], [p[2] for p in places]
    middle, centre = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    shrink = max(0.05, math.cos(math.radians(middle)))
    tall = max(max(lats) - min(lats), (max(lons) - min(lons)) * shrink * HEIGHT / WIDTH, 0.02) * 1.6
    per_degree = HEIGHT / tall
    across = WIDTH / (per_degree * shrink)
    west, north = centre - across / 2, middle + tall / 2
    step = next((s for s in _STEPS if across / s <= 4), _STEPS[-1])
    km = next((k for k in reversed(_KM) if k / _KM_PER_DEGREE * per_degree <= WIDTH / 3), _KM[0])
    return Chart(
        points=tuple(
            (str(n), round((lon - west) * per_degree * shrink, 1), round((north - lat) * per_degree, 1), name)
            for n, (name, lat, lon) in enumerate(places, 1)
        ),
        meridians=tuple(
            (round((v - west) * per_degree * shrink, 1), _degrees((v + 180) % 360 - 180, "E", "W"))
            for v in _lines(west, west + across, step)
        ),
        parallels=tuple(
            (round((north - v) * per_degree, 1), _degrees(v, "N", "S"))
            for v in _lines(north - tall, north, step)
            if abs(v) <= 90
        ),
        scale=round(km / _KM_PER_DEGREE * per_degree, 1),
        scale_km=km,
    )


def _lines(low: float, high: float, step: float) -> Iterator[float]:
    number = math.ceil(low / step)
    while number * step < high:
        yield number * step
        number += 1


def _degrees(value: float, positive: str, negative: str) -> str:
    """46.789 as 46°47′E, minutes left out when there are none."""
    minutes = round(abs(value) * 60)
    whole, rest = divmod(minutes, 60)
    sign = positive if value >= 0 else negative
    return f"{whole}°{rest:02}′{sign}" if rest else f"{whole}°{sign}"


def grid(latitude: float, longitude: float) -> Grid:
    """A window about the place, its width shrunk with the latitude so that shapes keep their form."""
    per_degree = HEIGHT / _SPAN
    shrink = max(0.05, math.cos(math.radians(latitude)))
    across = WIDTH / (per_degree * shrink)
    west, north = longitude - across / 2, latitude + _SPAN / 2
    step = max(1.0, math.ceil(across / 5))  # room for the labels between two lines
    meridians = []
    value = math.ceil(west / step) * step
    while value < west + across:
        wrapped = (value + 180) % 360 - 180
        meridians.append((round((value - west) * per_degree * shrink, 1), _degrees(wrapped, "E", "W")))
        value += step
    parallels = []
    value = math.ceil((north - _SPAN) / 0.5) * 0.5
    while value < north:
        if abs(value) <= 90:
            parallels.append((round((north - value) * per_degree, 1), _degrees(value, "N", "S")))
        value += 0.5
    return Grid(
        meridians=tuple(meridians),
        parallels=tuple(parallels),
        x=WIDTH / 2,
        y=HEIGHT / 2,
        scale=round(50 / 111.2 * per_degree, 1),
        scale_km=50,
        latitude=_degrees(latitude, "N", "S"),
        longitude=_degrees(longitude, "E", "W"),
    )
