"""Many testimonies changed at once: looked at before, watched while it goes on, undone."""

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors import ArchiveError, Conflict, Invalid
from app.models import BulkAction
from app.services import bulk as many
from app.services import completing, selecting
from app.web.visitor import actor
from app.web.workbench import bp, describing, desk, selection

DOING: dict[str, LazyString] = {
    "tag": _l("Give a tag"),
    "untag": _l("Take a tag away"),
    "set_access": _l("Set who may read"),
    "set_collection": _l("Put into a collection"),
}
STATES: dict[str, LazyString] = {
    "queued": _l("It waits to begin."),
    "running": _l("It is being done."),
    "done": _l("It is done."),
    "undoing": _l("It is being undone."),
    "undone": _l("It is undone."),
}


@bp.get("/bulk")
def bulks() -> str:
    """The changes of many that were begun last."""
    return render_template("workbench/bulks.html", held=many.lately(actor()), doing=DOING, states=STATES)


@bp.post("/bulk/preview")
def bulk_preview() -> ResponseReturnValue:
    """What would change, what is so already, what cannot: nothing is changed."""
    return _preview()


@bp.post("/bulk")
def start_bulk() -> ResponseReturnValue:
    """Begin, as it was looked at, and go to where it is watched."""
    held: list[str] = []

    def verb() -> None:
        what, chosen = desk.text("what"), selection.asked().plain()
        change = many.start(
            _numbers(), desk.text("action"), what, actor(), chosen_by=chosen, expected=desk.number("expected")
        )
        held.append(change.identifier)

    answer = desk.change(verb, "", "", lambda refusal: describing.refused(refusal, lambda: _preview(refusal)))
    return desk.go(url_for("workbench.bulk", identifier=held[0]), "") if held else answer


@bp.get("/bulk/<identifier>")
def bulk(identifier: str) -> ResponseReturnValue:
    """How far it has come, what could not be done, and the way back."""
    return _shown(identifier)


@bp.get("/bulk/<identifier>.json")
def bulk_progress(identifier: str) -> ResponseReturnValue:
    """How far it has come, for the page's script."""
    held = many.progress(identifier, actor())
    return jsonify(
        done=held.done, total=held.total, over=held.is_over, state=held.state, said=str(STATES[held.state])
    )


@bp.post("/bulk/<identifier>/undo")
def undo_bulk(identifier: str) -> ResponseReturnValue:
    """Put back what was not changed since."""
    return desk.change(
        lambda: many.undo(identifier, actor(), desk.version()),
        "",
        url_for("workbench.bulk", identifier=identifier),
        lambda refusal: describing.refused(refusal, lambda: _shown(identifier, refusal)),
    )


def _preview(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    chosen = selection.asked()
    try:
        what = _what()
        seen = many.preview(_numbers(), desk.text("action"), what, actor())
    except (Conflict, Invalid) as wrong:
        return selection.listed(chosen, wrong)
    page = render_template(
        "workbench/bulk_preview.html",
        seen=seen,
        chosen=chosen,
        action=desk.text("action"),
        what=what,
        said=_said(what),
        doing=DOING,
        ticked=request.form.getlist("testimony"),
        everything=_is_everything(),
        refusal=str(refusal or ""),
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")


def _shown(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "workbench/bulk.html",
        held=many.progress(identifier, actor()),
        refused=many.refused(identifier, actor()),
        doing=DOING,
        states=STATES,
        refusal=str(refusal or ""),
    )
    answer = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_everything() -> bool:
    return desk.text("all") == "1"


def _numbers() -> list[int]:
    """The testimonies that are to be changed: all of the search, or those ticked."""
    if _is_everything():
        return selecting.numbers(selection.asked(), actor())
    return selecting.ticked(request.form.getlist("testimony"), actor())


def _what() -> str:
    """The tag, the level or the collection, by its identifier. Raises Invalid when none is meant."""
    action = desk.text("action")
    if known := desk.text("what"):
        return known
    if action in (BulkAction.TAG, BulkAction.UNTAG):
        return completing.settle("terms", desk.text("term"), desk.text("term_words"))
    return desk.text("level") if action == BulkAction.SET_ACCESS else desk.text("collection_to")


def _said(what: str) -> str:
    """What it is done with, in words."""
    if term := selecting.tag(what):
        return term.in_use.label
    return dict(selecting.collections()).get(what, what)
