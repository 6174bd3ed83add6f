"""Look at a file, in the confined child, and believe of the answer only what it may say."""

from pathlib import Path
from typing import Any

from app.derivatives import confined
from app.derivatives.kinds import ACCEPTED, MIMETYPES, NAMED, Look, Refusal

LONGEST_MS = 2**31 - 1


def look(path: Path) -> Look:
    """What the file is; whatever goes wrong on the way is a refusal."""
    if path.stat().st_size == 0:
        return refusal(Refusal.EMPTY)
    try:
        answer = confined.run("app.derivatives.looking", "look", path)
    except confined.Failed:
        return refusal(Refusal.TOO_HARD)
    return believed(answer)


def refusal(why: Refusal) -> Look:
    """A refusal in sentences; where it helps they say what can be kept."""
    return Look(refused=f"{why} {ACCEPTED}" if why in NAMED else why.value)


def believed(answer: dict[str, Any]) -> Look:
    """What the child's answer may mean: one of our kinds and types with sensible numbers, or a refusal."""
    if (why := answer.get("refused")) is not None:
        return refusal(Refusal[why] if why in Refusal.__members__ else Refusal.TOO_HARD)
    kind, mimetype = str(answer.get("kind")), str(answer.get("mimetype"))
    if mimetype not in MIMETYPES.get(kind, ()):
        return refusal(Refusal.TOO_HARD)
    duration_ms, width, height = (number(answer.get(name)) for name in ("duration_ms", "width", "height"))
    return Look(kind, mimetype, duration_ms, width, height)


def number(said: object) -> int | None:
    """A number that can be true of a file."""
    return said if isinstance(said, int) and 0 < said <= LONGEST_MS else None
