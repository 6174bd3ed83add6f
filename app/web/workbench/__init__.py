"""The archivists' doors: what waits, what came in, and everything that can be done with it."""

from flask import Blueprint

bp = Blueprint("workbench", __name__, url_prefix="/workbench")

from app.web.workbench import (  # noqa: E402
    accounts,  # noqa: F401
    bulk,  # noqa: F401
    catalogue,  # noqa: F401
    claims,  # noqa: F401
    completing,  # noqa: F401
    covering,  # noqa: F401
    describing,  # noqa: F401
    doubles,  # noqa: F401
    files,  # noqa: F401
    going_through,  # noqa: F401
    linking,  # noqa: F401
    queue,  # noqa: F401
    readings,  # noqa: F401
    selection,  # noqa: F401
    terms,  # noqa: F401
    testimonies,  # noqa: F401
    ties,  # noqa: F401
    trail,  # noqa: F401
    translations,  # noqa: F401
    users,  # noqa: F401
    veils,  # noqa: F401
    vocabularies,  # noqa: F401
    ways,  # noqa: F401
    withholding,  # noqa: F401
)
