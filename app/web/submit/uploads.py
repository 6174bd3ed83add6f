"""Files come in: tus 1.0 (core, creation, creation with upload, termination, expiration, checksum).

A browser asks for leave before it lets another site send ``Tus-Resumable``, and gets none from us: that is
what stands in for the token of a form. See https://tus.io/protocols/resumable-upload
"""

import base64
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import NoReturn

from flask import Response, abort, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from werkzeug.exceptions import ServiceUnavailable

from app.errors import ArchiveError, Conflict
from app.given import GivenFile
from app.services import uploading
from app.storage.anteroom import CHECKSUMS, TooMuch
from app.web.saying import say
from app.web.submit import bp
from app.web.submit.holding import must_hold
from app.web.submit.streams import BUSY, hear_out, streaming
from app.web.visitor import archive

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
BYTES = "application/offset+octet-stream"


class Tus(MethodView):
    """What all requests share: the version, the other name of a method, and refusals in plain text."""

    init_every_request = False

    def dispatch_request(self, **address: str) -> ResponseReturnValue:
        """Answer as the specification wants it."""
        method = request.headers.get("X-HTTP-Method-Override", request.method).upper()
        verb = getattr(self, method.lower(), None) if method in (self.methods or ()) else None
        if verb is None:
            abort(405)
        if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            return answer(412, tus_version=VERSION)
        try:
            done: Response = verb(**address)
        except ArchiveError as error:
            hear_out()
            done = answer(error.status, say(str(error)))
        except ServiceUnavailable:
            done = answer(503, say(BUSY), retry_after=5)
        return done

    def options(self, **_: str) -> Response:
        """What can be done here."""
        return answer(
            204,
            tus_version=VERSION,
            tus_extension=EXTENSIONS,
            tus_max_size=archive().anteroom.largest,
            tus_checksum_algorithm=",".join(CHECKSUMS),
        )


class Uploads(Tus):
    """Where files are announced."""

    methods = frozenset({"OPTIONS", "POST"})

    def post(self) -> Response:
        """Creation; with the first bytes at once when the request has some."""
        account, size = must_hold(), number("Upload-Length")
        name = metadata(request.headers.get("Upload-Metadata", "")).get("filename", "")
        with_bytes = request.headers.get("Content-Type") == BYTES
        if request.content_length and not with_bytes:
            say_no(415)
        announced_checksum()  # a bad one is refused before anything is announced
        with archive().writing():
            upload = uploading.begin(account, name, size)
            if not size:
                uploading.whole(account, upload)
            file = uploading.find(account, upload)
        try:
            offset = receive(account, file, 0) if with_bytes else 0
        except Exception:  # as if it had never been announced
            with archive().writing():
                uploading.remove(account, upload)
            raise
        return answer(
            201,
            location=url_for("submit.upload", identifier=upload),
            upload_offset=offset,
            upload_expires=expires(file),
        )


class Upload(Tus):
    """A file on its way."""

    methods = frozenset({"OPTIONS", "HEAD", "PATCH", "DELETE", "POST"})  # POST only under another's name

    def head(self, identifier: str) -> Response:
        """How far it has come."""
        file = look(identifier)
        named = f"filename {base64.b64encode(file.name.encode()).decode()}" if file.name else None
        return answer(
            200,
            upload_offset=file.arrived,
            upload_length=file.size,
            upload_metadata=named,
            upload_expires=expires(file),
        )

    def patch(self, identifier: str) -> Response:
        """More of it."""
        if request.headers.get("Content-Type") != BYTES:
            say_no(415)
        account, offset, file = must_hold(), number("Upload-Offset"), look(identifier)
        if offset != file.arrived:
            raise Conflict("The file has come further, or less far, than this.")
        if file.state == "arriving":
            offset = receive(account, file, offset)
        return answer(204, upload_offset=offset, upload_expires=expires(file))

    def delete(self, identifier: str) -> Response:
        """Take it away."""
        with archive().writing():
            uploading.remove(must_hold(), identifier)
        return answer(204)


def look(identifier: str) -> GivenFile:
    """The file as it stands. Was it whole when its server died, then it is completed now."""
    account = must_hold()
    file = uploading.find(account, identifier)
    if file.state == "arriving" and file.arrived == file.size:
        with archive().writing():
            uploading.progress(account, identifier)
            file = uploading.find(account, identifier)
    return file


def receive(account: str, file: GivenFile, offset: int) -> int:
    """Stream the request's body into the anteroom; returns the new offset."""
    most, checksum = file.size - offset, announced_checksum()
    uploading.must_take(account)
    if (request.content_length or 0) > most:
        raise TooMuch("More came than was announced.")
    with streaming(), archive().reading():  # nothing is asked of the database: no transaction is open
        offset = uploading.append(file.identifier, offset, request.stream, most, checksum)
    with archive().writing():
        uploading.progress(account, file.identifier)
    return offset


def number(header: str) -> int:
    """A header that is a whole number and must be there."""
    said = request.headers.get(header, "")
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        say_no(400)
    return int(said)


def metadata(header: str) -> dict[str, str]:
    """What ``Upload-Metadata`` says. Of it only the file's own name is kept."""
    said = {}
    for pair in filter(None, (pair.strip() for pair in header[:4096].split(","))):
        key, _, value = pair.partition(" ")
        if key in said or not key.isascii():
            say_no(400)
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:  # no base64, or no text
            say_no(400)
    return said


def announced_checksum() -> tuple[str, bytes] | None:
    """The name and the digest of ``Upload-Checksum``."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    name, _, digest = header.partition(" ")
    if name not in CHECKSUMS:
        say_no(400)
    try:
        return name, base64.b64decode(digest, validate=True)
    except ValueError:
        say_no(400)


def expires(file: GivenFile) -> str | None:
    """The moment after which an unfinished file may be gone."""
    if file.expires_on is None:
        return None
    return format_datetime(datetime.combine(file.expires_on, time(), UTC), usegmt=True)


def say_no(status: int, **headers: str) -> NoReturn:
    """Refuse with a bare status."""
    abort(answer(status, **headers))


def answer(status: int, message: str = "", **headers: str | int | None) -> Response:
    """An answer as tus wants it; headers without a value are left out."""
    response = Response(message, status, mimetype="text/plain")
    if status == 204:
        del response.headers["Content-Type"]
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        if value is not None:
            response.headers[name.replace("_", "-").title()] = str(value)
    return response


def _without_a_form(state: BlueprintSetupState) -> None:
    for view in (uploads, upload):
        state.app.extensions["csrf"].exempt(view)


uploads, upload = Uploads.as_view("uploads"), Upload.as_view("upload")
bp.record_once(_without_a_form)
bp.add_url_rule("/uploads", view_func=uploads)
bp.add_url_rule("/uploads/<identifier>", view_func=upload)
