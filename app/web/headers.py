"""What every answer says to the browser: load nothing from elsewhere, run nothing unsigned, tell nobody.

Also how static files are served: with an ETag made from their bytes alone, since Flask's own
shows a file's time and size.
"""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, g, request, send_from_directory
from werkzeug.security import safe_join

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}


def csp_nonce() -> str:
    """The word that lets this answer's own scripts run; fresh for each request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def for_recording() -> dict[str, str]:
    """What a page says that may use microphone and camera, and play back what it has just recorded."""
    allowed = _HEADERS["Permissions-Policy"]
    for device in ("camera", "microphone"):
        allowed = allowed.replace(f"{device}=()", f"{device}=(self)")
    policy = _POLICY.format(nonce=csp_nonce()).replace("media-src 'self'", "media-src 'self' blob:")
    return {"Permissions-Policy": allowed, "Content-Security-Policy": policy}


def secure(response: Response) -> Response:
    """Add the headers that the view has not set itself (a page that records may allow the microphone)."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        # The same whether or not a session was looked at, so that a hidden page differs in nothing.
        response.vary.update(("Accept-Language", "Cookie"))
    # What was withdrawn a minute ago must not live on in a cache.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


@lru_cache(maxsize=512)
def _opaque(path: Path, changed: int) -> str:
    """An ETag from the bytes alone; ``changed`` only keys the cache."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def static(filename: str) -> Response:
    """A file of the archive's own look. Fonts are kept for a month; the rest is asked after each time."""
    folder = Path(__file__).parents[1] / "static"
    found = safe_join(str(folder), filename)
    path = Path(found) if found else None
    tag: str | bool = _opaque(path, path.stat().st_mtime_ns) if path and path.is_file() else False
    response = send_from_directory(folder, filename, etag=tag)
    response.headers.pop("Last-Modified", None)
    fonts = filename.startswith("fonts/")
    response.headers["Cache-Control"] = "public, max-age=2592000" if fonts else "public, no-cache"
    return response


def init_app(app: Flask) -> None:
    """Give templates the nonce, every answer its headers, and static files their own view."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(secure)
    app.view_functions["static"] = static
