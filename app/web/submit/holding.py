"""Whose account this browser holds: said in the signed session, and nowhere else."""

import secrets

from flask import session

from app.errors import NotFound
from app.services import unlocking
from app.web.visitor import archive


def account() -> str:
    """The identifier of the account held, or nothing; one that was shut or is gone is let go."""
    held = str(session.get("account", ""))
    try:
        if held and not unlocking.opens(held, key()):
            raise NotFound("There is no account open here.")
    except NotFound:
        let_go()
        return ""
    return held


def must_hold() -> str:
    """The identifier of the account held. Raises NotFound when this browser holds none."""
    if not (held := account()):
        raise NotFound("There is no account open here.")
    return held


def key() -> str:
    """What opens the account for this browser until somebody makes other words."""
    return str(session.get("key", ""))


def hold(identifier: str) -> None:
    """From now on this browser may see and change that account, as it stands now."""
    with archive().reading():  # not what the request saw before it changed something
        session["key"] = unlocking.key(identifier)
    session["account"] = identifier
    for name in ("ticket", "seen"):  # they were needed to begin; a cookie that is found tells no more
        session.pop(name, None)


def ticket() -> str:
    """The word that lets this session begin one account: asked twice, it is the same."""
    if "ticket" not in session:
        session["ticket"] = secrets.token_urlsafe(16)
    return str(session["ticket"])


def let_go() -> None:
    """Forget the account on this device; a next one begins afresh."""
    for name in ("account", "key", "ticket", "seen", "tries"):
        session.pop(name, None)
