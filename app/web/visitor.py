"""Who is knocking: the signed-in actor, or nobody in particular, and through whose eyes they read."""

from typing import cast

from flask import current_app, g, session

from app import clock
from app.archive import Archive
from app.errors import NotFound
from app.policy import Actor
from app.services import accounts, signing_in

NOBODY = Actor()


def archive() -> Archive:
    """The archive this door belongs to."""
    return cast(Archive, current_app.extensions["archive"])


def actor() -> Actor:
    """Who is signed in, with the role they have at this moment; asked once a request."""
    if not g.get("knock") and "actor" not in g:
        return NOBODY  # refused before the door was opened: nobody has looked who it is
    if "actor" not in g:
        g.actor = _recall(session.get("sign_in", ""))
    return cast(Actor, g.actor)


def browser() -> str:
    """The identifier of the sign-in that this browser holds; empty when nobody is signed in."""
    actor()
    return cast(str, g.get("browser", ""))


def audience() -> str:
    """The audience this visitor belongs to: public, reading_room or staff."""
    return actor().audience


def _recall(word: str) -> Actor:
    if not word:
        return NOBODY
    try:
        found = signing_in.recall(word)
    except NotFound:  # ended elsewhere; what the cookie holds besides is none of this
        session.pop("sign_in")
        return NOBODY
    g.browser = found.identifier
    if found.last_used_on != clock.today():
        with archive().writing():
            signing_in.used(found.identifier)
    return accounts.actor_of(found.user)


def read_no_more() -> None:
    """End the read session of this request now: one held while a body streams in would stop checkpoints."""
    if knock := g.pop("knock", None):
        knock.__exit__(None, None, None)
