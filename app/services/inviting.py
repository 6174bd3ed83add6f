"""Links that let somebody choose a password: invitations, and new passwords for those who lost theirs.

The archive sends no mail: a link is shown once to whoever makes it, who hands it over.
"""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from app import clock
from app.db import session
from app.errors import Conflict, Forbidden, Gone, NotFound
from app.models import Invitation, Role, User
from app.policy import Action, Actor, require
from app.sealing import seal
from app.services import accounts, auditing, identifying, securing, signing_in

GOOD_FOR = timedelta(days=7)
NAME = 200  # characters
GONE = "This link was used already, was taken back, or is older than a week. Ask for a new one."


def roles(actor: Actor) -> list[Role]:
    """As what this actor may invite people: a lead archivist as no more than an archivist."""
    all_of_them = list(Role)
    if actor.role is Role.ADMINISTRATOR:
        return all_of_them
    return all_of_them[: all_of_them.index(Role.ARCHIVIST) + 1] if actor.role is Role.LEAD_ARCHIVIST else []


def invite(email: str, name: str, role: str, actor: Actor) -> str:
    """An invitation. Returns the word of its link; an older one to the same address holds no more.

    Raises Conflict when the address has an account, Forbidden for a role above the actor's reach.
    """
    require(actor, Action.INVITE)
    email, chosen = accounts.address(email), identifying.choice(Role, role, "role")
    accounts.refuse_known(email)
    older = session().scalars(select(Invitation).filter_by(email=email, user_id=None)).all()
    for role_given in (chosen, *(one.role for one in older)):
        _refuse_above(actor, role_given)
    for one in older:
        session().delete(one)
    made, word = _made(actor, email=email, name=name.strip()[:NAME], role=chosen)
    auditing.note(actor, "user.invite", f"invitation:{made.identifier}", role=chosen.value)
    return word


def reset(user: User, actor: Actor, *, frees: bool = False) -> str:
    """A link to a new password for somebody who lost theirs. Returns its word; an older one holds no more.

    With ``frees`` their second step goes with the old password. Raises Conflict for a closed account.
    """
    require(actor, Action.MANAGE_USERS)
    if not user.is_active:
        raise Conflict("This account is closed. Open it again first.")
    session().execute(delete(Invitation).filter_by(user_id=user.id))
    _, word = _made(actor, email=user.email, name=user.name, role=user.role, user_id=user.id, frees=frees)
    auditing.note(actor, "user.reset_link", f"user:{user.identifier}", frees=frees)
    return word


def waiting(actor: Actor) -> list[Invitation]:
    """The links that nobody has used yet, the newest first."""
    require(actor, Action.INVITE)
    asked = select(Invitation).where(Invitation.until > clock.now()).order_by(Invitation.id.desc())
    if actor.role is not Role.ADMINISTRATOR:
        asked = asked.where(Invitation.user_id.is_(None), Invitation.role.in_(roles(actor)))
    return list(session().scalars(asked))


def take_back(identifier: str, actor: Actor) -> None:
    """Make a link that nobody has used yet worth nothing. Raises NotFound."""
    require(actor, Action.INVITE)
    found = next((one for one in waiting(actor) if one.identifier == identifier), None)
    if found is None:
        raise NotFound("There is no such invitation.")
    target = f"user:{found.user.identifier}" if found.user else f"invitation:{identifier}"
    session().delete(found)
    session().flush()
    auditing.note(actor, "user.take_back_link", target)


def opened(word: str, *, lock: bool = False) -> Invitation:
    """What a link is for. Raises Gone, with the same words whether it was ever good or not."""
    asked = select(Invitation).filter_by(digest=_digest(word))
    found = session().scalar(asked.with_for_update() if lock else asked)
    if found is None or found.until <= clock.now() or (found.user and not found.user.is_active):
        raise Gone(GONE)
    return found


def accept(word: str, password: str, name: str = "") -> User:
    """Use a link up: the account it leads to, with the password chosen.

    Raises Gone when it is good no more, Invalid with why the password is none, and keeps the link then.
    """
    found = opened(word, lock=True)  # of two who use it at once, one is told that it is gone
    user = found.user
    name = name.strip()[:NAME] or found.name
    accounts.refuse_unfit(password, found.email, user.name if user else name)
    session().delete(found)
    session().flush()
    if user is None:
        user = accounts.make(found.email, name, found.role, password)
        person, target = accounts.actor_of(user), f"user:{user.identifier}"
        invitation, role = found.identifier, user.role.value
        auditing.note(person, "user.accept_invitation", target, invitation=invitation, role=role)
        return user
    securing.set_password(user, password)
    if found.frees:
        securing.drop_all(user)
    ended = signing_in.end_all(user)
    person = accounts.actor_of(user)
    auditing.note(person, "user.set_password", f"user:{user.identifier}", ended=ended, frees=found.frees)
    return user


def _made(
    actor: Actor, *, email: str, name: str, role: Role, user_id: int | None = None, frees: bool = False
) -> tuple[Invitation, str]:
    session().execute(delete(Invitation).where(Invitation.until <= clock.now()))
    word = secrets.token_urlsafe(24)
    made = Invitation(
        digest=_digest(word),
        email=email,
        name=name,
        role=role,
        user_id=user_id,
        frees=frees,
        made_by=actor.name,
        until=clock.now() + GOOD_FOR,
    )
    session().add(made)
    session().flush()
    return made, word


def _refuse_above(actor: Actor, role: Role) -> None:
    if role not in roles(actor):
        raise Forbidden("You may invite readers, submitters and archivists.")


def _digest(word: str) -> str:
    return seal().ticket(f"invitation {word}")
