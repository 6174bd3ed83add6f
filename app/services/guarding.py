"""Refuse to serve an archive that would leak or lose: a look at its keys, its folders and its disk."""

import shutil
import stat

from sqlalchemy import select

import config
from app.db import session
from app.errors import Conflict
from app.models import AuditEntry
from app.policy import Actor
from app.sealing import seal
from app.services import auditing
from config import Settings

SPARE = 64 * 1024 * 1024  # bytes that must be free on the archive's disk
KEY = "archive.know_key"  # the trail's action that remembers the key's fingerprint
SHORTEST_KEY = 32  # characters


def know_key(actor: Actor, *, accept: bool = False) -> None:
    """Hold the secret key against the one this archive was served with before.

    Raises Conflict when it is another: receipts and contacts kept under the old one could not be opened.
    ``accept`` takes the new one all the same.
    """
    now = seal().fingerprint()
    entries = select(AuditEntry).filter_by(action=KEY).order_by(AuditEntry.id.desc()).limit(1)
    before = session().scalar(entries)
    if before is None or (accept and before.details["fingerprint"] != now):
        auditing.note(actor, KEY, "archive:key", fingerprint=now)
    elif before.details["fingerprint"] != now:
        raise Conflict(
            "The secret key is not the one this archive was served with before. Put the old one back (the "
            "file secret_key, or SECRET_KEY). If it is lost, `archive accept-key` goes on without it: no "
            "receipt given so far opens an account any more, and no contact can be read."
        )


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
