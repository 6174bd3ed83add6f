"""What is kept under the archive's own key: receipts as slow digests, contacts encrypted.

A receipt is six words of the Electronic Frontier Foundation's long list of 7,776 (77.5 bits); the list
comes with the package xkcdpass. What is kept of it is scrypt (RFC 7914) under a key that lies
outside the database, so that a stolen database opens no account and names nobody.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from cryptography.fernet import Fernet, InvalidToken

from app.errors import Invalid, TooSoon

WORDS = 6
COST = 2**14  # scrypt's n: 16 MiB and some 50 ms for each try
PATIENCE = 10.0  # seconds a try may wait for its turn
_turns = threading.BoundedSemaphore(2)  # tries at once in a process: readers keep the rest of the machine
_queue = threading.BoundedSemaphore(2 + 8)  # and those that wait: each one that does holds a server's thread


@cache
def word_list() -> tuple[str, ...]:
    """The 7,776 words."""
    return tuple(files("xkcdpass").joinpath("static", "eff-long").read_text().split())


def new_receipt() -> str:
    """Six words, drawn evenly, between single blanks."""
    return " ".join(secrets.choice(word_list()) for _ in range(WORDS))


class Seal:
    """The archive's key, and what is done with it."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._box = Fernet(base64.urlsafe_b64encode(self._derived("contact")))

    def receipt(self, words: str) -> str:
        """What is kept of a receipt. As slow for wrong words as for right ones."""
        # Only the letters: however the words are parted or numbered when they are written down.
        said = re.sub("[^a-z]", "", unicodedata.normalize("NFKC", words[:1000]).casefold())
        return hashlib.scrypt(said.encode(), salt=self._derived("receipt"), n=COST, r=8, p=1, dklen=32).hex()

    def tried(self, words: str) -> str:
        """The same for words somebody tries. Raises TooSoon when too many tries are waiting already."""
        with _place(_queue, 0), _place(_turns, PATIENCE):
            return self.receipt(words)

    def fingerprint(self) -> str:
        """By what this key is known again; it tells nothing of the key."""
        return self._derived("fingerprint").hex()[:32]

    def ticket(self, word: str) -> str:
        """What is kept of a session's ticket."""
        return hmac.new(self._derived("ticket"), word.encode(), "sha256").hexdigest()

    def close(self, text: str) -> str:
        """The text, encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256)."""
        # The token's own time would tell when the account came in: it is set to nothing.
        return self._box.encrypt_at_time(text.encode(), 0).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises Invalid when it was sealed under another key."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Invalid(
                "This was sealed under another key: the archive's secret key has changed."
            ) from None

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._key, purpose.encode(), "sha256").digest()


@contextmanager
def _place(places: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    if not places.acquire(timeout=patience):
        raise TooSoon("Too many people are asking at the moment. Wait a minute and try again.")
    try:
        yield
    finally:
        places.release()


_seal: ContextVar[Seal] = ContextVar("seal")


def seal() -> Seal:
    """The seal of the archive being worked in."""
    return _seal.get()


@contextmanager
def using(seal: Seal) -> Iterator[None]:
    """Work with this seal for a while."""
    token = _seal.set(seal)
    try:
        yield
    finally:
        _seal.reset(token)
