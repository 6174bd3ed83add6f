"""Files: where every original stands, when it was last read, what was made of it, and who is given that."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.errors import ArchiveError
from app.services import shelving
from app.web.visitor import actor
from app.web.workbench import bp, desk

SHELVES = {"store": _l("Archive"), "replica": _l("Replica")}
FOUND = {
    "": _l("not read yet"),
    "good": _l("good"),
    "copied": _l("copied, and read back"),
    "damaged": _l("damaged"),
    "missing": _l("missing"),
    "repaired": _l("repaired, and read back"),
    "lost": _l("lost: bad wherever it stood"),
    "remade": _l("to be made again"),
}
STATES = {
    "": _l("Copies: not asked for"),
    "waiting": _l("Copies: waiting"),
    "working": _l("Copies: being made"),
    "done": _l("Copies: made"),
    "failed": _l("Copies: failed"),
}
CHOICES = {
    "": _l("All"),
    "closed": _l("For archivists only"),
    "making": _l("Being made"),
    "failed": _l("Failed"),
    "lost": _l("Lost"),
}


@bp.get("/files")
def files() -> ResponseReturnValue:
    """A page of originals; ``which`` chooses those that are closed, failed, being made, or lost."""
    return _show()


@bp.post("/files/<identifier>/open")
def open_file(identifier: str) -> ResponseReturnValue:
    """Give a file to readers."""
    done = gettext("Readers are given this file, as far as its testimony is open.")
    return desk.change(lambda: shelving.give(identifier, actor(), is_open=True), done, _back(), _show)


@bp.post("/files/<identifier>/close")
def close_file(identifier: str) -> ResponseReturnValue:
    """Take a file back from readers."""
    done = gettext("Readers are no longer given this file.")
    return desk.change(lambda: shelving.give(identifier, actor(), is_open=False), done, _back(), _show)


@bp.post("/files/<identifier>/retry")
def retry_file(identifier: str) -> ResponseReturnValue:
    """Have its copies made again."""
    done = gettext("Its copies are made again. You can go on with other things.")
    return desk.change(lambda: shelving.retry(identifier, actor()), done, _back(), _show)


def _back() -> str:
    return url_for("workbench.files", which=_which() or None, page=desk.number("page", 1))


def _which() -> str:
    which = request.values.get("which", "")
    return which if which in CHOICES else ""


def _show(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = desk.number("page", 1)
    html = render_template(
        "workbench/files.html",
        holding=shelving.files(actor(), page, _which()),
        page=page,
        which=_which(),
        choices=CHOICES,
        shelves=SHELVES,
        found=FOUND,
        states=STATES,
        refusal=str(refusal or ""),
    )
    status = refusal.status if refusal else 200
    return Response(html, status, {"Cache-Control": "no-store"}, mimetype="text/html")
