"""Refuse to serve an archive that would leak or lose: a look at its keys, its folders and its disk."""

import shutil
import stat

import config
from app.errors import Conflict
from config import Settings

SPARE = 64 * 1024 * 1024  # bytes that must be free on the archive's disk
SHORTEST_KEY = 32  # characters


def refuse_to_serve_if_unsafe(settings: Settings) -> None:
    """Raises Conflict with what is wrong and what to do about it."""
    home = settings.home
    for name in ("archive.sqlite", "secret_key", "search_index"):
        path = home / name
        if path.exists() and path.stat().st_mode & stat.S_IRWXO:
            path.chmod(path.stat().st_mode & ~stat.S_IRWXO & ~stat.S_IRWXG)
    if len(config.secret_key(settings)) < SHORTEST_KEY:
        raise Conflict(f"SECRET_KEY is shorter than {SHORTEST_KEY} characters; leave it out and one is made.")
    if (free := shutil.disk_usage(home).free) < SPARE:
        raise Conflict(f"The disk of {home} has {free // 2**20} MiB left; make room before serving.")
