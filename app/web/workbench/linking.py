"""Tying a passage to a claim by hand: on the desk, or on a page that needs no script; and undoing it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, NotFound
from app.services import completing, figuring, linking, reading, weighing
from app.web.visitor import actor, archive, audience
from app.web.workbench import bp, desk

FIELDS = ("stance", "basis", "heard_from", "note", *figuring.FIELDS)


def panel(identifier: str) -> dict[str, object]:
    """The links of the testimony, and what a new one can be made of."""
    made = request.args.get("claim", "")
    return {
        "links": linking.of(identifier),
        "made": linking.claimed(made) if made else None,
    }


@bp.get("/testimonies/<identifier>/link")
def link(identifier: str) -> ResponseReturnValue:
    """The lines chosen, and a form: claim, stance, basis. It needs no script, and lists every claim."""
    return _choosing(identifier, desk.number("first"))


def _choosing(identifier: str, first: int, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    last = max(first, desk.number("last", first))
    record = reading.whole(identifier, audience())
    page = render_template(
        "workbench/link.html",
        record=record,
        first=first,
        last=last,
        lines=record.lines[first : last + 1],
        marks=[m for m in record.marks if m.first <= last and m.last >= first],
        questions=weighing.claims_to_choose(audience()),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return page, refusal.status if refusal else 200


@bp.post("/testimonies/<identifier>/link")
def linked(identifier: str) -> ResponseReturnValue:
    """Tie the lines to the claim; both pages show it when this answers."""
    form = request.form
    from_desk = form.get("panel") == "links"

    def tie() -> None:
        first, last = desk.number("first"), desk.number("last")
        claim = form.get("claim", "")
        if from_desk:
            claim = completing.settle("claims", form.get("claim_id", ""), claim)
        linking.link(
            identifier,
            min(first, last),
            max(first, last),
            claim,
            form.get("stance", ""),
            form.get("basis", ""),
            actor(),
            note=form.get("note", "").strip(),
            heard_from=form.get("heard_from", "").strip(),
            told=desk.texts(*figuring.FIELDS),
        )

    done, first = gettext("The passage is tied to the claim. Both pages show it."), desk.number("first", 0)
    if from_desk:
        return desk.change(tie, done, desk.address(identifier, "links"), lambda e: _again(identifier, e))
    return desk.change(tie, done, _line(identifier, first), lambda e: _choosing(identifier, first, e))


@bp.post("/evidence/<identifier>/change")
def change_link(identifier: str) -> ResponseReturnValue:
    """Change stance, basis or note of a link, or the figure and the time it gives."""
    wanted = desk.texts(*FIELDS)
    if "figure" in wanted:  # a box that is not ticked is not sent
        wanted["figure_approximate"] = desk.text("figure_approximate")
    try:
        testimony, _ = linking.place(identifier)
    except NotFound:  # somebody has undone the link meanwhile
        return desk.gone()
    return desk.change(
        lambda: linking.change(identifier, wanted, desk.version(), actor(), desk.was(*FIELDS)),
        gettext("The link is changed. The trail keeps what it was."),
        _back(testimony),
        lambda refusal: _again(testimony, refusal),
    )


@bp.post("/evidence/<identifier>/unlink")
def unlink(identifier: str) -> ResponseReturnValue:
    """Undo a link."""
    with archive().writing():
        testimony = linking.unlink(identifier, actor())
    flash(gettext("The link is undone. The trail keeps what it was."))
    if request.form.get("panel"):
        return redirect(_back(testimony.identifier), 303)
    return redirect(_line(testimony.identifier, desk.number("line", 0)), 303)


def _back(testimony: str) -> str:
    """To the claim that was being looked at, or to the desk."""
    if claim := request.form.get("back_to_claim", ""):
        return url_for("workbench.claim", identifier=claim)
    return desk.address(testimony, "links")


def _again(identifier: str, refusal: ArchiveError) -> ResponseReturnValue:
    from app.web.workbench import testimonies

    return testimonies.show(identifier, refusal)


def _line(identifier: str, line: int) -> str:
    return url_for("public.testimony", identifier=identifier, line=line, _anchor=f"line-{line}")
