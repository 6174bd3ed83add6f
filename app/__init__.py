"""A self-hosted archive of oral history and testimony."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The archive as a web application; settings come from the environment unless handed in."""
    from app.web import make  # here, so that ``import app.timecode`` does not bring the whole house along

    return make(settings)
