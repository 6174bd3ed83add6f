"""Who is signed in where: begun, recognised at every request, listed, named and ended."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import contains_eager

from app import clock
from app.db import session
from app.errors import NotFound
from app.models import SignIn, User, Way
from app.policy import Action, Actor, require
from app.sealing import seal
from app.services import accounts, auditing

UNUSED = timedelta(days=30)  # a browser that was away longer is signed out
LABEL = 100  # characters


def begin(user: User, way: Way) -> str:
    """Sign a browser in. Returns the random value that it is to hold; only its digest is kept."""
    word = secrets.token_urlsafe(32)
    old = SignIn.last_used_on < clock.today() - UNUSED
    session().execute(delete(SignIn).where(SignIn.user_id == user.id, old))
    session().add(SignIn(digest=_digest(word), user_id=user.id, way=way))
    session().flush()
    return word


def recall(word: str) -> SignIn:
    """The browser that holds this value, with its user as they are now. Raises NotFound when it was ended."""
    asked = (
        select(SignIn)
        .join(SignIn.user)
        .options(contains_eager(SignIn.user))
        .where(SignIn.digest == _digest(word), User.is_active.is_(True))
    )
    found = session().scalar(asked)
    if found is None or found.last_used_on < clock.today() - UNUSED:
        raise NotFound("Nobody is signed in here.")
    return found


def used(identifier: str) -> None:
    """Note the day on which a browser was here: of its times nothing else is kept."""
    session().execute(update(SignIn).filter_by(identifier=identifier).values(last_used_on=clock.today()))


def leave(word: str) -> None:
    """Sign a browser out. Whether anybody was signed in there is not told."""
    session().execute(delete(SignIn).filter_by(digest=_digest(word)))


def listed(actor: Actor) -> list[SignIn]:
    """Where this person is signed in, the latest first."""
    require(actor, Action.ACCOUNT)
    mine = select(SignIn).join(SignIn.user).where(User.identifier == actor.identifier)
    fresh = SignIn.last_used_on >= clock.today() - UNUSED
    return list(session().scalars(mine.where(fresh).order_by(SignIn.last_used_on.desc(), SignIn.id.desc())))


def counts() -> dict[int, int]:
    """In how many browsers each user is signed in, by the user's number."""
    fresh = SignIn.last_used_on >= clock.today() - UNUSED
    rows = session().execute(select(SignIn.user_id, func.count()).where(fresh).group_by(SignIn.user_id))
    return dict(rows.all())


def label(actor: Actor, identifier: str, text: str) -> None:
    """Give a browser of one's own a name. Raises NotFound."""
    _own(actor, identifier).label = text.strip()[:LABEL]
    session().flush()


def end(actor: Actor, identifier: str) -> None:
    """Sign one browser of one's own out. Raises NotFound."""
    session().delete(_own(actor, identifier))
    session().flush()
    auditing.note(actor, "session.end", f"user:{actor.identifier}", count=1)


def end_others(actor: Actor, this: str) -> int:
    """Sign every browser of one's own out but ``this``. Returns how many."""
    require(actor, Action.ACCOUNT)
    count = end_all(accounts.find(actor.identifier), keep=this)
    if count:
        auditing.note(actor, "session.end", f"user:{actor.identifier}", count=count)
    return count


def end_all(user: User, *, keep: str = "") -> int:
    """Sign a user out everywhere, but for the browser to ``keep``. Returns how many."""
    theirs = delete(SignIn).where(SignIn.user_id == user.id, SignIn.identifier != keep)
    return len(session().scalars(theirs.returning(SignIn.id)).all())


def _own(actor: Actor, identifier: str) -> SignIn:
    require(actor, Action.ACCOUNT)
    found = session().scalar(
        select(SignIn)
        .join(SignIn.user)
        .where(User.identifier == actor.identifier, SignIn.identifier == identifier)
    )
    if found is None:
        raise NotFound("Nobody is signed in there.")
    return found


def _digest(word: str) -> str:
    return seal().ticket(f"sign-in {word}")
