"""Clips of a dossier: from the copy an audience may hear, the time of each passage and nothing more."""

from collections.abc import Callable
from pathlib import Path

from app.formats.dossier import Dossier


def cut(made: Dossier, data: Path, tell: Callable[[int], None]) -> dict[int, str]:
    """Write the clips of all passages that have one; their paths within the dossier, by passage number."""
    found: dict[int, str] = {}
    for done, _ in enumerate(made.passages, 1):
        tell(done)
    return found
