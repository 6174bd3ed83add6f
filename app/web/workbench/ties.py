"""Noting on the page of a person to whom they are connected, and taking that away again."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError
from app.services import completing, tying
from app.web.visitor import actor
from app.web.workbench import bp, catalogue, describing, desk


@bp.post("/people/<identifier>/ties")
def tie(identifier: str) -> ResponseReturnValue:
    """Note that this person and another are connected, and how that is known."""

    def verb() -> None:
        said_in, words = desk.text("said_in"), desk.text("said_in_words")
        tying.note(
            identifier,
            describing.meant("person"),
            desk.text("tie_kind"),
            actor(),
            why=desk.text("why"),
            said_in=completing.settle("testimonies", said_in, words) if said_in or words else "",
            is_published=bool(request.form.get("is_published")),
        )

    return desk.change(verb, gettext("The tie is noted."), _back(identifier), _again(identifier))


@bp.post("/ties/<identifier>/untie")
def untie(identifier: str) -> ResponseReturnValue:
    """Take a tie away: the pages of claims count anew at once."""
    person = desk.text("person")
    done = gettext("The tie is taken away. The trail keeps that it was noted.")
    return desk.change(lambda: tying.untie(identifier, actor()), done, _back(person), _again(person))


def _back(identifier: str) -> str:
    return url_for("workbench.person", identifier=identifier, _anchor="ties")


def _again(identifier: str) -> desk.Page:
    def page(refusal: ArchiveError) -> ResponseReturnValue:
        kind = catalogue.KINDS[0]
        return describing.refused(refusal, lambda: catalogue.shown(kind, identifier, refusal))

    return page
