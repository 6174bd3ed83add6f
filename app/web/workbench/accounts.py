"""Accounts that were given: read, asked about, accepted or declined. What is written here is never lost."""

import mimetypes
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wsgi import wrap_file

from app.errors import ArchiveError, Conflict, Invalid
from app.services import reviewing
from app.web.visitor import actor, archive
from app.web.workbench import bp, words


@bp.get("/accounts")
def accounts() -> ResponseReturnValue:
    """What waits, oldest first, or what is settled."""
    settled = request.args.get("settled") == "1"
    listed = reviewing.settled(actor()) if settled else reviewing.waiting(actor())
    return _unkept(render_template("workbench/accounts.html", listed=listed, settled=settled, words=words))


@bp.get("/accounts/<identifier>")
def account(identifier: str) -> ResponseReturnValue:
    """One account: everything that was said, allowed and sent, and what can be done."""
    return _page(identifier)


@bp.post("/accounts/<identifier>/contact")
def account_contact(identifier: str) -> ResponseReturnValue:
    """The same page with the way to reach the teller on it; the trail keeps who looked."""
    with archive().writing():
        contact = reviewing.contact(identifier, actor())
    return _page(identifier, contact=contact)


@bp.post("/accounts/<identifier>/take")
def take(identifier: str) -> ResponseReturnValue:
    """Have the account, or have it instead of another."""
    over = request.form.get("over") == "1"
    return _do(
        identifier,
        lambda: reviewing.take(identifier, actor(), _version(), over=over),
        gettext("You have this account now."),
    )


@bp.post("/accounts/<identifier>/put-back")
def put_back(identifier: str) -> ResponseReturnValue:
    """Let others take it."""
    return _do(
        identifier,
        lambda: reviewing.put_back(identifier, actor(), _version()),
        gettext("The account is back in the list."),
    )


@bp.post("/accounts/<identifier>/ask")
def ask(identifier: str) -> ResponseReturnValue:
    """Ask the teller something."""
    text = request.form.get("text", "")
    return _do(
        identifier,
        lambda: reviewing.ask(identifier, text, actor()),
        gettext("The teller will read this when they come back with their six words."),
    )


@bp.post("/accounts/<identifier>/decline")
def decline(identifier: str) -> ResponseReturnValue:
    """Not take it in, and say why."""
    form = request.form
    return _do(
        identifier,
        lambda: reviewing.decline(identifier, form.get("reason", ""), form.get("words", ""), actor()),
        gettext("The account is declined. The teller reads the reason when they come back."),
    )


@bp.post("/accounts/<identifier>/accept")
def accept(identifier: str) -> ResponseReturnValue:
    """Take it into the archive, as the form says."""
    return _do(
        identifier,
        lambda: reviewing.accept(identifier, actor(), version=_version(), **_decided()),
        gettext("The account is in the archive."),
    )


@bp.post("/accounts/<identifier>/publish")
def publish(identifier: str) -> ResponseReturnValue:
    """Let readers read what was taken in without."""
    return _do(
        identifier,
        lambda: reviewing.publish(identifier, actor()),
        gettext("Readers can read it now, as far as its narrator allows."),
    )


@bp.post("/accounts/<identifier>/files/<upload>/add")
def add_file(identifier: str, upload: str) -> ResponseReturnValue:
    """Keep a file that came late with the testimony."""
    return _do(
        identifier,
        lambda: reviewing.add_file(identifier, upload, actor()),
        gettext("The file is kept with the testimony, sealed."),
    )


@bp.get("/accounts/<identifier>/files/<upload>")
def account_file(identifier: str, upload: str) -> ResponseReturnValue:
    """A file as it was given, only ever handed over to be saved: nobody knows what is in it."""
    with archive().writing():
        stream, mimetype, size, _ = reviewing.file(identifier, upload, actor())
    response = Response(wrap_file(request.environ, stream, 64 * 1024), direct_passthrough=True)
    response.mimetype = "application/octet-stream"
    response.content_length = size
    # The name it came under may deceive, or say who sent it; the page shows it.
    response.headers["Content-Disposition"] = f'attachment; filename="{upload}{_ending(mimetype)}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.call_on_close(stream.close)
    return _unkept(response)


def _do(identifier: str, change: Callable[[], object], done: str) -> ResponseReturnValue:
    """Change something and go back to the account; when it is refused, to what was written as well."""
    try:
        with archive().writing():
            change()
    except (Conflict, Invalid) as refusal:
        return _page(identifier, refusal=refusal)
    flash(done)
    return redirect(url_for("workbench.account", identifier=identifier), 303)


def _page(identifier: str, *, refusal: ArchiveError | None = None, contact: str = "") -> ResponseReturnValue:
    with archive().reading():  # afresh: since this request began somebody may have been quicker
        page = render_template(
            "workbench/account.html",
            desk=reviewing.desk(identifier, actor()),
            written=request.form if refusal else {},
            refusal=str(refusal or ""),
            contact=contact,
            reasons=list(reviewing.Reason),
            words=words,
        )
    return _unkept(page), refusal.status if refusal else 200


def _unkept(answer: str | Response) -> Response:
    """An answer of which the browser keeps nothing: it may show how a teller can be reached."""
    response = answer if isinstance(answer, Response) else Response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def _decided() -> Mapping[str, Any]:
    form = request.form
    return {
        "collection": form.get("collection", ""),
        "title": form.get("title", ""),
        "kind": form.get("kind", "")[:60],
        "language": form.get("language", "").strip(),
        "transcript": form.get("transcript", ""),
        "with_text": form.get("with_text") == "1" or not form.get("transcript"),
        "with_places": form.get("with_places") == "1",
        "with_people": form.get("with_people") == "1",
        "publish": form.get("publish") == "now",
        "invented": archive().settings.demonstration,
    }


def _version() -> int:
    said = request.form.get("version", "")
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Invalid("The form is not whole: its version is missing. Look at the account again.")
    return int(said)


def _ending(mimetype: str) -> str:
    return mimetypes.guess_extension(mimetype) or ""
