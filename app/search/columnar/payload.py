"""What Whoosh's formats keep with each posting, as numbers: places, characters, boosts.

Formats encode values as bytes for their own posting files, by pickling. Here they are taken apart as they
come, kept as arrays, and given back decoded. Values are encoded again only for those who ask for bytes.
"""

# mypy: allow-untyped-calls

from collections.abc import Sequence
from typing import Any

from whoosh import formats

COLUMNS = {  # what a place has beside its position, by kind of payload, and how it is kept
    "none": (),
    "count": (),
    "positions": (),
    "characters": (("startchars", "<u4"), ("endchars", "<u4")),
    "position_boosts": (("boosts", "<f4"),),
    "character_boosts": (("startchars", "<u4"), ("endchars", "<u4"), ("boosts", "<f4")),
    "raw": (),
}
PLACED = ("positions", "characters", "position_boosts", "character_boosts")


def kind(format_: Any) -> str:
    """Which payload a format makes; ``raw`` for formats that are not Whoosh's own."""
    known = {
        formats.Existence: "none",
        formats.Frequency: "count",
        formats.Positions: "positions",
        formats.Characters: "characters",
        formats.PositionBoosts: "position_boosts",
        formats.CharacterBoosts: "character_boosts",
    }
    return known.get(type(format_), "raw")


def decoded(format_: Any, how: str, given: bytes) -> Sequence[Any]:
    """The places of one posting, as its format tells them: numbers or tuples."""
    if how == "positions":
        found: Sequence[Any] = format_.decode_positions(given)
    elif how == "characters":
        found = format_.decode_characters(given)
    elif how == "position_boosts":
        found = format_.decode_position_boosts(given)
    else:
        found = format_.decode_character_boosts(given)
    return found


def encoded(format_: Any, how: str, count: int, places: Sequence[Any]) -> bytes:
    """What the format would have written."""
    if how == "none":
        return b""
    if how == "count":
        return int(count).to_bytes(4, "big")
    found: bytes = format_.encode(places)
    return found


def told(how: str, asked: str, count: int, places: Sequence[Any], field_boost: float) -> Any:
    """A posting as ``asked`` (frequency, weight, positions, characters ...), without bytes. None: unknown."""
    if asked == "frequency":
        return count
    if asked == "weight" and how in ("none", "count", "positions", "characters"):
        return count * field_boost if how != "none" else field_boost
    if how == "positions":
        return {"positions": places, "position_boosts": [(one, 1) for one in places]}.get(asked)
    if asked == "positions":
        return [one[0] for one in places]
    if how == "characters":
        boosts = [(position, start, end, 1) for position, start, end in places]
        return {
            "characters": places,
            "position_boosts": [(one[0], 1) for one in places],
            "character_boosts": boosts,
        }.get(asked)
    if how == "position_boosts":
        return places if asked == "position_boosts" else None
    if how == "character_boosts":
        return {
            "characters": [one[:3] for one in places],
            "position_boosts": [(one[0], one[3]) for one in places],
            "character_boosts": places,
        }.get(asked)
    return None
