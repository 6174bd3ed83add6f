"""Vocabularies from a terminal: taken in, written out, listed."""

import sys
from pathlib import Path

import click

from app.archive import Archive
from app.cli.base import OPERATOR, with_archive
from app.cli.collections import work_off
from app.jobs.vocabularies import take_in
from app.services import vocabularies


@click.group()
def vocabulary() -> None:
    """Vocabularies (SKOS): Turtle, RDF/XML, JSON-LD or CSV."""


@vocabulary.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", default="", help="What the vocabulary is called here; else its own title.")
@with_archive
def import_(archive: Archive, file: Path, name: str) -> None:
    """Take in FILE: a new vocabulary, or changes to the one of the same address or name.

    Terms that are here and not in the file stay. Running it again goes on where it stopped.
    """
    with _Bars() as bars:
        intake = take_in(archive, file, file.name, OPERATOR, name, bars.tell)
    said = [f"{intake.added:,} added", f"{intake.changed:,} changed", f"{intake.same:,} as they were"]
    click.echo(f"{intake.name}: {', '.join(said)}.")
    if intake.left:
        click.echo(
            f"  {intake.left:,} terms are not in this file and stay, {intake.left_in_use:,} of them in use: "
            f"{', '.join(intake.left_names)}",
            err=True,
        )
    work_off(archive)


LABELS = {"reading": "Reading", "terms": "Terms", "relations": "Relations"}


class _Bars:
    """A bar on stderr for each stretch of the way."""

    def __init__(self) -> None:
        self.state, self.done = "", 0
        self.bar: click._termui_impl.ProgressBar[int] | None = None

    def __enter__(self) -> "_Bars":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def tell(self, state: str, done: int, total: int) -> None:
        """Move the bar; of what has no known end only the count is told."""
        if not total:
            if sys.stderr.isatty():
                click.echo(f"\r{LABELS[state]}: {done:,} statements", nl=False, err=True)
            return
        if state != self.state:
            self._end()
            self.state, self.done = state, 0
            self.bar = click.progressbar(length=total, label=LABELS[state], file=sys.stderr)
            self.bar.__enter__()
        assert self.bar
        self.bar.update(done - self.done)
        self.done = done

    def _end(self) -> None:
        if self.bar:
            self.bar.__exit__(None, None, None)
            self.bar = None


@vocabulary.command()
@click.argument("name")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(vocabularies.FORMATS)),
    default="turtle",
    show_default=True,
    help="How it is written.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Else to the terminal.")
@with_archive
def export(archive: Archive, name: str, kind: str, output: Path | None) -> None:
    """Write out the vocabulary NAME: what came in comes out as it came, with what was changed here."""
    with archive.reading():
        held = vocabularies.find(name)
        pieces = vocabularies.export(held, kind)
        if output is None:
            for piece in pieces:
                click.echo(piece, nl=False)
            return
        part = output.with_name(output.name + ".part")
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        part.replace(output)
    click.echo(f"{held.name}: written to {output}.", err=True)


@vocabulary.command("list")
@with_archive
def list_(archive: Archive) -> None:
    """Every vocabulary, how many terms it has, and its address."""
    with archive.reading():
        for held, count in vocabularies.listed():
            click.echo(f"{held.name}\t{count:,}\t{held.uri}")


COMMANDS = (vocabulary,)
