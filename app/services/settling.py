"""Two at once: the second to save sees both versions field by field, and nothing is lost.

Whoever edits hands in the version they read, what they want, and (where the form carried it) what they
read. What only one of the two changed is taken from whoever changed it; only where both changed one
field to different things is somebody asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.db import Versioned, session
from app.errors import Conflict

CHANGED = "Somebody else has changed this since you opened it. Nothing was saved yet: choose for each field."


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: what stands there now, and what the second wants."""

    field: str
    theirs: Any
    yours: Any


class Differs(Conflict):
    """Raised when two people changed the same fields. ``version`` is the one to hand in with the choice."""

    def __init__(self, version: int, differences: tuple[Difference, ...]) -> None:
        super().__init__(CHANGED)
        self.version = version
        self.differences = differences


def settle(
    held: Mapping[str, Any],
    version: int,
    read: int,
    wanted: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Which fields to set, and to what: those of ``wanted`` that differ from what is ``held`` now.

    ``version`` is the one held, ``read`` the one the editor had before them, ``before`` what they read
    (without it every difference counts as theirs and yours). Raises Differs when both changed a field.
    """
    changed = {field: value for field, value in wanted.items() if held[field] != value}
    if version == read:
        return changed
    seen = before or {}
    mine = {field: value for field, value in changed.items() if field not in seen or seen[field] != value}
    asked = tuple(
        Difference(field, held[field], value)
        for field, value in mine.items()
        if field not in seen or seen[field] != held[field]
    )
    if asked:
        raise Differs(version, asked)
    return mine


def locked(thing: Versioned) -> int:
    """The version of a thing as it stands now, kept from others until this transaction ends."""
    session().refresh(thing, with_for_update=True)
    return thing.version
