"""The ways of the workbench: its main pages, in the order of a working day; each key follows g."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.policy import DOORS, may
from app.web.visitor import actor
from app.web.workbench import bp

WAYS: tuple[tuple[str, LazyString, str], ...] = (
    ("workbench.queue", _l("Waiting"), "w"),
    ("workbench.accounts", _l("Accounts given"), "a"),
    ("workbench.testimonies", _l("Testimonies"), "t"),
    ("workbench.claims", _l("Claims"), "c"),
    ("workbench.people", _l("People"), "p"),
    ("workbench.places", _l("Places"), "l"),
    ("workbench.events", _l("Events"), "e"),
    ("workbench.collections", _l("Collections"), "o"),
    ("workbench.vocabularies", _l("Vocabularies"), "v"),
    ("workbench.files", _l("Files"), "f"),
    ("workbench.trail", _l("Trail"), "h"),
    ("workbench.users", _l("Users"), "u"),
)


@bp.context_processor
def ways() -> dict[str, Any]:
    """The pages this archivist may open."""
    return {
        "workbench_ways": [
            way for way in WAYS if way[0] in current_app.view_functions and may(actor(), DOORS[way[0]])
        ]
    }
