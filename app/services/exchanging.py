"""Bring collections in from files: each record whole or not at all, none twice, and on after a break."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import formats
from app.db import session
from app.errors import ArchiveError, Conflict, Invalid
from app.formats.base import Entry
from app.models import Accession, AccessLevel, Collection, Testimony
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
    """What a file holds, one record at a time; Invalid is all there is of a file of no kind we read."""
    with path.open("rb") as stream:
        try:
            kind = formats.detect(path.name, stream.read(formats.HEAD))
        except Invalid as refusal:
            yield Entry(1, path.stat().st_size, refusal)
            return
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
    beside = _Beside(path)
    accessioning.accession(
        record,
        held_in,
        actor,
        accession_id=accession_id,
        files=beside,
        publish=publish,
    )
    report.added += 1
    missing = [m.name for m in record.media if m.name and beside(m.name) is None]
    warnings = [
        *record.warnings,
        *(f"{name} is not beside the file: only its words came in" for name in missing),
    ]
    report.warnings += [f"{path.name}, {record.source_id}: {warning}" for warning in warnings]


def known_ids(collection: str) -> set[str]:
    """The identifiers of a collection's records as they came: what an import need not read again."""
    return set(
        session().scalars(select(Testimony.source_id).join(Collection).where(Collection.name == collection))
    )


def find_collection(name: str, record: Record) -> Collection:
    """The collection of this name, made when it is new."""
    found = session().scalar(select(Collection).filter_by(name=name))
    if found is None:
        # Everybody reads the rights of a collection: those of a record that is not open stay with it.
        is_open = record.access == AccessLevel.PUBLIC and not record.embargo_until
        found = Collection(name=name, rights=record.rights if is_open else "", invented=record.invented)
        session().add(found)
        session().flush()
    return found


class _Beside:
    """The media files that lie beside an imported file; nothing outside its folder is ever opened."""

    def __init__(self, path: Path) -> None:
        self.folder = path.resolve().parent

    def __call__(self, name: str) -> Path | None:
        """Where a named file lies, None when it is not there. Raises Invalid for one that lies elsewhere."""
        file = (self.folder / name).resolve()
        if "\0" in name or not file.is_relative_to(self.folder):
            raise Invalid(f"The record names a file outside its folder: {name!r}.")
        return file if file.is_file() else None
