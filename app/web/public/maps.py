"""A small map drawn from coordinates alone: a graticule, a point and a scale; nothing is fetched."""

import math
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
