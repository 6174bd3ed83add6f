"""All testimonies, to be searched and narrowed down; those found or ticked can be changed at once."""

from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app.errors import ArchiveError
from app.models import AccessLevel
from app.services import selecting
from app.web.filters import TERMS, language
from app.web.visitor import actor
from app.web.workbench import bp, desk


@bp.get("/testimonies")
def testimonies() -> ResponseReturnValue:
    """One page of those the address asks for."""
    return listed(selecting.choice(request.args))


def listed(chosen: selecting.Choice, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """The list, or the list again with why something could not be done and what was ticked."""
    found = selecting.page(chosen, actor(), desk.number("page", 1))
    names = {level.value: str(TERMS["access"][level.value]) for level in AccessLevel}
    page = render_template(
        "workbench/testimonies.html",
        found=found,
        chosen=chosen,
        tags=selecting.tags(chosen.tag),
        collections=selecting.collections(),
        language_choices=[(tag, language(tag)) for tag in selecting.languages()],
        access_levels=list(names.items()),
        ticked=request.form.getlist("testimony") if refusal else (),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")


def asked() -> selecting.Choice:
    """The choice that a form carries along."""
    fields: dict[str, Any] = {
        n.removeprefix("by_"): v for n, v in request.form.items() if n.startswith("by_")
    }
    return selecting.choice(fields)
