"""What the child does to make copies: look at the file as if for the first time, then make what it can."""

import os
import resource
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from app.derivatives import looking
from app.derivatives.kinds import PAPERS, PICTURES, TEXTS, Refusal, Refused
from app.derivatives.shelf import Shelf

Tell = Callable[[int], None]
SECONDS = {"image": 60, "text": 600}  # of work; recordings are bounded by their length
_BY_TYPE = {mimetype: name for table in (PICTURES, PAPERS, TEXTS) for name, mimetype in table.items()}


def craft(file: BinaryIO, outs: Sequence[BinaryIO], ask: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """What the file is, its technical facts, and what was made of it; or the name of the refusal."""
    os.nice(10)  # nobody waits for it
    found = looking.look(file)
    if "refused" in found:
        return found
    if found["kind"] in SECONDS:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS[found["kind"]],) * 2)
    shelf = Shelf(outs)
    try:
        facts = _make(file, found, shelf, ask.get("edits") or {}, tell)
    except Refused as error:
        return {"refused": error.why.name}
    except MemoryError:
        return {"refused": Refusal.TOO_HARD.name}
    except Exception:  # what libraries raise for a bad file is of any kind
        return {"refused": Refusal.DAMAGED.name}
    return {**found, "technical": facts, "made": shelf.made}


def _make(
    file: BinaryIO, found: Mapping[str, Any], shelf: Shelf, edits: Mapping[str, Any], tell: Tell
) -> dict[str, Any]:
    """Copies of a file of this kind. What edits say of a picture or a sound cannot be done to a paper."""
    name = _BY_TYPE.get(found["mimetype"], "")
    if found["kind"] == "image":
        from app.derivatives import stills

        return stills.make(file, name, edits, shelf)
    if found["kind"] == "text":
        if edits or name not in (*PAPERS, "plain"):
            return {}
        if name == "pdf":
            from app.derivatives import pages

            return pages.make(file, shelf, tell)
        from app.derivatives import words

        return words.make(file, name, shelf)
    from app.derivatives import playing

    return playing.make(file, found, edits, shelf, tell)
