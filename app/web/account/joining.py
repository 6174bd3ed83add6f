"""Where a link leads that somebody was handed: to choosing a password, once."""

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Invalid
from app.models import Way
from app.services import accounts, inviting
from app.web.account import bp
from app.web.account.entering import enter
from app.web.account.words import ROLES
from app.web.visitor import archive


@bp.route("/join/<word>", methods=["GET", "POST"])
def join(word: str) -> ResponseReturnValue:
    """Choose a password for a new account, or another for one's own."""
    if request.method == "GET":
        return _ask(word)
    if request.form.get("password", "") != request.form.get("again", ""):
        return _ask(word, Invalid("The two passwords are not the same. Write it twice."))
    try:
        with archive().writing():
            user = inviting.accept(word, request.form.get("password", ""), request.form.get("name", ""))
            takes_more = user.has_second_factor
    except (Invalid, Conflict) as refusal:
        return _ask(word, refusal)
    if not takes_more:
        return enter(user, Way.PASSWORD, url_for("account.own"))
    session.clear()
    flash(gettext("The password is changed. Sign in with it."))
    return redirect(url_for("account.sign_in"), 303)


def _ask(word: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    found = inviting.opened(word)
    page = render_template(
        "account/join.html",
        invitation=found,
        role=ROLES[found.role],
        is_new=found.user_id is None,
        name=request.form.get("name", found.name),
        shortest=accounts.SHORTEST,
        message=str(refusal) if refusal else "",
    )
    status = refusal.status if refusal else 200
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
