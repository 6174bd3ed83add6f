"""A term: edited in place, related to others, merged into another, and where it is used."""

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Invalid
from app.services import completing, terms, vocabularies
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk

FIELDS = ("preferred", "alternative", "hidden_labels", "scope_note")


@bp.get("/terms/<identifier>")
def term(identifier: str) -> ResponseReturnValue:
    """The term, a form for each thing that can be done, and its uses."""
    return _page(identifier)


def _page(identifier: str, refusal: ArchiveError | None = None) -> Response:
    page = render_template(
        "workbench/term.html",
        held=terms.look_at(identifier),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return _unkept(page, refusal)


@bp.route("/vocabularies/<identifier>/terms/new", methods=["GET", "POST"])
def new_term(identifier: str) -> ResponseReturnValue:
    """A form for a new term of a vocabulary, and what it sends."""
    held = vocabularies.find(identifier)
    refusal: ArchiveError | None = None
    if request.method == "POST":
        try:
            with archive().writing():
                made = terms.new(identifier, desk.texts(*FIELDS), actor())
        except (Conflict, Invalid) as error:
            refusal = error
        else:
            flash(gettext("The term is made."))
            return redirect(url_for("workbench.term", identifier=made.identifier), 303)
    page = render_template(
        "workbench/new_term.html",
        vocabulary=held,
        refusal=str(refusal or ""),
        written=request.form or {"preferred": request.args.get("label", "")},
    )
    return _unkept(page, refusal)


@bp.post("/terms/<identifier>")
def change_term(identifier: str) -> ResponseReturnValue:
    """Change labels and scope notes."""
    return _do(
        identifier,
        lambda: terms.change(identifier, desk.version(), desk.texts(*FIELDS), desk.was(*FIELDS), actor()),
        gettext("Saved."),
    )


@bp.post("/terms/<identifier>/relations")
def relate_term(identifier: str) -> ResponseReturnValue:
    """State a relation to another term."""
    return _do(
        identifier,
        lambda: terms.relate(identifier, desk.text("kind"), _other(), actor()),
        gettext("The relation is stated."),
    )


@bp.post("/terms/<identifier>/relations/<kind>/<other>/remove")
def unrelate_term(identifier: str, kind: str, other: str) -> ResponseReturnValue:
    """Take a relation back."""
    return _do(
        identifier,
        lambda: terms.unrelate(identifier, kind, other, actor()),
        gettext("The relation is taken back."),
    )


@bp.post("/terms/<identifier>/merge")
def merge_term(identifier: str) -> ResponseReturnValue:
    """Have another term stand for this one."""
    return _do(
        identifier,
        lambda: terms.merge(identifier, _other(), actor()),
        gettext("The other term stands for this one now. It can be undone."),
    )


@bp.post("/terms/<identifier>/unmerge")
def unmerge_term(identifier: str) -> ResponseReturnValue:
    """Undo a merging."""
    return _do(
        identifier,
        lambda: terms.unmerge(identifier, actor()),
        gettext("The merging is undone: the term stands for itself again."),
    )


@bp.post("/terms/<identifier>/delete")
def delete_term(identifier: str) -> ResponseReturnValue:
    """Delete a term that nothing uses."""
    try:
        with archive().writing():
            vocabulary = terms.remove(identifier, actor())
    except (Conflict, Invalid) as refusal:
        return _page(identifier, refusal)
    flash(gettext("The term is deleted. The trail keeps what it was."))
    return redirect(url_for("workbench.vocabulary", identifier=vocabulary.identifier), 303)


def _other() -> str:
    return completing.settle("terms", desk.text("other_id"), desk.text("other"))


def _do(identifier: str, verb: Callable[[], object], done: str) -> ResponseReturnValue:
    to = url_for("workbench.term", identifier=identifier)
    return desk.change(verb, done, to, lambda refusal: _page(identifier, refusal))


def _unkept(page: str, refusal: ArchiveError | None) -> Response:
    answer = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
