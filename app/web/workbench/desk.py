"""What every door of the workbench does: change something, and lose nothing that was typed."""

from collections.abc import Callable, Mapping
from functools import wraps

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.services import revisions
from app.services.settling import Differs
from app.web.visitor import archive

Page = Callable[[ArchiveError], ResponseReturnValue]
NOT_TYPED = (
    *("csrf_token", "version", "doing", "panel", "lines_of", "read", "first_line", "last_line", "page"),
    *("row", "from", "original_read", "line", "language"),
)


def change(verb: Callable[[], object], done: str, to: str, again: Page) -> ResponseReturnValue:
    """Carry out a change, say so and go ``to`` an address.

    When two people changed the same fields, both versions are shown to be chosen from; when it is
    refused, the page is shown ``again`` with why, and with everything that was typed.
    """
    try:
        with archive().writing():
            _lines_still_stand()
            verb()
    except Differs as differs:
        return disagreement(differs)
    except (Conflict, Invalid) as refusal:
        return again(refusal)
    except NotFound as refusal:
        return _gone(refusal, again)
    return go(to, done)


def _gone(refusal: ArchiveError, again: Page) -> ResponseReturnValue:
    """The page again where something chosen is not there any more; where the page itself is not, what was
    typed, to be kept elsewhere."""
    try:
        return again(refusal)
    except NotFound:
        return gone()


def gone() -> ResponseReturnValue:
    """What was changed was removed meanwhile: says so, with everything that was typed."""
    typed = [
        (name, value.strip())
        for name, values in request.form.lists()
        for value in values
        if value.strip() and name not in NOT_TYPED and not name.startswith("was_")
    ]
    page = render_template("workbench/gone.html", typed=typed)
    return Response(page, NotFound.status, {"Cache-Control": "no-store"}, mimetype="text/html")


def go(to: str, done: str) -> ResponseReturnValue:
    """On to an address, saying there what was done."""
    if done:
        flash(done)
    return redirect(to, 303)


def of_kind(view: Callable[..., ResponseReturnValue], kind: object) -> Callable[..., ResponseReturnValue]:
    """A view of several kinds of thing, as the door of one kind."""

    @wraps(view)
    def door(**values: str) -> ResponseReturnValue:
        return view(kind, **values)

    return door


def _lines_still_stand() -> None:
    """A form that chose lines says in which revision: after a correction they may stand elsewhere."""
    if "lines_of" in request.form and request.form.get("first"):
        identifier = (request.view_args or {}).get("identifier", "")
        revisions.still(request.form.get("testimony", identifier), number("lines_of"))


def disagreement(differs: Differs) -> ResponseReturnValue:
    """Both versions, field by field. What is chosen is sent to the same door, with the version read now."""
    asked = {difference.field for difference in differs.differences}
    carried = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in ("csrf_token", "version")
        and name.removeprefix("was_").removesuffix("_words") not in asked  # typed, and stood for by a choice
    ]
    page = render_template("workbench/differs.html", differs=differs, carried=carried)
    return Response(page, differs.status, {"Cache-Control": "no-store"}, mimetype="text/html")


def version() -> int:
    """The version of what was edited, as the form read it. Raises Invalid when it is missing."""
    return number("version")


def was(*fields: str) -> Mapping[str, str] | None:
    """What the form read of each field, where it says so."""
    read = {field: request.form[f"was_{field}"] for field in fields if f"was_{field}" in request.form}
    return {field: value.replace("\r\n", "\n") for field, value in read.items()} or None


def text(name: str) -> str:
    """What was typed into a field: with plain line ends, without blanks around it."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def texts(*names: str) -> dict[str, str]:
    """What was typed into these fields, as far as the form has them."""
    return {name: text(name) for name in names if name in request.form}


def number(name: str, default: int | None = None) -> int:
    """A number sent with the request. Raises Invalid when it is none and there is no default."""
    said = request.values.get(name, "")
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    if default is None:
        raise Invalid(f"The form is not whole: {name} must be a number.")
    return default


def chosen() -> tuple[int, int] | None:
    """The lines chosen: first and last, in either order, or None."""
    first = number("first", -1)
    last = number("last", first)
    return (min(first, last), max(first, last)) if first >= 0 else None


def address(identifier: str, panel: str = "") -> str:
    """The desk of a testimony, at a panel, with the lines that are chosen."""
    lines = chosen()
    first, last = lines or (None, None)
    return url_for(
        "workbench.testimony", identifier=identifier, first=first, last=last, _anchor=panel or None
    )
