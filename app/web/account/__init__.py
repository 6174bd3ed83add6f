"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.errors import Invalid
from app.services import accounts

bp = Blueprint("account", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; a wrong one is told without saying which."""
    if request.method == "GET":
        return render_template("account/sign_in.html", next=request.args.get("next", ""))
    try:
        actor = accounts.check(request.form.get("email", ""), request.form.get("password", ""))
    except Invalid as refusal:
        page = render_template(
            "account/sign_in.html", message=str(refusal), next=request.form.get("next", "")
        )
        return page, 422
    session.clear()
    session["user"] = actor.identifier
    return redirect(local(request.form.get("next", "")), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Forget who it was."""
    session.clear()
    return redirect(url_for("public.home"), 303)


def local(address: str) -> str:
    """The address when it is a path of this archive, else the first page: nobody is sent elsewhere."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside else url_for("public.home")
