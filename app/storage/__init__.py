"""Where files are kept. ``STORAGE_URL`` says which store it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import urlsplit

from app.storage.anteroom import Anteroom
from app.storage.base import Storage, StoredFile
from app.storage.ledger import Ledger
from app.storage.local import LocalStorage

__all__ = [
    "Anteroom",
    "Ledger",
    "Storage",
    "StoredFile",
    "anteroom",
    "ledger",
    "open_storage",
    "replica",
    "store",
    "using",
]

_store: ContextVar[Storage] = ContextVar("store")
_replica: ContextVar[Storage | None] = ContextVar("replica", default=None)
_anteroom: ContextVar[Anteroom] = ContextVar("anteroom")
_ledger: ContextVar[Ledger] = ContextVar("ledger")


def open_storage(url: str) -> Storage:
    """The store at an address: ``file:///path``. Raises ValueError for a kind there is none of."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"STORAGE_URL: no store of kind {parts.scheme!r}; use file:///path")
    return LocalStorage(Path(parts.path))


def store() -> Storage:
    """The store of the archive being worked in."""
    return _store.get()


def replica() -> Storage | None:
    """Where a second copy of every original is kept, if anywhere."""
    return _replica.get()


def anteroom() -> Anteroom:
    """Where files wait that are still arriving."""
    return _anteroom.get()


def ledger() -> Ledger:
    """Where withdrawals are written down outside the database."""
    return _ledger.get()


@contextmanager
def using(
    store: Storage, anteroom: Anteroom, ledger: Ledger, replica: Storage | None = None
) -> Iterator[None]:
    """Work with these rooms for a while."""
    second = _replica.set(replica)
    held, waiting, written = _store.set(store), _anteroom.set(anteroom), _ledger.set(ledger)
    try:
        yield
    finally:
        _ledger.reset(written)
        _anteroom.reset(waiting)
        _store.reset(held)
        _replica.reset(second)
