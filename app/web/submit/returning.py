"""Coming back with six words: how the account stands, what the archive asks, what is to be put right."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.errors import ArchiveError, Conflict, Invalid, TooSoon
from app.services import submitting
from app.web.submit import admission, bp
from app.web.submit.holding import hold, must_hold
from app.web.visitor import archive


@bp.route("/return", methods=["GET", "POST"])
def come_back() -> ResponseReturnValue:
    """Ask for the six words; wrong ones are told without saying what was wrong."""
    if request.method == "GET":
        return render_template("submit/come_back.html")
    if seconds := admission.wait():
        return _not_yet(seconds)
    try:
        identifier = submitting.open_with(request.form.get("words", ""))
    except (Invalid, TooSoon) as refusal:
        if isinstance(refusal, Invalid):
            admission.wrong()
        return _again(refusal)
    admission.right()
    hold(identifier)
    is_draft = submitting.account(identifier).state == "draft"
    return redirect(url_for("submit.review" if is_draft else "submit.yours"), 303)


@bp.get("/yours")
def yours(message: str = "", about: str = "", status: int = 200) -> ResponseReturnValue:
    """How the account stands, and what can be done with it."""
    account = submitting.account(must_hold())
    if account.state == "draft":
        return redirect(url_for("submit.review"), 303)
    return render_template("submit/yours.html", account=account, message=message, about=about), status


@bp.post("/reply")
def reply() -> ResponseReturnValue:
    """Answer what the archive asked."""
    return _say("answer")


@bp.post("/correct")
def correct() -> ResponseReturnValue:
    """Say what is wrong in an account that is in the archive."""
    return _say("correction")


def _say(kind: str) -> ResponseReturnValue:
    verb = submitting.reply if kind == "answer" else submitting.correct
    try:
        with archive().writing():
            verb(must_hold(), request.form.get("text", ""))
    except (Invalid, Conflict) as refusal:
        return yours(str(refusal), kind, refusal.status)
    return redirect(url_for("submit.yours", done=kind), 303)


def _not_yet(seconds: int) -> ResponseReturnValue:
    message = ngettext(
        "Please wait %(num)s second, then try again. Your words were not looked at yet.",
        "Please wait %(num)s seconds, then try again. Your words were not looked at yet.",
        seconds,
    )
    return render_template("submit/come_back.html", message=message), 429, {"Retry-After": str(seconds)}


def _again(refusal: ArchiveError) -> ResponseReturnValue:
    return render_template("submit/come_back.html", message=str(refusal)), refusal.status
