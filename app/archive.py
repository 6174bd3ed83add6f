"""One running archive: its database, stores and indexes, opened from its settings."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

import config
import migrations
from app import sealing, search, storage
from app.db import Base, Database, Moment, open_migration_engine
from app.models import SEARCHING
from app.sealing import Seal
from app.search import Engine
from app.storage import Anteroom, Ledger
from config import Settings

_indexes: ContextVar[Mapping[str, Engine]] = ContextVar("indexes")
_settings: ContextVar[Settings] = ContextVar("settings")


def index(audience: str) -> Engine:
    """The index of one audience, of the archive being worked in."""
    return _indexes.get()[audience]


def settings() -> Settings:
    """The settings of the archive being worked in."""
    return _settings.get()


class Archive:
    """The parts of one archive. Doors open ``reading()`` or ``writing()`` and call a verb inside."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.home.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.database_url)
        self.store = storage.open_storage(settings.storage_url)
        self.replica = storage.open_storage(settings.replica_url) if settings.replica_url else None
        self.anteroom = Anteroom(
            settings.home / "anteroom",
            largest=settings.upload_largest,
            quota=settings.upload_quota,
            files=settings.upload_files,
            reserve=settings.disk_reserve,
        )
        self.ledger = Ledger(Path(settings.ledger))
        self.seal = Seal(config.secret_key(settings))
        self.indexes = {
            audience.value: search.open_engine(f"{settings.search_url}/{audience.value}")
            for audience in SEARCHING
        }

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One state of everything, to look at."""
        with self._at_hand(), self.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A change: committed whole at the end, or as if it never was."""
        with self._at_hand(), self.database.writing() as session:
            yield session

    @contextmanager
    def _at_hand(self) -> Iterator[None]:
        token, held = _indexes.set(self.indexes), _settings.set(self.settings)
        try:
            with (
                storage.using(self.store, self.anteroom, self.ledger, self.replica),
                sealing.using(self.seal),
            ):
                yield
        finally:
            _settings.reset(held)
            _indexes.reset(token)

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema to a revision. Two processes that start together do it once."""
        lock = self.database.lock
        if lock:
            lock.acquire()
        try:
            if not inspect(self.database.engine).has_table("withdrawal"):
                self.ledger.begin()  # a new archive; one that had a ledger and has lost it gets no new one
            migrate(self.settings.database_url, revision)
        finally:
            if lock:
                lock.release()

    def close(self) -> None:
        """Let go of files and connections."""
        for engine in self.indexes.values():
            engine.close()
        self.database.close()


def migrate(url: str, revision: str = "head", **attributes: Any) -> None:
    """Run Alembic on a connection of its own.

    Whole or not at all; foreign keys are checked before the change is committed.
    """
    engine = open_migration_engine(url)
    with engine.connect() as connection, connection.begin():
        config = alembic_config(connection, **attributes)
        if revision.startswith("-") or revision == "base":
            alembic.command.downgrade(config, revision)
        else:
            alembic.command.upgrade(config, revision)
        if engine.dialect.name == "sqlite" and (
            broken := connection.execute(text("PRAGMA foreign_key_check")).first()
        ):
            raise RuntimeError(f"The migration to {revision} would break a reference: {broken}")


def alembic_config(connection: Any, **attributes: Any) -> Config:
    """Alembic's configuration, made here: there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection, metadata=Base.metadata, render_item=_plainly, **attributes
    )
    return config


def _plainly(kind: str, item: object, _: object) -> str | bool:
    """Migrations are history: they name SQL types, never code that may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False
