"""A dossier from the page it is about, as one ZIP: for whoever has an account, of what they may read."""

import tempfile
from pathlib import Path

from flask import Response, request, send_file
from flask_babel import get_locale

from app.errors import Conflict
from app.formats import bag
from app.formats.dossier import Dossier
from app.models import SEARCHING, Audience
from app.services import dossier_files, dossiering, making_dossiers
from app.web.public import bp
from app.web.public.lists import address, asked
from app.web.visitor import actor, archive, audience

LARGEST = 80  # passages that are made while somebody waits


@bp.post("/claims/<identifier>/dossier")
def claim_dossier(identifier: str) -> Response:
    """What bears on a claim."""
    return _handed(dossiering.of("claim", identifier, _for_whom()))


@bp.post("/questions/<identifier>/dossier")
def question_dossier(identifier: str) -> Response:
    """What bears on the answers to a question."""
    return _handed(dossiering.of("question", identifier, _for_whom()))


@bp.post("/events/<identifier>/dossier")
def event_dossier(identifier: str) -> Response:
    """What bears on all that is asserted about an event."""
    return _handed(dossiering.of("event", identifier, _for_whom()))


@bp.post("/list/dossier")
def list_dossier() -> Response:
    """The passages of a list."""
    held = asked(request.form)
    refs = [(item.ref, item.note) for item in held.items]
    return _handed(dossiering.of_list(held.title, refs, _for_whom(), address(held)))


def _for_whom() -> str:
    """The visitor's own audience; archivists may make it for others."""
    wanted = request.form.get("audience", "")
    is_staff = audience() == Audience.STAFF
    return wanted if is_staff and wanted in {one.value for one in SEARCHING} else audience()


def _handed(made: Dossier) -> Response:
    """The dossier as a ZIP; nothing of it stays here. Raises Conflict for one that is too large."""
    if len(made.passages) > LARGEST:
        raise Conflict(
            f"This dossier has {len(made.passages)} passages, and {LARGEST} can be made while you wait. "
            "An archivist can make it for you: archive dossier."
        )
    name = f"dossier-{made.kind}-{made.identifier}".rstrip("-")
    with tempfile.TemporaryDirectory(prefix="dossier-") as kept:
        folder = Path(kept) / name
        seal = dossier_files.write(made, folder, language=str(get_locale()))
        with archive().writing():
            making_dossiers.note(made, seal, actor())
        bag.pack(folder, packed := Path(kept) / f"{name}.zip")
        handed = packed.open("rb")  # it can be read after its name is gone
    return send_file(handed, "application/zip", as_attachment=True, download_name=f"{name}.zip")
