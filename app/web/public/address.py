"""Where this archive stands: what full addresses begin with."""

from flask import url_for


def root() -> str:
    """The address of the first page, without a slash at its end."""
    return url_for("public.home", _external=True).rstrip("/")
