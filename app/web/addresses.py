"""Addresses of our pages and files; those that name nothing are the same for everybody, and built once."""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask import url_for as built


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's, which takes its time: a page has a hundred addresses, a third of them always alike."""
    if has_request_context() and (not values or (endpoint == "static" and values.keys() == {"filename"})):
        return _alike(request.script_root, endpoint, values.get("filename"))
    return built(endpoint, **values)


@lru_cache(maxsize=1_000)
def _alike(root: str, endpoint: str, filename: str | None) -> str:
    """An address under ``root``, which only keys the cache."""
    return built(endpoint, filename=filename) if filename else built(endpoint)


def init_app(app: Flask) -> None:
    """Have templates build addresses with this."""
    app.jinja_env.globals["url_for"] = url_for
