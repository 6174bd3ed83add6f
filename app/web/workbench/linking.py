"""Tying a passage to a claim by hand."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import Invalid
from app.services import linking, reading, weighing
from app.web.visitor import actor, archive, audience
from app.web.workbench import bp


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}


@bp.get("/testimonies/<identifier>/link")
def link(identifier: str) -> ResponseReturnValue:
    """The lines chosen, and a form: claim, stance, basis."""
    first = _number("first")
    last = max(first, _number("last", first))
    record = reading.whole(identifier, audience())
    return render_template(
        "workbench/link.html",
        record=record,
        first=first,
        last=last,
        lines=record.lines[first : last + 1],
        marks=[m for m in record.marks if m.first <= last and m.last >= first],
        questions=weighing.claims_to_choose(audience()),
    )


@bp.post("/testimonies/<identifier>/link")
def linked(identifier: str) -> ResponseReturnValue:
    """Tie the lines to the claim; both pages show it when this answers."""
    form = request.form
    with archive().writing():
        linking.link(
            identifier,
            _number("first"),
            _number("last"),
            form.get("claim", ""),
            form.get("stance", ""),
            form.get("basis", ""),
            actor(),
            note=form.get("note", "").strip(),
            heard_from=form.get("heard_from", "").strip(),
        )
    flash(gettext("The passage is tied to the claim. Both pages show it."))
    return redirect(_line(identifier, _number("first")), 303)


@bp.post("/evidence/<identifier>/unlink")
def unlink(identifier: str) -> ResponseReturnValue:
    """Undo a link."""
    with archive().writing():
        testimony = linking.unlink(identifier, actor())
    flash(gettext("The link is undone. The trail keeps what it was."))
    return redirect(_line(testimony.identifier, _number("line", 0)), 303)


def _line(identifier: str, line: int) -> str:
    return url_for("public.testimony", identifier=identifier, line=line, _anchor=f"line-{line}")


def _number(name: str, default: int | None = None) -> int:
    said = request.values.get(name, "")
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    if default is None:
        raise Invalid(f"{name!r} must be the number of a line.")
    return default
