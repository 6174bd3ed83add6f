"""Reading links a second time, one after the other."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError
from app.records import Line
from app.services import confirming, reading
from app.web.visitor import actor, audience
from app.web.workbench import bp, desk

AROUND = 2  # lines shown before and after the passage


@bp.get("/readings")
def readings() -> ResponseReturnValue:
    """The next link that waits; ``skip`` leaves some for later."""
    return _show()


@bp.post("/evidence/<identifier>/read")
def read(identifier: str) -> ResponseReturnValue:
    """Confirm or question a link."""
    form = request.form
    verdict = form.get("verdict", "")
    back = url_for(".claim", identifier=form["back_to_claim"]) if form.get("back_to_claim") else ""
    done = {
        "confirms": gettext("You confirmed the link. Readers see that it was read a second time."),
        "questions": gettext("You questioned the link. Readers see that it is questioned."),
    }
    return desk.change(
        lambda: confirming.read(
            identifier, verdict, actor(), note=form.get("note", ""), version=desk.version()
        ),
        done.get(verdict, ""),
        back or url_for(".readings", skip=desk.number("skip", 0) or None),
        _show,
    )


def _show(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    total = confirming.count(actor())
    skip = min(desk.number("skip", 0), total)
    found = confirming.waiting(actor(), 1, skip)
    link = found[0] if found else None
    lines: tuple[Line, ...] = ()
    record = None
    if link:
        edition = reading.find(link.testimony, audience())
        lines = reading.stretch(edition.id, max(0, link.first - AROUND), link.last + AROUND)
        record = reading.testimony(link.testimony, audience(), line=link.first).record
    page = render_template(
        "workbench/readings.html",
        link=link,
        lines=lines,
        record=record,
        total=total,
        skip=skip,
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")
