"""Pictures, sound and film, streamed from the store a piece at a time."""

import hashlib

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from app.services import granting, reading
from app.web.public import bp
from app.web.visitor import actor

# What a browser may show in place; anything else is handed over as a file.
_SHOWN = ("image/", "audio/", "video/")


@bp.get("/media/<ref>")
def media(ref: str) -> Response:
    """A media file of a published testimony, whole or the range asked for."""
    stream, mimetype, size = reading.media(ref, granting.audience_for_file(actor(), ref))
    response = Response(wrap_file(request.environ, stream, 64 * 1024), direct_passthrough=True)
    response.mimetype = mimetype
    response.content_length = size
    # A drawing (SVG) can carry scripts: opened by itself it may do nothing at all.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    shown = mimetype.startswith(_SHOWN)
    response.headers["Content-Disposition"] = "inline" if shown else "attachment"
    response.set_etag(hashlib.sha256(f"{ref} {size} {mimetype}".encode()).hexdigest()[:32])
    response.call_on_close(stream.close)
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"}, mimetype="text/plain")
    return response
