"""Whose account this browser holds: said in the signed session, and nowhere else."""

import secrets

from flask import session

from app.errors import NotFound


def account() -> str:
    """The identifier of the account held, or nothing."""
    return str(session.get("account", ""))


def must_hold() -> str:
    """The identifier of the account held. Raises NotFound when this browser holds none."""
    if not account():
        raise NotFound("There is no account open here.")
    return account()


def hold(identifier: str) -> None:
    """From now on this browser may see and change that account."""
    session["account"] = identifier


def ticket() -> str:
    """The word that lets this session begin one account: asked twice, it is the same."""
    if "ticket" not in session:
        session["ticket"] = secrets.token_urlsafe(16)
    return str(session["ticket"])


def let_go() -> None:
    """Forget the account on this device; a next one begins afresh."""
    for name in ("account", "ticket", "tries"):
        session.pop(name, None)
