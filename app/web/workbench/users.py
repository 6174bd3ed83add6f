"""Users: who may sign in and as what, invitations, new passwords, closing an account."""

from collections.abc import Callable

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Forbidden, Invalid
from app.models import Role
from app.policy import Action, may
from app.services import accounts, inviting, managing, signing_in
from app.web.account.words import ROLES
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk


@bp.get("/users")
def users() -> ResponseReturnValue:
    """Administrators see everybody; a lead archivist sees whom they may invite."""
    return _users()


@bp.post("/users/invite")
def invite() -> ResponseReturnValue:
    """Make an invitation; its link is shown on this answer and nowhere else."""
    email, name, role = (request.form.get(field, "") for field in ("email", "name", "role"))
    return _linked(lambda: inviting.invite(email, name, role, actor()))


@bp.post("/users/<identifier>/reset")
def reset(identifier: str) -> ResponseReturnValue:
    """Make a link to a new password for somebody who lost theirs."""
    frees = request.form.get("frees") == "1"
    return _linked(lambda: inviting.reset(accounts.find(identifier), actor(), frees=frees))


@bp.post("/users/invitations/<identifier>/take-back")
def take_back(identifier: str) -> ResponseReturnValue:
    """Make a link worth nothing."""
    return _change(
        lambda: inviting.take_back(identifier, actor()), gettext("The link opens nothing any more.")
    )


@bp.post("/users/<identifier>/role")
def set_role(identifier: str) -> ResponseReturnValue:
    """Another role."""
    role, version, was = request.form.get("role", ""), desk.version(), desk.was("role")
    return _change(
        lambda: managing.set_role(identifier, role, version, actor(), was),
        gettext("The role is changed. It counts at their next request."),
    )


@bp.post("/users/<identifier>/deactivate")
def deactivate(identifier: str) -> ResponseReturnValue:
    """Close an account."""
    return _change(
        lambda: managing.deactivate(identifier, actor()),
        gettext("The account is closed, and signed out everywhere."),
    )


@bp.post("/users/<identifier>/reactivate")
def reactivate(identifier: str) -> ResponseReturnValue:
    """Open a closed account again."""
    return _change(lambda: managing.reactivate(identifier, actor()), gettext("The account is open again."))


def _change(verb: Callable[[], object], done: str) -> ResponseReturnValue:
    return desk.change(verb, done, url_for("workbench.users"), lambda refusal: _users(refusal))


def _linked(verb: Callable[[], str]) -> ResponseReturnValue:
    try:
        with archive().writing():
            word = verb()
    except (Conflict, Invalid, Forbidden) as refusal:
        return _users(refusal)
    with archive().reading():  # the state that has the link among those that wait
        return _users(link=url_for("account.join", word=word, _external=True))


def _users(refusal: ArchiveError | None = None, link: str = "") -> ResponseReturnValue:
    manages = may(actor(), Action.MANAGE_USERS)
    page, words = max(desk.number("page", 1), 1), request.args.get("q", "").strip()
    people, total = managing.listed(actor(), page, words) if manages else ([], 0)
    shown = render_template(
        "workbench/users.html",
        manages=manages,
        users=people,
        total=total,
        page=page,
        pages=-(-total // managing.PAGE),
        words=words,
        sessions=signing_in.counts() if manages else {},
        secured=managing.with_second_factor() if manages else set(),
        waiting=inviting.waiting(actor()),
        roles=ROLES,
        invited_as=inviting.roles(actor()),
        all_roles=list(Role),
        link=link,
        message=str(refusal) if refusal else "",
        written=request.form if refusal and request.endpoint == "workbench.invite" else {},
    )
    status = refusal.status if refusal else 200
    return Response(shown, status, {"Cache-Control": "no-store"}, mimetype="text/html")
