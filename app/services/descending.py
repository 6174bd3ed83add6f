"""What became of the lines of every revision of a transcript, and of the passages that stand on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.models import Passage, Transcript
from app.services import revisions, tracing
from app.services.revisions import Edited


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of one revision."""

    revision: int
    first: int
    last: int

    @property
    def lines(self) -> set[int]:
        """Their numbers."""
        return set(range(self.first, self.last + 1))


class Descent:
    """What became of the lines of every revision of a transcript, up to its newest one."""

    def __init__(self, held: Sequence[Transcript]) -> None:
        self.held = {one.revision: one for one in held}
        self.by_id = {one.id: one for one in held}
        self.newest = max(self.held)
        self._lineages = revisions.lineages(held)
        self._lines: dict[int, list[Edited]] = {}
        self._origins: dict[int, list[set[int]]] = {}
        self._children: dict[int, dict[int, set[int]]] = {}

    def lines(self, revision: int) -> list[Edited]:
        """The lines of a revision."""
        if revision not in self._lines:
            self._lines[revision] = revisions.lines(self.held[revision])
        return self._lines[revision]

    def origins(self, revision: int) -> list[set[int]]:
        """For each line of the newest revision the lines of ``revision`` it descends from."""
        if revision not in self._origins:
            count = len(self.lines(revision))
            self._origins[revision] = tracing.origins(self._lineages, revision, count)[self.newest]
        return self._origins[revision]

    def children(self, revision: int) -> dict[int, set[int]]:
        """For each line of ``revision`` of which something is left, the newest lines that descend from it."""
        if revision not in self._children:
            found: dict[int, set[int]] = {}
            for line, made_of in enumerate(self.origins(revision)):
                for position in made_of:
                    found.setdefault(position, set()).add(line)
            self._children[revision] = found
        return self._children[revision]

    def standing(self, place: Place) -> set[int]:
        """The newest lines that descend from a place."""
        children = self.children(place.revision)
        return {line for position in place.lines for line in children.get(position, ())}

    def spans(self, place: Place) -> tuple[tuple[int | None, int | None], ...]:
        """The times of a place, of what it was made of and of what became of it, in every revision."""
        times = []
        for revision, here in self.everywhere(place).items():
            held = [line for number, line in enumerate(self.lines(revision)) if number in here]
            times += [(line.start_ms, line.end_ms) for line in held]
        return tuple(dict.fromkeys(times))

    def everywhere(self, place: Place) -> dict[int, set[int]]:
        """A place, what it was made of and what became of it: lines by revision."""
        lineages, found = self._lineages, tracing.sources(self._lineages, place.revision, place.lines)
        for revision, here in tracing.standing(lineages, place.revision, place.lines).items():
            found[revision] = found.get(revision, set()) | here
        return found


def place_of(passage: Passage, descent: Descent) -> Place:
    """Where a passage stands."""
    assert passage.transcript_id is not None
    assert passage.first is not None
    assert passage.last is not None
    return Place(descent.by_id[passage.transcript_id].revision, passage.first, passage.last)


def origin_of(passage: Passage, descent: Descent) -> Place:
    """Where a passage stood before it came into doubt; where it stands, when it did not."""
    held = descent.by_id.get(passage.was_transcript_id or 0)
    if held is None or passage.was_first is None or passage.was_last is None:
        return place_of(passage, descent)
    return Place(held.revision, passage.was_first, passage.was_last)
