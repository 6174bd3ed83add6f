"""Veiling a person: what it would do, doing it, and taking it away again."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Invalid
from app.services import veiling
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk


@bp.get("/people/<identifier>/veil")
def veil(identifier: str) -> ResponseReturnValue:
    """A public name and the forms to be veiled; with ``look`` also where they stand."""
    return _show(identifier)


@bp.post("/people/<identifier>/veil")
def veiled(identifier: str) -> ResponseReturnValue:
    """Veil the person, in the testimonies that were ticked too."""
    form = request.form
    return desk.change(
        lambda: veiling.veil(
            identifier,
            form.get("public_name", ""),
            form.get("spoken", "").splitlines(),
            actor(),
            also_in=form.getlist("also_in"),
            read=desk.version(),
        ),
        gettext("The name is veiled. Readers are given the public name from now on."),
        url_for(".veil", identifier=identifier),
        lambda refusal: _show(identifier, refusal),
    )


@bp.post("/people/<identifier>/unveil")
def unveil(identifier: str) -> ResponseReturnValue:
    """Take the veil away."""
    return desk.change(
        lambda: veiling.unveil(identifier, actor()),
        gettext("The veil is taken away. Readers are given the name again."),
        url_for(".veil", identifier=identifier),
        lambda refusal: _show(identifier, refusal),
    )


@bp.post("/testimonies/<identifier>/veil")
def veil_named(identifier: str) -> ResponseReturnValue:
    """From the desk: the person chosen, or the name as it is spoken; then on to what a veil would do."""
    form = request.form
    try:
        if form.get("person_id"):
            return redirect(url_for(".veil", identifier=form["person_id"], look=1, of=identifier), 303)
        with archive().writing():
            person = veiling.named_in(identifier, form.get("person", ""), actor()).identifier
    except Invalid as refusal:
        from app.web.workbench import testimonies

        return testimonies.show(identifier, refusal)
    return redirect(url_for(".veil", identifier=person, look=1, of=identifier), 303)


def _show(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    values = request.values
    spoken = values["spoken"].splitlines() if "spoken" in values else None
    look = bool(values.get("look") or refusal)
    held = veiling.look(identifier, values.get("public_name", ""), spoken, scan=look)
    page = render_template(
        "workbench/veil.html",
        person=held,
        look=look,
        suggested=spoken is None and not held.public_name,
        of=values.get("of", ""),
        refusal=str(refusal or ""),
    )
    status = refusal.status if refusal else 200
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
