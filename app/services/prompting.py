"""While somebody types a search: names and words, of what they may read, that it may become.

The last word is completed: to people and places by any of their names, as far as the audience knows them,
and to words of the audience's own index, as its editions write them.
"""

import re

from app.archive import index
from app.search import stopping
from app.search.folding import fold
from app.services import indexing, naming, widening
from app.services.completing import Suggestion

SHORTEST = 2  # letters from which on something is said
NAMES, MOST = 4, 8  # names, and names and words together, that are said
_LAST = re.compile(r"[^\W_](?:[^\W_]|[^\w\s\"()+*:,;.!?-])*$")


def prompts(typed: str, audience: str) -> list[Suggestion]:
    """What the words typed so far may become, whole; names first, then words, the most frequent first."""
    last = _LAST.search(typed)
    if last is None or len(last[0]) < SHORTEST or typed[: last.start()].endswith(":"):
        return []
    before, start = typed[: last.start()], fold(last[0])
    found: dict[str, Suggestion] = {}
    for kind, name in naming.begun(start, audience, NAMES):
        found.setdefault(fold(name), Suggestion(before + name, before + name, kind))
    without = indexing.awaited()
    held = index(audience).complete(start, MOST + len(found), without)
    little = stopping.of(index(audience).languages())
    words = [word for word in held if word not in little or word == start]
    written = widening.written(words, audience, without)
    for word in words:
        text = before + written.get(word, word)
        found.setdefault(word, Suggestion(text, text))
    return list(found.values())[:MOST]
