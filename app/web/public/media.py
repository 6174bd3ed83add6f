"""Pictures, sound, film and captions: who may have them is asked each time; ``streams`` sends them."""

from flask import Response

from app.services import granting, hearing
from app.web import streams
from app.web.public import bp
from app.web.visitor import actor

# What a browser may show in place; anything else is handed over as a file.
_SHOWN = ("image/", "audio/", "video/")


@bp.get("/media/<ref>")
def media(ref: str) -> Response:
    """A media file of a published testimony, whole or the ranges asked for."""
    held = hearing.file(ref, granting.audience_for_file(actor(), ref))
    response = streams.answer(held)
    if response.status_code in (200, 206):
        # A drawing (SVG) can carry scripts: opened by itself it may do nothing at all.
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        shown = held.mimetype.startswith(_SHOWN)
        response.headers["Content-Disposition"] = "inline" if shown else "attachment"
    return response


@bp.get("/testimonies/<identifier>/captions/<int:script>.vtt")
def captions(identifier: str, script: int) -> Response:
    """A transcript as captions: the original (0) or a translation (1 and up), as its reader may see it."""
    held = hearing.captions(identifier, granting.audience_for(actor(), identifier), script)
    return Response(held, content_type="text/vtt; charset=utf-8")
