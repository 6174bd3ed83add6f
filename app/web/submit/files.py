"""Files given by a plain form, without script; how a file stands; and taking it away again."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import IO

from flask import Response, jsonify, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, ValidationError, validate_csrf
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from app.errors import ArchiveError, Invalid
from app.services import submitting, uploading
from app.storage.anteroom import PIECE, TooMuch
from app.web.saying import say
from app.web.submit import bp
from app.web.submit.holding import must_hold
from app.web.submit.steps import refused
from app.web.submit.streams import hear_out, streaming
from app.web.submit.uploads import look
from app.web.visitor import archive


@bp.post("/files")
def give_file() -> ResponseReturnValue:
    """Take a file from a form, straight into the anteroom."""
    try:
        take(must_hold())
    except ArchiveError as refusal:
        hear_out()
        with archive().reading():
            return refused("files", str(refusal))[0], refusal.status
    return redirect(url_for("submit.step", step="files"), 303)


@bp.post("/files/<identifier>/remove")
def take_file_away(identifier: str) -> ResponseReturnValue:
    """Take a file away again."""
    account = must_hold()
    with archive().writing():
        uploading.remove(account, identifier)
        is_draft = submitting.account(account).state == "draft"
    return redirect(url_for("submit.step", step="files") if is_draft else url_for("submit.yours"), 303)


@bp.get("/uploads/<identifier>/state")
def upload_state(identifier: str) -> Response:
    """How a file stands, for the page that waits for it."""
    file = look(identifier)
    on = file.expires_on.isoformat() if file.expires_on else None
    return jsonify(asdict(file) | {"reason": say(file.reason), "expires_on": on})


def take(account: str) -> None:
    """Read the form as it comes: its token, then its file. Raises Invalid, NoRoom, Conflict."""
    here, most = uploading.expect(account, request.content_length or 0)
    try:
        with streaming(), archive().reading():  # nothing is asked of the database: no transaction is open
            form = Form(request.stream)
            name = form.open_file()
            try:
                uploading.append(here, 0, form, most)
            except TooMuch:
                raise uploading.too_large(most) from None
        with archive().writing():
            uploading.take(account, name, here)
    except Exception:
        with archive().reading():
            uploading.give_up(here)
        raise


class Form:
    """A form with one file after its token, read piece by piece and never held whole."""

    def __init__(self, stream: IO[bytes]) -> None:
        boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "replace")
        self.events: Iterator[Event] | None = _events(
            stream, MultipartDecoder(boundary, 4 * PIECE, max_parts=8)
        )
        self.rest = b""

    def open_file(self) -> str:
        """Read up to the file; returns its name. Raises Invalid when none was chosen, CSRFError."""
        token, here = b"", ""
        for event in self.events or ():
            if isinstance(event, File) and event.name == "file" and event.filename:
                _check(token.decode("latin-1"))
                return event.filename
            if isinstance(event, Field):
                here = event.name
            elif isinstance(event, Data) and here == "csrf_token":
                token += event.data
        raise Invalid("Choose a file first.")

    def read(self, size: int, /) -> bytes:
        """More of the file, nothing at its end. Raises Invalid when the form ends before."""
        while not self.rest and self.events is not None:
            event = next(self.events)
            if isinstance(event, Data):
                self.rest = event.data
            if not isinstance(event, Data) or not event.more_data:
                self.events = None
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


def _events(stream: IO[bytes], decoder: MultipartDecoder) -> Iterator[Event]:
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(stream.read(PIECE) or None)
            else:
                yield event
    except (ValueError, OSError):  # no form, or cut off
        raise Invalid("The file did not arrive whole. Send it again.") from None


def _check(token: str) -> None:
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(error.args[0]) from None


def _token_comes_first(state: BlueprintSetupState) -> None:
    # Looking for the token would read the whole form into memory: it is checked on the way instead.
    state.app.extensions["csrf"].exempt(give_file)


bp.record_once(_token_comes_first)
