"""Accounts: who may sign in, and as what. Passwords are kept as Argon2 hashes only."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from app.db import session
from app.errors import Conflict, Invalid, NotFound
from app.models import Role, User
from app.policy import Action, Actor, require
from app.services import auditing, guessing, identifying

SHORTEST = 12  # characters of a password
LONGEST = 500
HASHER = PasswordHasher()  # Argon2id with the parameters of RFC 9106 for little memory


def add(email: str, role: str, password: str, actor: Actor, *, name: str = "") -> User:
    """A new account. Raises Invalid for an unfit password or a bad address, Conflict when it exists."""
    require(actor, Action.MANAGE_USERS)
    email = address(email)
    refuse_unfit(password, email, name)
    user = make(email, name, identifying.choice(Role, role, "role"), password)
    auditing.note(actor, "user.add", f"user:{user.identifier}", role=role)
    return user


def make(email: str, name: str, role: Role, password: str) -> User:
    """The account itself. Raises Conflict when there is one of this address."""
    refuse_known(email)
    user = User(email=email, name=name or email.partition("@")[0], role=role, password_hash=hashed(password))
    session().add(user)
    session().flush()
    return user


def address(email: str) -> str:
    """An e-mail address as it is kept. Raises Invalid when it is none."""
    email = email.strip().lower()
    before, _, after = email.partition("@")
    if not before or not after or len(email) > 254 or any(letter.isspace() for letter in email):
        raise Invalid(f"{email!r} is no e-mail address.")
    return email


def refuse_known(email: str) -> None:
    """Raises Conflict when there is an account of this address."""
    if session().scalar(select(User).filter_by(email=email)):
        raise Conflict(f"{email} has an account already.")


def refuse_unfit(password: str, email: str, name: str) -> None:
    """Raises Invalid with why this is no password for this person. Nobody outside is asked."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise Invalid(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise Invalid(f"A password has at most {LONGEST} characters.")
    if len(set(password.casefold())) < 5:
        raise Invalid("This password says the same few characters again and again. Choose other words.")
    rest = password.casefold()
    for known in sorted({email, *email.split("@"), name, *name.split()}, key=len, reverse=True):
        if len(known) >= 3:
            rest = rest.replace(_normal(known).casefold(), "")
    if len(rest) < SHORTEST // 2:
        raise Invalid("This password is little more than your name or address. Choose other words.")


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(_normal(password))


def check(email: str, password: str) -> Actor:
    """Who this is. Raises Invalid, with the same words and after the same time, whatever was wrong.

    Raises TooSoon, for an account and for none alike, when it was guessed at too often: see ``guessing``.
    """
    email = email.strip().lower()
    guessing.refuse_too_many("password", email)
    user = session().scalar(select(User).filter_by(email=email, is_active=True))
    if not _fits(user.password_hash if user else _of_nobody(), password) or user is None:
        raise Invalid("The address or the password is not right.")
    return actor_of(user)


def prove(actor: Actor, password: str) -> None:
    """That it is really this person, before something of their account is changed.

    Raises Invalid when the password is not theirs, TooSoon when it was guessed at too often.
    """
    user = find(actor.identifier)
    guessing.refuse_too_many("password", user.email)
    if not _fits(user.password_hash, password):
        raise Invalid("This is not your password.")


def find(identifier: str) -> User:
    """The account of an identifier. Raises NotFound."""
    user = session().scalar(select(User).filter_by(identifier=identifier))
    if user is None:
        raise NotFound("There is no such account.")
    return user


def actor_of(user: User) -> Actor:
    """The user as one who acts."""
    return Actor(user.identifier, user.name, user.role)


def _fits(kept: str, password: str) -> bool:
    with guessing.turn():
        try:
            return HASHER.verify(kept, _normal(password[: LONGEST + 1]))
        except (VerifyMismatchError, InvalidHashError):
            return False


def _of_nobody() -> str:
    """A hash in PHC's string format that no password is known for, and that takes as long as any to try."""
    effort = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${effort}${'A' * 22}${'A' * 43}"  # 16 and 32 bytes, all of them nought


def _normal(password: str) -> str:
    """However a keyboard puts its letters together, it is the same password."""
    return unicodedata.normalize("NFKC", password)
