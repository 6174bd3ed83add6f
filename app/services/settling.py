"""Two at once: the second to save sees both versions field by field, and nothing is lost.

Whoever edits hands in the version they read, what they want, and (where the form carried it) what they
read. What only one of the two changed is taken from whoever changed it; only where both changed one
field to different things is somebody asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.db import Versioned, session
from app.errors import Conflict

CHANGED = "Somebody else has changed this since you opened it. Nothing was saved yet: choose for each field."


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: what stands there now, and what the second wants.

    Where a value is an identifier or a code, ``theirs_shown`` and ``yours_shown`` are what people read.
    """

    field: str
    theirs: Any
    yours: Any
    theirs_shown: str = ""
    yours_shown: str = ""


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
    shown: Callable[[str, Any], str] | None = None,
) -> dict[str, Any]:
    """Which fields to set, and to what: those of ``wanted`` that differ from what is ``held`` now.

    ``version`` is the one held, ``read`` the one the editor had before them, ``before`` what they read
    (without it every difference counts as theirs and yours). ``shown`` puts a field's value into words
    where it says nothing by itself. Raises Differs when both changed a field.
    """
    say = shown or (lambda field, value: "")
    seen = before or {}
    changed = {field: value for field, value in wanted.items() if held[field] != value}
    # What the editor left as they read it is not theirs to set, also once they have chosen for other fields.
    mine = {field: value for field, value in changed.items() if field not in seen or seen[field] != value}
    if version == read:
        return mine
    asked = tuple(
        Difference(field, held[field], value, say(field, held[field]), say(field, value))
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
