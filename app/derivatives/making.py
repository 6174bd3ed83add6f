"""Have copies of an original made in the confined child, and believe of them only what they may be."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from app.derivatives import confined, probe
from app.derivatives.confined import GIB, Limits
from app.derivatives.kinds import Look
from app.derivatives.variants import OUTS, PAGES, STREAMED, VARIANTS, Made

MEMORY = 3 * GIB  # of addresses; what is really in memory is far less
LARGEST = 8 * GIB  # bytes of one copy
HOURS = 8 * 3600  # of work, and on the clock: a recording of twelve hours takes about six
WORDS = 2**20  # bytes of an answer: a paper has many pages
FACTS = 20  # technical facts of an original


@dataclass(frozen=True, slots=True)
class Copies:
    """What the original was found to be, and its copies; or a look that says why there are none."""

    look: Look
    technical: dict[str, Any] = field(default_factory=dict)
    made: tuple[Made, ...] = ()


def make(
    original: BinaryIO,
    folder: Path,
    edits: Mapping[str, Any],
    tell: Callable[[int], None],
    reserve: int = 0,
) -> Copies:
    """Copies of an open file, put into an empty folder, of whose disk ``reserve`` bytes stay free.

    Raises ``confined.Failed`` when the child crashed, hung, or would not say what it made.
    """
    outs = [folder / f"{number}" for number in range(OUTS)]
    room = max(2**20, min(LARGEST, shutil.disk_usage(folder).free - reserve))
    limits = Limits(MEMORY, room, WORDS, HOURS, whole=HOURS)
    answer = confined.work(
        "app.derivatives.crafting", "craft", original, limits, outs, {"edits": dict(edits)}, tell
    )
    look = probe.believed(answer)
    if look.refused:
        return Copies(look)
    return Copies(look, _facts(answer.get("technical")), tuple(_believed(answer.get("made"), outs)))


def _believed(said: Any, outs: list[Path]) -> list[Made]:
    """The copies, each of a variant we know, whole, in the file where it belongs, and each once."""
    made: list[Made] = []
    if not isinstance(said, list) or len(said) > PAGES + len(VARIANTS):
        raise confined.Failed("it talked nonsense")
    for one in said:
        if not isinstance(one, dict) or one.get("variant") not in VARIANTS:
            raise confined.Failed("it talked nonsense")
        variant = one["variant"]
        path = outs[1 + STREAMED.index(variant) if variant in STREAMED else 0]
        start, end = one.get("start"), one.get("end")
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= _size(path):
            raise confined.Failed("it talked nonsense")
        numbers = (probe.number(one.get(name)) for name in ("width", "height", "duration_ms", "page"))
        made.append(Made(variant, path, start, end, *numbers))
    if len({(one.variant, one.page) for one in made}) < len(made):
        raise confined.Failed("it talked nonsense")
    return made


def _size(path: Path) -> int:
    return path.stat().st_size


def _facts(said: Any) -> dict[str, Any]:
    """Technical facts: short words and numbers."""
    if not isinstance(said, dict):
        return {}
    return {
        str(name)[:40]: value[:80] if isinstance(value, str) else value
        for name, value in list(said.items())[:FACTS]
        if isinstance(value, (str, int, float))
    }
