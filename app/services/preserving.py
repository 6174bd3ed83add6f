"""Copy the archive to another place: the database first, then the sealed files it speaks of."""

import logging
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import MediaFile, Upload, UploadState
from app.storage import store

log = logging.getLogger(__name__)


def back_up(folder: Path) -> tuple[int, int]:
    """A copy that ``ARCHIVE_HOME`` can point at; indexes are rebuilt there. Returns files, bytes.

    The database is copied as of one moment; files are written once, so those copied after it
    are all it needs. Raises Conflict when the folder holds a backup already, Invalid when the
    database is a server, which has its own tools (``pg_dump``).
    """
    connection = session().connection().connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        raise Invalid("This database is a server: copy it with its own tool, and the media folder after it.")
    target = folder / "archive.sqlite"
    if target.exists():
        raise Conflict(f"{folder} holds a backup already.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / "archive.sqlite.part"
    part.unlink(missing_ok=True)
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    files, size = 0, 0
    given = select(Upload.key).where(Upload.state == UploadState.RECEIVED)
    for key in session().scalars(select(MediaFile.key).union(given)):
        path = folder / "media" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            source = store().open(key)
        except NotFound:  # destroyed since the database was copied, or lost: the others are saved
            log.error("file %s is not in the store, and not in this backup", key)
            continue
        with source, path.open("wb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
            out.flush()
            os.fsync(out.fileno())
            size += out.tell()
        files += 1
    part.replace(target)  # last: a folder with a database in it is a whole backup
    return files, size + target.stat().st_size
