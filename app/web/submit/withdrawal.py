"""Taking back: some lines, or everything, in one of four ways."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import Conflict, Invalid
from app.services import submitting, withdrawing
from app.web.submit import bp
from app.web.submit.holding import let_go, must_hold
from app.web.visitor import archive

LINES = 100  # on a page
WAYS = ("stop", "restrict", "close", "destroy")


@bp.route("/yours/passages", methods=["GET", "POST"])
def passages() -> ResponseReturnValue:
    """The account line by line; what is ticked, readers do not see."""
    held = must_hold()
    lines = withdrawing.lines(held)
    pages = max(1, -(-len(lines) // LINES))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    shown = lines[(page - 1) * LINES : page * LINES]
    if request.method == "GET":
        revision = withdrawing.revision(held)
        return render_template("submit/passages.html", lines=shown, page=page, pages=pages, revision=revision)
    chosen = [int(said) for said in request.form.getlist("line") if _is_number(said)]
    if shown:
        with archive().writing():
            form = request.form  # as the page was when it was read: it may have been corrected since
            first, last = form.get("first", shown[0].number, int), form.get("last", shown[-1].number, int)
            withdrawing.withhold(held, chosen, range(first, last + 1), form.get("revision", 0, int))
    to = request.form.get("go", 0, int)
    if 1 <= to <= pages:
        return redirect(url_for("submit.passages", page=to), 303)
    return redirect(url_for("submit.yours", done="passages"), 303)


@bp.route("/yours/withdraw", methods=["GET", "POST"])
def withdraw() -> ResponseReturnValue:
    """Withdraw the whole account; each way says what it does and what it cannot undo."""
    account = submitting.account(must_hold())
    given = request.form.to_dict(flat=False)
    if request.method == "GET":
        return render_template("submit/withdraw.html", given=given)
    outcome = request.form.get("outcome", "")
    try:
        if outcome not in WAYS:
            raise Invalid(gettext("Choose one of the four ways first."))
        until = _day(request.form.get("until", "")) if outcome == "close" else None
        if outcome == "destroy" and not request.form.get("sure"):
            raise Invalid(gettext("To destroy it, tick the box under that answer as well."))
        with archive().writing():
            withdrawing.withdraw(account.identifier, outcome, until)
    except (Invalid, Conflict) as refusal:
        shown = render_template("submit/withdraw.html", given=given, message=str(refusal))
        return shown, refusal.status
    if outcome == "destroy":
        let_go()
        return render_template("submit/closed.html", destroyed=True)
    return redirect(url_for("submit.yours", done="withdrawn"), 303)


@bp.post("/yours/resume")
def resume() -> ResponseReturnValue:
    """Let it be read again."""
    with archive().writing():
        withdrawing.resume(must_hold())
    return redirect(url_for("submit.yours", done="resumed"), 303)


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 10


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise Invalid(
            gettext("Name the day until which it is closed, as year-month-day: 2031-05-09.")
        ) from None
