"""The archivists' doors: accounts that were given, and tying a passage to a claim."""

from flask import Blueprint

bp = Blueprint("workbench", __name__, url_prefix="/workbench")

from app.web.workbench import accounts, linking  # noqa: E402,F401
