"""Where the shared fixtures lie: ../shared, or ARCHIVE_SHARED."""

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def shared_path(*parts: str) -> Path:
    """A path under ../shared, or under ARCHIVE_SHARED; it may not be there."""
    return Path(os.environ.get("ARCHIVE_SHARED", _ROOT.parent / "shared")).joinpath(*parts)


def shared_files(*parts: str) -> list[Path]:
    """Every file under a folder of ../shared; none where it is absent."""
    return sorted(path for path in shared_path(*parts).rglob("*") if path.is_file())
