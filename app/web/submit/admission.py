"""Against floods and guessing: a small proof of work to begin, a growing wait after wrong words.

Both are kept in the visitor's own session, so nobody else is slowed and no address is known.
"""

import hashlib

from flask import session

from app import clock
from app.errors import TooSoon
from app.web.submit.holding import ticket

ZERO_BITS = 16  # a telephone finds such a number in a second or two
PATIENCE = 8  # seconds on the start page that stand for the proof, where no script can find one
LONGEST_WAIT = 60  # seconds after many wrong words


def challenge() -> str:
    """What a proof is found for: made of this session's ticket, so that a proof begins one account only."""
    return hashlib.sha256(f"challenge:{ticket()}".encode()).hexdigest()[:32]


def seen() -> None:
    """Remember when this session first saw the start page."""
    if session.get("seen", [""])[0] != challenge():
        session["seen"] = [challenge(), _now()]


def admit(proof: str) -> None:
    """Let a new account begin. Raises TooSoon without a proof before some seconds have passed."""
    if proves(challenge(), proof):
        return
    of, since = session.get("seen", ["", 0])
    if of != challenge() or _now() - since < PATIENCE:
        seen()
        raise TooSoon("Please wait a few seconds, then press the button once more.")


def proves(challenge: str, proof: str) -> bool:
    """Whether the SHA-256 of challenge and proof begins with enough zero bits."""
    if not 0 < len(proof) <= 20 or not proof.isascii():
        return False
    digest = hashlib.sha256(f"{challenge}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - ZERO_BITS) == 0


def wait() -> int:
    """Seconds until six words may be tried again."""
    _, until = session.get("tries", [0, 0])
    return max(0, int(until) - _now())


def wrong() -> None:
    """Six words were wrong: the wait until the next try doubles, up to a minute."""
    count = min(session.get("tries", [0, 0])[0] + 1, 10)
    session["tries"] = [count, _now() + min(2 ** (count - 1), LONGEST_WAIT)]


def right() -> None:
    """The words were right: no wait any more."""
    session.pop("tries", None)


def _now() -> int:
    return int(clock.now().timestamp())
