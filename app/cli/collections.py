"""Bringing records in, and seeing that all is in order: import, reindex, check, backup."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.formats.base import Entry
from app.jobs.worker import Worker
from app.models import SEARCHING
from app.services import checking, exchanging, indexing, preserving

BATCH, SECONDS = 50, 1.0  # records, or time, after which what was taken in is committed
TOLD = 20  # problems printed in full


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--collection", default="", help="Keep the records in this collection.")
@click.option("--publish", is_flag=True, help="Let readers read them at once, as far as each record allows.")
@with_archive
def import_(archive: Archive, files: tuple[Path, ...], collection: str, publish: bool) -> None:
    """Take in FILES: JSON Lines (.gz), OHMS XML, WebVTT, SRT, plain text, Whisper JSON, or a register.

    Each record is taken in whole or not at all. A bad one is reported and the rest goes on.
    Running it again takes in nothing twice, and goes on where it stopped.
    """
    Worker(archive).mend()
    clean = True
    for path in files:
        report = import_file(archive, path, collection, publish)
        _tell(path, report)
        clean &= not report.problems
    work_off(archive)
    if not clean:
        sys.exit(1)


def import_file(archive: Archive, path: Path, collection: str, publish: bool) -> exchanging.Report:
    """Take one file in, a batch to a transaction, with a bar of its bytes; says what became of it."""
    report = exchanging.Report()
    with archive.writing():
        accession = exchanging.begin(path, OPERATOR)
    with click.progressbar(
        length=max(1, path.stat().st_size),
        label=path.name,
        show_pos=False,
        file=sys.stderr,
        item_show_func=lambda rate: rate or "",
    ) as bar:
        began, read = time.monotonic(), 0
        for batch in _batches(exchanging.entries(path)):
            with archive.writing():
                for entry in batch:
                    exchanging.take(
                        entry,
                        path,
                        report,
                        OPERATOR,
                        accession_id=accession,
                        collection=collection,
                        publish=publish,
                    )
            done = report.added + report.known
            bar.update(batch[-1].read - read, f"{done / max(time.monotonic() - began, 0.001):,.0f} records/s")
            read = batch[-1].read
    return report


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    since = time.monotonic()
    for entry in entries:
        batch.append(entry)
        if len(batch) >= BATCH or time.monotonic() - since > SECONDS:
            yield batch
            batch, since = [], time.monotonic()
    if batch:
        yield batch


def _tell(path: Path, report: exchanging.Report) -> None:
    said = [f"{report.added:,} taken in"]
    if report.known:
        said.append(f"{report.known:,} were here already")
    said += [f"{count} {kind}" for kind, count in report.registered.items()]
    if report.problems:
        said.append(f"{len(report.problems):,} refused")
    click.echo(f"{path.name}: {', '.join(said)}.")
    if report.changed:
        click.echo(
            f"  {len(report.changed)} of those here already have other content in this file; "
            f"they were left as they are: {', '.join(report.changed[:TOLD])}",
            err=True,
        )
    for line in [*report.problems[:TOLD], *report.warnings[:TOLD]]:
        click.echo(f"  {line}", err=True)
    more = max(0, len(report.problems) - TOLD) + max(0, len(report.warnings) - TOLD)
    if more:
        click.echo(f"  … and {more:,} more", err=True)


def work_off(archive: Archive) -> None:
    """Do what there is to do, unless a server's worker is at it already (each takes what is due)."""
    worker = Worker(archive)
    with archive.reading():
        waiting = checking.counts()["jobs waiting"]
    if not waiting:
        return
    with click.progressbar(length=waiting, label="Indexing", file=sys.stderr) as bar:
        while done := worker.run_due():
            bar.update(done)


@click.command()
@with_archive
def reindex(archive: Archive) -> None:
    """Rebuild every index from the editions; the site goes on with the old ones until they stand."""
    for audience in SEARCHING:
        began = time.monotonic()
        with archive.reading():
            indexing.rebuild(audience)
        click.echo(f"{audience}: rebuilt in {time.monotonic() - began:.1f} s")
    with archive.reading():
        indexing.catch_up()


@click.command()
@with_archive
def check(archive: Archive) -> None:
    """Hold database, indexes and files against one another. The exit status says whether they agree."""
    with archive.reading():
        problems = 0
        for problem in checking.check():
            click.echo(problem)
            problems += 1
        counts = ", ".join(f"{count:,} {what}" for what, count in checking.counts().items())
    click.echo(f"{counts}: {f'{problems:,} disagreements' if problems else 'all agree'}.")
    if problems:
        sys.exit(1)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_archive
def backup(archive: Archive, folder: Path) -> None:
    """Copy the archive to FOLDER. To use the copy, point ARCHIVE_HOME at it and run `archive reindex`."""
    with archive.reading():
        files, size = preserving.back_up(folder)
    click.echo(f"Copied the database and {files:,} files, {size:,} bytes, to {folder}.")


COMMANDS = (import_, reindex, check, backup)
