"""How things are found: what an engine must do, and the engines that do it.

Nothing outside this package knows Whoosh, and this package knows nothing of the archive.
"""

from urllib.parse import unquote, urlsplit

from app.search.base import Broken, Busy, Document, Engine, Hit, Marker, Query, Results, Utterance
from app.search.passages import divide

__all__ = [
    "Broken",
    "Busy",
    "Document",
    "Engine",
    "Hit",
    "Marker",
    "Query",
    "Results",
    "Utterance",
    "divide",
    "open_engine",
]


def open_engine(url: str) -> Engine:
    """The engine at ``whoosh:///absolute/path`` or ``whoosh:relative/path``; else ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "whoosh" or parts.netloc or not parts.path:
        raise ValueError(f"no search engine is known at {url!r}")
    from app.search.whoosh import WhooshEngine  # whoever wants the codec alone needs no languages in memory

    return WhooshEngine(unquote(parts.path))
