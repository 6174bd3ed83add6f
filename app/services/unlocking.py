"""What opens an account for a browser that has it open, until somebody makes other words.

A key is made of the words' digest, or of the ticket while there are no words, and of some letters that tell
one browser from another. Whoever knows it learns nothing of either.
"""

import hmac
import secrets

from app.db import session
from app.sealing import seal
from app.services import recalling

OWN = 16  # characters of a key that are the browser's own


def key(identifier: str) -> str:
    """A new key to this account, for one browser: it opens until there are other six words."""
    submission, own = recalling.find(identifier), secrets.token_hex(OWN // 2)
    return own + _fitting(own, submission.receipt_hash or submission.ticket or "")


def opens(identifier: str, key: str) -> bool:
    """Whether a browser's key still opens this account. Raises NotFound.

    Three kinds do: made with the words as they are; made when the account was begun; and that of whoever
    had other words made last, whose answer may have been lost on the way.
    """
    submission, own = recalling.find(identifier), key[:OWN]
    roots = (submission.receipt_hash, submission.ticket)
    if any(root and hmac.compare_digest(key, own + _fitting(own, root)) for root in roots):
        return True
    return hmac.compare_digest(submission.ticket or "", _renewing(key))


def shut_out_others(identifier: str, key: str) -> None:
    """After other words were made: of the keys from before only this one opens the account."""
    recalling.find(identifier).ticket = _renewing(key)  # the one it was begun with is of no more use
    session().flush()


def _fitting(own: str, root: str) -> str:
    return seal().ticket(f"key {own} {root}")[:16]


def _renewing(key: str) -> str:
    return seal().ticket(f"renewed {key}")
