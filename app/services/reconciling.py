"""Two people corrected one revision: what both did is brought together, line by line, by lineage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.errors import Conflict
from app.models import Transcript
from app.services import revisions, tracing
from app.services.revisions import Edited
from app.services.tracing import Lineage, Unit

CHANGED = (
    "Somebody else has changed these lines since you opened them. Nothing was saved yet: choose for each."
)
THEIRS, YOURS, BOTH = "theirs", "yours", "both"


@dataclass(frozen=True, slots=True)
class LineDifference:
    """Lines that two people changed: what both read, what stands there now, what the second wants."""

    key: str
    before: tuple[Edited, ...]
    theirs: tuple[Edited, ...]
    yours: tuple[Edited, ...]

    @property
    def inserted(self) -> bool:
        """Both only added something between the same lines: both can be kept."""
        return not self.before


class LinesDiffer(Conflict):
    """Raised when two people changed the same lines; ``against`` is the revision to choose against."""

    def __init__(self, against: int, differences: tuple[LineDifference, ...]) -> None:
        super().__init__(CHANGED)
        self.against = against
        self.differences = differences


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for each difference (theirs, yours, both), against which current revision."""

    against: int
    picked: Mapping[str, str] = field(default_factory=dict)


def merged(
    before: Sequence[Edited],
    mine: Sequence[Edited],
    held: Transcript,
    theirs: Sequence[Edited],
    read: int,
    choices: Choices | None,
) -> tuple[list[Edited], list[list[Any]]]:
    """What two made of the same lines, brought together, and its lineage from the lines of ``theirs``.

    A line that one took away and the other kept, and that is chosen to stay, descends from where it was
    last seen: what stood on it, and above all what was withheld with it, finds it again.
    """
    known = revisions.lineages(revisions.chain(held))
    descent = [sorted(made_of) for made_of in tracing.origins(known, read, len(before))[held.revision]]
    whence = tracing.restored(known, read, held.revision, len(before))
    picked = choices.picked if choices and choices.against == held.revision else {}
    merged: list[Edited] = []
    lineage: list[list[Any]] = []
    differences = []
    for unit in tracing.units(len(before), [line.came_from for line in mine], descent):
        was = tuple(before[unit.first : unit.last + 1])
        stand = tuple(replace(theirs[j], came_from=(j,)) for j in unit.theirs)
        wish = tuple(mine[j] for j in unit.mine)
        choice = _choice(unit, was, stand, wish, descent)
        key = f"{unit.first}-{unit.last}"
        if not choice:
            choice = picked.get(key, "")
        if choice not in (THEIRS, YOURS, BOTH) or (choice == BOTH and was):
            differences.append(LineDifference(key, was, stand, wish))
        if choice in (THEIRS, BOTH):
            merged += stand
            lineage += [[j] for j in unit.theirs]
        if choice in (YOURS, BOTH):
            merged += wish
            lineage += [_from(line.came_from, whence) for line in wish]
    if differences:
        raise LinesDiffer(held.revision, tuple(differences))
    return merged, lineage


def _choice(
    unit: Unit, was: Sequence[Edited], stand: Sequence[Edited], wish: Sequence[Edited], descent: Lineage
) -> str:
    """Whose lines to take where only one changed them, or both did the same; empty where both did."""
    if _unchanged(was, wish, [line.came_from for line in wish]):
        return THEIRS
    if _unchanged(was, stand, [descent[j] for j in unit.theirs]):
        return YOURS
    return THEIRS if [line.said for line in wish] == [line.said for line in stand] else ""


def _unchanged(was: Sequence[Edited], made: Sequence[Edited], lineage: Lineage) -> bool:
    return [line.said for line in was] == [line.said for line in made] and all(
        tuple(parents) == line.came_from for line, parents in zip(was, lineage, strict=True)
    )


def _from(parents: Iterable[int], whence: Lineage) -> list[Any]:
    found = [parent for line in parents for parent in whence[line]]
    stand = sorted({parent for parent in found if isinstance(parent, int)})
    return [*stand, *(parent for parent in found if not isinstance(parent, int))]
