"""An account as a whole: everything on one page, sent, kept for later, or thrown away."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid
from app.services import submitting, unlocking
from app.web.submit import bp
from app.web.submit.holding import hold, key, let_go, must_hold
from app.web.visitor import archive


@bp.get("/review")
def review(message: str = "", status: int = 200) -> ResponseReturnValue:
    """Everything that was said, each part changeable, and what is still missing."""
    account = submitting.account(must_hold())
    events, questions = submitting.choices()
    shown = render_template(
        "submit/review.html",
        account=account,
        contact=submitting.contact(account.identifier) if account.has_contact else "",
        offered={choice.identifier: choice.text for choice in [*events, *questions]},
        message=message,
    )
    return shown, status


@bp.post("/send")
def send() -> ResponseReturnValue:
    """Give the account to the archive, and show its six words, this once."""
    held = must_hold()
    if submitting.account(held).state != "draft":  # pressed twice, or the answer was lost on the way
        return redirect(url_for("submit.yours", done="sent"), 303)
    try:
        with archive().writing():
            words = submitting.send(held)
    except Conflict:  # pressed twice, and the other press came first by a moment
        return redirect(url_for("submit.yours", done="sent"), 303)
    except Invalid as refusal:
        return review(str(refusal), refusal.status)
    let_go()
    return render_template("submit/receipt.html", six=words.split(), sent=True)


@bp.post("/later")
def later() -> ResponseReturnValue:
    """Six words for a draft, so that it can be gone on with another day."""
    held = must_hold()
    try:
        with archive().writing():
            words = submitting.receipt(held)
    except Conflict:  # pressed twice, or the answer was lost on the way
        return redirect(url_for("submit.review", _anchor="words"), 303)
    hold(held)
    return render_template("submit/receipt.html", six=words.split(), sent=False)


@bp.post("/renew")
def renew() -> ResponseReturnValue:
    """Other six words, for whoever never saw theirs or fears that somebody else did."""
    held = must_hold()
    with archive().writing():
        words = submitting.renew(held)
        unlocking.shut_out_others(held, key())
    sent = submitting.account(held).state != "draft"
    if sent:
        let_go()
    else:
        hold(held)
    return render_template("submit/receipt.html", six=words.split(), sent=sent)


@bp.get("/discard")
def discard() -> ResponseReturnValue:
    """Ask once more before a draft is destroyed."""
    return render_template("submit/discard.html", account=submitting.account(must_hold()))


@bp.post("/discard")
def discarded() -> ResponseReturnValue:
    """Destroy a draft."""
    with archive().writing():
        submitting.discard(must_hold())
    let_go()
    return render_template("submit/closed.html", destroyed=True)
