"""A vocabulary's file taken in: from a terminal at once, from the workbench by the worker."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.archive import Archive
from app.errors import ArchiveError
from app.formats import skos
from app.policy import Actor
from app.services import adopting, arriving
from app.services.adopting import Intake

BATCH = 1000  # terms to a transaction: others may write in between

# What is being done (reading, terms, relations), how much of it is done, and of how much (0: not known).
Tell = Callable[[str, int, int], None]


def take_in(archive: Archive, path: Path, file: str, actor: Actor, name: str, tell: Tell) -> Intake:
    """Take a file in, a batch to a transaction. Begun again after a break, it goes on.

    Raises Invalid or Conflict before anything was changed.
    """
    with path.open("rb") as stream:
        loaded = skos.load(stream, file, lambda count: tell("reading", count, 0))
    with archive.writing():
        intake = adopting.begin(loaded, file, actor, name=name)
    done = 0
    tell("terms", 0, loaded.count)
    while batch := list(itertools.islice(loaded.concepts, BATCH)):
        with archive.writing():
            adopting.take(intake, batch, actor)
        done += len(batch)
        tell("terms", done, loaded.count)
    total, done = len(intake.waiting), 0
    while intake.waiting:
        with archive.writing():
            done += adopting.relate(intake, BATCH)
        tell("relations", done, total)
    with archive.writing():
        return adopting.finish(intake, actor)


def import_vocabulary(archive: Archive, jobs: Any) -> None:
    """Take in a file that was given at the workbench. What is wrong with it is told where it was given."""
    for job in jobs:
        waiting = arriving.find(archive.settings.home, job["file"])
        if waiting is None:
            continue
        try:
            intake = take_in(archive, waiting.path, waiting.file, waiting.actor, waiting.name, waiting.tell)
        except ArchiveError as refusal:
            waiting.refuse(str(refusal))
        else:
            waiting.finish(intake.identifier, intake.name, intake.report())
