"""Users, as administrators see and change them: roles, closing an account and opening it again."""

from collections.abc import Mapping

from sqlalchemy import func, select

from app.db import session
from app.errors import Conflict
from app.models import Passkey, Role, User
from app.policy import Action, Actor, require
from app.services import accounts, auditing, identifying, settling, signing_in

LAST = "This is the last administrator. Make somebody else an administrator first."
PAGE = 50  # users on a page


def listed(actor: Actor, page: int = 1, words: str = "") -> tuple[list[User], int]:
    """A page of users by their names, the open accounts first, and how many there are in all."""
    require(actor, Action.MANAGE_USERS)
    asked = select(User)
    if words:
        like = User.name.icontains(words, autoescape=True) | User.email.icontains(words, autoescape=True)
        asked = asked.where(like)
    total = session().scalar(select(func.count()).select_from(asked.subquery())) or 0
    ordered = asked.order_by(User.is_active.desc(), func.lower(User.name), User.id)
    return list(session().scalars(ordered.limit(PAGE).offset((page - 1) * PAGE))), total


def with_second_factor() -> set[int]:
    """The numbers of users for whom the password is not enough."""
    apps = select(User.id).where(User.tf_totp_secret.is_not(None))
    return set(session().scalars(apps.union(select(Passkey.user_id))))


def set_role(
    identifier: str, role: str, version: int, actor: Actor, before: Mapping[str, str] | None = None
) -> None:
    """Another role, which counts at the user's next request.

    Raises Differs when somebody else has changed it meanwhile, Conflict for the last administrator.
    """
    require(actor, Action.MANAGE_USERS)
    user, chosen = accounts.find(identifier), identifying.choice(Role, role, "role")
    held = settling.locked(user)
    was = user.role
    changed = settling.settle({"role": was.value}, held, version, {"role": chosen.value}, before)
    if not changed:
        return
    _refuse_last(user)
    user.role = chosen
    session().flush()
    auditing.note(actor, "user.set_role", f"user:{identifier}", before=was.value, after=chosen.value)


def deactivate(identifier: str, actor: Actor) -> None:
    """Close an account: signed out everywhere at once, nothing of it is deleted.

    Raises Conflict for the last administrator and when it is closed already.
    """
    require(actor, Action.MANAGE_USERS)
    user = accounts.find(identifier)
    settling.locked(user)
    if not user.is_active:
        raise Conflict("This account is closed already.")
    _refuse_last(user)
    user.is_active = False
    ended = signing_in.end_all(user)
    session().flush()
    auditing.note(actor, "user.deactivate", f"user:{identifier}", role=user.role.value, ended=ended)


def reactivate(identifier: str, actor: Actor) -> None:
    """Open a closed account again, with the role and the password it had. Raises Conflict when it is open."""
    require(actor, Action.MANAGE_USERS)
    user = accounts.find(identifier)
    settling.locked(user)
    if user.is_active:
        raise Conflict("This account is open already.")
    user.is_active = True
    session().flush()
    auditing.note(actor, "user.reactivate", f"user:{identifier}", role=user.role.value)


def by_email(email: str) -> User:
    """The account of an address. Raises Conflict when there is none."""
    user = session().scalar(select(User).filter_by(email=accounts.address(email)))
    if user is None:
        raise Conflict(f"{email} has no account.")
    return user


def _refuse_last(user: User) -> None:
    """Raises Conflict when no other administrator would be left."""
    if user.role is not Role.ADMINISTRATOR or not user.is_active:
        return
    # Locked in one order: two administrators who close each other's accounts at once do not both succeed.
    open_ones = select(User).filter_by(role=Role.ADMINISTRATOR, is_active=True).order_by(User.id)
    if len(session().scalars(open_ones.with_for_update()).all()) < 2:
        raise Conflict(LAST)
