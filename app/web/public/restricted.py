"""What is restricted: a signed-in reader sees that it is there, asks to be let in, and reads the answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Invalid
from app.services import granting
from app.web.public import asking, bp
from app.web.visitor import actor, archive


@bp.get("/restricted")
def restricted() -> ResponseReturnValue:
    """The restricted testimonies there are, and what became of one's own requests."""
    listed, pages = granting.listed(actor(), page := asking.page_number(request.args))
    shown = render_template("public/restricted.html", listed=listed, page=page, pages=pages)
    return shown, {"Cache-Control": "no-store"}


@bp.post("/restricted/<identifier>/ask")
def ask_access(identifier: str) -> ResponseReturnValue:
    """Ask to be let in to one of them."""
    try:
        with archive().writing():
            granting.ask(identifier, request.form.get("reason", ""), actor())
    except (Conflict, Invalid) as refusal:
        return instead(identifier, refusal)
    flash(gettext("Your request is with the archivists. The answer will stand on this page."))
    return redirect(url_for("public.restricted", _anchor=identifier), 303)


def instead(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """At the address of a restricted testimony: that it is there, and a form to ask for it.

    Raises NotFound for everything else, and for whoever may not ask.
    """
    page = render_template(
        "public/restricted_one.html",
        one=granting.one(identifier, actor()),
        refusal=str(refusal or ""),
        written=request.form.get("reason", ""),
    )
    return page, refusal.status if refusal else 200, {"Cache-Control": "no-store"}
