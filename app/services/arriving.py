"""Files of vocabularies that wait to be taken in: kept under the home, with how far they came."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app import clock
from app.archive import settings
from app.db import new_identifier
from app.errors import Invalid, NotFound
from app.formats import skos
from app.models import Role
from app.policy import Action, Actor, require
from app.queue import enqueue

PIECE = 1 << 20
KEPT = 20  # finished imports that are still told of
_ENDINGS = (".ttl", ".nt", ".n3", ".rdf", ".xml", ".owl", ".jsonld", ".json", ".csv", ".tsv", ".skos")


@dataclass
class Waiting:
    """One file: whose it is, what it is called, and a note beside it of how far it came."""

    folder: Path
    identifier: str
    note: dict[str, Any]

    @property
    def path(self) -> Path:
        """Where the file lies; it was never called what its giver called it."""
        return self.folder / f"{self.identifier}.file"

    @property
    def file(self) -> str:
        """What its giver called it."""
        return str(self.note["file"])

    @property
    def name(self) -> str:
        """The name asked for, or nothing."""
        return str(self.note["name"])

    @property
    def actor(self) -> Actor:
        """Who gave it."""
        return Actor(self.note["actor"], self.note["actor_name"], Role(self.note["role"]))

    @property
    def at_work(self) -> bool:
        """Whether there is something to wait for."""
        return self.note["state"] in ("waiting", "reading", "terms", "relations")

    def tell(self, state: str, done: int, total: int) -> None:
        """Say how far it came."""
        self._say(state=state, done=done, total=total)

    def refuse(self, why: str) -> None:
        """Say why it was not taken in; the file goes."""
        self._say(state="refused", why=why)
        self.path.unlink(missing_ok=True)

    def finish(self, vocabulary: str, called: str, report: dict[str, int]) -> None:
        """Say what became of it; the file goes."""
        self._say(state="done", vocabulary=vocabulary, called=called, report=report)
        self.path.unlink(missing_ok=True)

    def _say(self, **changed: Any) -> None:
        self.note |= changed
        whole = self.folder / f"{self.identifier}.json"
        part = whole.with_suffix(".part")
        part.write_text(json.dumps(self.note))
        os.replace(part, whole)


def receive(stream: IO[bytes], file: str, name: str, vocabulary: str, actor: Actor) -> Waiting:
    """Keep a file until the worker takes it in. Raises Invalid: empty, too large or no SKOS."""
    require(actor, Action.VOCABULARIES)
    called = file.replace("\\", "/").rpartition("/")[2][:200]
    if not called.lower().endswith(_ENDINGS):
        raise Invalid("A vocabulary comes as Turtle (.ttl), RDF/XML (.rdf), JSON-LD (.jsonld) or CSV (.csv).")
    folder = settings().home / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    waiting = Waiting(folder, new_identifier(), {})
    size = 0
    try:
        with os.fdopen(os.open(waiting.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > skos.LARGEST:
                    raise Invalid(f"The vocabulary is larger than {skos.LARGEST // 2**20} MiB.")
                kept.write(piece)
        if not size:
            raise Invalid("This file is empty.")
    except BaseException:
        waiting.path.unlink(missing_ok=True)
        raise
    waiting.note = {
        "file": called,
        "name": name.strip(),
        "vocabulary": vocabulary,
        "actor": actor.identifier,
        "actor_name": actor.name,
        "role": (actor.role or Role.ARCHIVIST).value,
        "at": clock.now().isoformat(),
        "why": "",
        "report": {},
    }
    waiting.tell("waiting", 0, 0)
    enqueue("import_vocabulary", file=waiting.identifier)
    return waiting


def find(home: Path, identifier: str) -> Waiting | None:
    """The file of this identifier that waits, or None when it was taken in already."""
    folder = home / "imports"
    if not identifier.isalnum() or not (folder / f"{identifier}.file").exists():
        return None
    return _read(folder, folder / f"{identifier}.json")


def told() -> list[Waiting]:
    """What waits, is being taken in, or was settled of late: the newest first."""
    folder = settings().home / "imports"
    notes = [_read(folder, path) for path in folder.glob("*.json")] if folder.is_dir() else []
    found = sorted((one for one in notes if one), key=lambda one: one.note["at"], reverse=True)
    return found[:KEPT]


def of(vocabulary: str, notes: Iterable[Waiting]) -> list[Waiting]:
    """Those that concern one vocabulary."""
    return [one for one in notes if one.note.get("vocabulary") == vocabulary]


def dismiss(identifier: str, actor: Actor) -> None:
    """Tell no more of an import that is settled. Raises NotFound."""
    require(actor, Action.VOCABULARIES)
    held = next((one for one in told() if one.identifier == identifier and not one.at_work), None)
    if held is None:
        raise NotFound("There is no such file.")
    (held.folder / f"{identifier}.json").unlink(missing_ok=True)


def _read(folder: Path, path: Path) -> Waiting | None:
    try:
        return Waiting(folder, path.stem, json.loads(path.read_text()))
    except (OSError, ValueError):
        return None
