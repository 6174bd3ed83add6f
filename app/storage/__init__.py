"""Where files are kept. ``STORAGE_URL`` says which store it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import urlsplit

from app.storage.base import Storage, StoredFile
from app.storage.local import LocalStorage

__all__ = ["Storage", "StoredFile", "open_storage", "store", "using"]

_store: ContextVar[Storage] = ContextVar("store")


def open_storage(url: str) -> Storage:
    """The store at an address: ``file:///path``. Raises ValueError for a kind there is none of."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"STORAGE_URL: no store of kind {parts.scheme!r}; use file:///path")
    return LocalStorage(Path(parts.path))


def store() -> Storage:
    """The store of the archive being worked in."""
    return _store.get()


@contextmanager
def using(store: Storage) -> Iterator[None]:
    """Work with this store for a while."""
    token = _store.set(store)
    try:
        yield
    finally:
        _store.reset(token)
