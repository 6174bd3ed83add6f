"""Bring collections in from files: each record whole or not at all, none twice, and on after a break."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import formats
from app.db import session
from app.errors import ArchiveError, Conflict, Invalid
from app.formats.base import Entry
from app.models import Accession, Collection, Testimony
from app.policy import Action, Actor, require
from app.records import Record, Register
from app.services import accessioning, auditing, registering

NO_COLLECTION = "Unsorted"


@dataclass
class Report:
    """What became of the records of one file."""

    added: int = 0
    known: int = 0
    changed: list[str] = field(default_factory=list)  # here already, with other content: left as they are
    problems: list[str] = field(default_factory=list)  # file, line and reason
    warnings: list[str] = field(default_factory=list)
    registered: dict[str, int] = field(default_factory=dict)


def begin(path: Path, actor: Actor) -> int:
    """Note that a file is being taken in. Returns the accession's number."""
    require(actor, Action.IMPORT)
    accession = Accession(
        source=path.name, format=path.suffix.lstrip("."), actor=actor.name or "command line"
    )
    session().add(accession)
    session().flush()
    auditing.note(actor, "accession.begin", f"accession:{accession.id}", source=path.name)
    return accession.id


def entries(path: Path) -> Iterator[Entry]:
    """What a file holds, one record at a time. Raises Invalid when it is none of our kinds."""
    with path.open("rb") as stream:
        kind = formats.detect(path.name, stream.read(formats.HEAD))
        stream.seek(0)
        yield from formats.LOADERS[kind](stream, path.name)


def take(
    entry: Entry,
    path: Path,
    report: Report,
    actor: Actor,
    *,
    accession_id: int,
    collection: str = "",
    publish: bool = False,
) -> None:
    """Take in one entry of a file, or put the reason why not into the report; nothing half."""
    where = f"{path.name}, line {entry.line}"
    what = entry.what
    if isinstance(what, Invalid):
        report.problems.append(f"{where}: {what}")
        return
    try:
        with session().begin_nested():
            if isinstance(what, Register):
                report.registered = registering.register(what, actor, publish=publish)
            else:
                _take_record(what, path, report, actor, accession_id, collection, publish)
    except Conflict:
        report.known += 1
    except (ArchiveError, SQLAlchemyError) as error:
        report.problems.append(f"{where}: {error}")


def _take_record(
    record: Record,
    path: Path,
    report: Report,
    actor: Actor,
    accession_id: int,
    collection: str,
    publish: bool,
) -> None:
    held_in = find_collection(collection or record.collection or NO_COLLECTION, record)
    if known := accessioning.find(held_in, record.source_id):
        if known.fingerprint != accessioning.fingerprint(record):
            report.changed.append(record.source_id)
        raise Conflict("It is here already.")
    accessioning.accession(
        record,
        held_in,
        actor,
        accession_id=accession_id,
        files=_beside(path),
        publish=publish,
    )
    report.added += 1
    report.warnings += [f"{path.name}, {record.source_id}: {warning}" for warning in record.warnings]


def known_ids(collection: str) -> set[str]:
    """The identifiers of a collection's records as they came: what an import need not read again."""
    return set(
        session().scalars(select(Testimony.source_id).join(Collection).where(Collection.name == collection))
    )


def find_collection(name: str, record: Record) -> Collection:
    """The collection of this name, made when it is new."""
    found = session().scalar(select(Collection).filter_by(name=name))
    if found is None:
        found = Collection(name=name, rights=record.rights, invented=record.invented)
        session().add(found)
        session().flush()
    return found


def _beside(path: Path) -> Callable[[str], BinaryIO]:
    """Opens the media files that lie beside an imported file, and nothing outside its folder."""

    def open_file(name: str) -> BinaryIO:
        folder = path.resolve().parent
        file = (folder / name).resolve()
        if not file.is_relative_to(folder) or not file.is_file():
            raise Invalid(f"The file {name!r} that the record names is not beside {path.name}.")
        return file.open("rb")

    return open_file
