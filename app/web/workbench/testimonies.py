"""A testimony on the desk: player, transcript, form, tags, links and what is withheld, in view together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors import ArchiveError
from app.services import publishing, reading
from app.web.visitor import actor, audience
from app.web.workbench import bp, describing, desk, linking, tags, trail, transcripts, withholding


@dataclass(frozen=True)
class Panel:
    """One part of the desk: its name, which is also its template and its anchor, and what it shows."""

    name: str
    title: LazyString
    key: str
    read: Callable[[str], dict[str, Any]]


PANELS = (
    Panel("tags", _l("Tags"), "t", tags.panel),
    Panel("links", _l("Claims"), "l", linking.panel),
    Panel("withheld", _l("Withheld"), "w", withholding.panel),
    Panel("about", _l("Description"), "d", describing.panel),
    Panel("revisions", _l("Revisions"), "r", transcripts.panel),
    Panel("trail", _l("Trail"), "h", trail.panel),
)


@bp.get("/testimonies/<identifier>")
def testimony(identifier: str) -> ResponseReturnValue:
    """The desk. ``first`` and ``last`` choose lines, ``page`` a stretch of the transcript."""
    return show(identifier)


@bp.post("/testimonies/<identifier>/publish")
def let_read(identifier: str) -> ResponseReturnValue:
    """Publish it."""
    return desk.change(
        lambda: publishing.let_read(identifier, actor()),
        gettext("Readers can read it now, as far as its narrator allows."),
        desk.address(identifier),
        lambda refusal: show(identifier, refusal),
    )


def show(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """The desk, or the desk again with why something could not be done and what was typed."""
    lines = desk.chosen()
    held = reading.testimony(
        identifier, audience(), desk.number("page", 0) or None, lines[0] if lines else None
    )
    page = render_template(
        "workbench/testimony.html",
        identifier=identifier,
        page=held,
        record=held.record,
        chosen=lines,
        is_open=publishing.is_open(identifier),
        panels=[(panel, panel.read(identifier)) for panel in PANELS],
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
        asked_for=request.form.get("panel", "") if refusal else "",
    )
    answer = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
