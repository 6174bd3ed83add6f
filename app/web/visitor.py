"""Who is knocking: the signed-in actor, or nobody in particular, and through whose eyes they read."""

from typing import cast

from flask import current_app, g, session

from app.archive import Archive
from app.errors import NotFound
from app.policy import Actor
from app.services import accounts

NOBODY = Actor()


def archive() -> Archive:
    """The archive this door belongs to."""
    return cast(Archive, current_app.extensions["archive"])


def actor() -> Actor:
    """Who is signed in, with the role they have at this moment; asked once a request."""
    if "actor" not in g:
        g.actor = _recall(session.get("user", ""))
    return cast(Actor, g.actor)


def audience() -> str:
    """The audience this visitor belongs to: public, reading_room or staff."""
    return actor().audience


def _recall(identifier: str) -> Actor:
    if not identifier:
        return NOBODY
    try:
        return accounts.recall(identifier)
    except NotFound:
        session.clear()
        return NOBODY


def read_no_more() -> None:
    """End the read session of this request now: one held while a body streams in would stop checkpoints."""
    if knock := g.pop("knock", None):
        knock.__exit__(None, None, None)
