"""Guessing is slowed: for one account with every wrong try after the tenth, for all together by turns.

No address is known or kept. An account is named by a digest, whether there is such an account or not.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select

from app import clock
from app.db import one_at_a_time, session
from app.errors import TooSoon
from app.models import Guess
from app.sealing import seal

FREE = 10  # wrong tries in a row that cost nothing
LONGEST = 5  # minutes that the person whose account it is must wait at most
MEMORY = timedelta(hours=1)  # how long wrong tries are remembered after the last
PATIENCE = 10.0  # seconds a try may wait for its turn
_turns = threading.BoundedSemaphore(2)  # passwords tried at once in a process: Argon2 takes 64 MiB for each
_queue = threading.BoundedSemaphore(2 + 8)  # and those that wait: each one that does holds a server's thread


def refuse_too_many(what: str, whose: str) -> None:
    """Raises TooSoon while this account must wait, since ``what`` (password, code) was guessed too often."""
    guess = session().scalar(select(Guess).filter_by(digest=_named(what, whose)))
    if guess is None or guess.wrong < FREE:
        return
    minutes = min(2 ** (guess.wrong - FREE), LONGEST)
    if clock.now() < guess.last_at + timedelta(minutes=minutes):
        often = "There were too many wrong tries for this account."
        wait = "Wait a minute" if minutes == 1 else f"Wait {minutes} minutes"
        raise TooSoon(f"{often} {wait} and try again.")


def wrong(what: str, whose: str) -> None:
    """Count a wrong try."""
    one_at_a_time(session())
    session().execute(delete(Guess).where(Guess.last_at < clock.now() - MEMORY))
    guess = session().scalar(select(Guess).filter_by(digest=_named(what, whose)))
    if guess is None:
        guess = Guess(digest=_named(what, whose), wrong=0)
        session().add(guess)
    guess.wrong += 1
    guess.last_at = clock.now()
    session().flush()


def right(what: str, whose: str) -> None:
    """Forget the wrong tries: the right one came."""
    session().execute(delete(Guess).filter_by(digest=_named(what, whose)))


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn to try a password. Raises TooSoon when too many wait already."""
    with _place(_queue, 0), _place(_turns, PATIENCE):
        yield


@contextmanager
def _place(places: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    if not places.acquire(timeout=patience):
        raise TooSoon("Too many people are asking at the moment. Wait a minute and try again.")
    try:
        yield
    finally:
        places.release()


def _named(what: str, whose: str) -> str:
    return seal().ticket(f"guess {what} {whose}")
