"""One's own account: signing in and out, choosing a password, a second step, and where one is signed in."""

from flask import Blueprint

bp = Blueprint("account", __name__)

from app.web.account import entering, joining, own, passkeys  # noqa: E402, F401
