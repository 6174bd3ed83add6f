"""Before and around an account: the first page, the language, what cannot be promised, and leaving."""

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.errors import TooSoon
from app.services import submitting
from app.services.steps import STEPS
from app.web.filters import locale
from app.web.submit import admission, bp
from app.web.submit.holding import account, hold, let_go, ticket
from app.web.submit.steps import speak
from app.web.visitor import archive


@bp.get("")
def start() -> ResponseReturnValue:
    """What this is, in a few sentences, and the way in."""
    if _open():
        return render_template("submit/start.html", challenge="", is_open=True)
    admission.seen()
    return render_template("submit/start.html", challenge=admission.challenge(), is_open=False)


@bp.post("")
def begin() -> ResponseReturnValue:
    """Begin an account, or go on with the one that is open here."""
    if _open():
        return redirect(url_for("submit.review"), 303)
    try:
        admission.admit(request.form.get("proof", ""))
    except TooSoon as refusal:
        shown = render_template(
            "submit/start.html", challenge=admission.challenge(), is_open=False, message=str(refusal)
        )
        return shown, refusal.status, {"Retry-After": str(admission.PATIENCE)}
    with archive().writing():
        begun = submitting.begin(ticket(), str(locale()))
    hold(begun)
    return redirect(url_for("submit.step", step=next(iter(STEPS))), 303)


@bp.route("/language", methods=["GET", "POST"])
def language() -> ResponseReturnValue:
    """Speak another language on these pages; no cookie tells of it afterwards."""
    speak(request.values.get("to", ""))
    onward = request.values.get("next", "")
    # Only to one of these pages: "/submit" itself, or what lies below it.
    inside = onward.isprintable() and "\\" not in onward and f"{onward}/".startswith(f"{url_for('.start')}/")
    return redirect(onward if inside else url_for("submit.start"), 303)


@bp.get("/safety")
def safety() -> ResponseReturnValue:
    """What the archive cannot promise, and what helps."""
    return render_template("submit/safety.html")


@bp.post("/close")
def close() -> ResponseReturnValue:
    """Close the account on this device."""
    let_go()
    return render_template("submit/closed.html")


@bp.get("/leave")
def leave() -> Response:
    """Forget everything at once, and show a page that tells nothing."""
    session.clear()
    address = archive().settings.leave_address
    # No Clear-Site-Data: browsers may take seconds over it, and nothing but the archive's look is kept.
    return make_response(redirect(address, 303) if address else render_template("submit/left.html"))


def _open() -> bool:
    """Whether an account is open here; one that was destroyed elsewhere is let go."""
    if (held := account()) and submitting.account(held).withdrawn == "destroy":
        let_go()
        return False
    return bool(held)
