"""The panel of tags: three letters and Enter, for the lines that are chosen or the whole testimony."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Invalid
from app.services import tagging
from app.web.visitor import actor
from app.web.workbench import bp, desk


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {"tags": tagging.tags(identifier)}


@bp.post("/testimonies/<identifier>/tags")
def tag(identifier: str) -> ResponseReturnValue:
    """Tag the lines that are chosen, or the whole testimony."""

    def carry_out() -> None:
        lines = desk.chosen() if request.form.get("over") != "whole" else None
        if lines is None and request.form.get("over") == "lines":
            raise Invalid("Choose lines first, or tag the whole testimony.")
        first, last = lines or (None, None)
        tagging.tag_with(
            identifier,
            desk.text("term_id"),
            desk.text("term"),
            actor(),
            make="make" in request.form,
            first=first,
            last=last,
        )

    return desk.change(carry_out, gettext("Tagged."), _back(identifier), lambda why: _again(identifier, why))


@bp.post("/testimonies/<identifier>/tags/<int:tagging_number>/remove")
def untag(identifier: str, tagging_number: int) -> ResponseReturnValue:
    """Take a tag off."""
    return desk.change(
        lambda: tagging.untag(identifier, tagging_number, actor()),
        gettext("The tag is taken off. The trail keeps it."),
        _back(identifier),
        lambda why: _again(identifier, why),
    )


def _back(identifier: str) -> str:
    lines = desk.chosen() or (None, None)
    return url_for(
        "workbench.testimony",
        identifier=identifier,
        page=desk.number("page", 0) or None,
        first=lines[0],
        last=lines[1],
        _anchor="tags",
    )


def _again(identifier: str, refusal: ArchiveError) -> ResponseReturnValue:
    from app.web.workbench import testimonies

    return testimonies.show(identifier, refusal)
