"""Accounts: who may sign in, and as what. Passwords are kept as Argon2 hashes only."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Role, User
from app.policy import Action, Actor, require
from app.services import auditing, identifying

SHORTEST = 12  # characters of a password
_hasher = PasswordHasher()
_nobody = _hasher.hash("nobody has this password")


def add(email: str, role: str, password: str, actor: Actor, *, name: str = "") -> User:
    """A new account. Raises Invalid for a short password or a bad address, Conflict when it exists."""
    require(actor, Action.MANAGE_USERS)
    email = email.strip().lower()
    if "@" not in email:
        raise Invalid(f"{email!r} is no e-mail address.")
    if len(password) < SHORTEST:
        raise Invalid(f"A password has at least {SHORTEST} characters.")
    if session().scalar(select(User).filter_by(email=email)):
        raise Conflict(f"{email} has an account already.")
    user = User(
        email=email,
        name=name or email.partition("@")[0],
        role=identifying.choice(Role, role, "role"),
        password_hash=_hasher.hash(password),
    )
    session().add(user)
    session().flush()
    auditing.note(actor, "user.add", f"user:{user.identifier}", role=role)
    return user


def check(email: str, password: str) -> Actor:
    """Who this is. Raises Invalid, with the same words and after the same time, whatever was wrong."""
    user = session().scalar(select(User).filter_by(email=email.strip().lower(), is_active=True))
    try:
        _hasher.verify(user.password_hash if user else _nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        user = None
    if user is None:
        raise Invalid("The address or the password is not right.")
    return actor_of(user)


def recall(identifier: str) -> Actor:
    """The actor of a session, with the role it has now. Raises NotFound when the account is gone."""
    user = session().scalar(select(User).filter_by(identifier=identifier, is_active=True))
    if user is None:
        raise NotFound("There is no such account.")
    return actor_of(user)


def actor_of(user: User) -> Actor:
    """The user as one who acts."""
    return Actor(user.identifier, user.name, user.role)
