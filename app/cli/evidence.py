"""Evidence between houses: what bears on claims, taken in from files and given out in them."""

import sys
from pathlib import Path

import click

from app.archive import Archive
from app.cli import collections
from app.cli.base import OPERATOR, with_archive
from app.models import SEARCHING
from app.services import evidence_files, evidencing

TOLD = 20  # problems printed in full
AUDIENCES = click.Choice([audience.value for audience in SEARCHING])


@click.command("import-evidence")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@with_archive
def import_evidence(archive: Archive, files: tuple[Path, ...]) -> None:
    """Tie passages to claims as FILES say: a CSV table, Web Annotations or JSON-LD.

    What cannot be tied is told and the rest goes on. Running it again ties nothing twice.
    """
    clean = True
    for path in files:
        with archive.writing():
            report = evidencing.take(evidence_files.load(path.read_bytes()), OPERATOR)
        click.echo(
            f"{path.name}: {report.linked:,} passages linked, {report.known:,} were here already, "
            f"{len(report.problems):,} refused."
        )
        for problem in report.problems[:TOLD]:
            click.echo(f"  {problem}", err=True)
        if more := len(report.problems[TOLD:]):
            click.echo(f"  … and {more:,} more", err=True)
        clean &= not report.problems
    collections.work_off(archive)
    if not clean:
        sys.exit(1)


@click.command("export-evidence")
@click.argument("kind", type=click.Choice(["all", *evidencing.KINDS]))
@click.argument("identifier", default="")
@click.option("--format", "form", type=click.Choice(list(evidence_files.FORMS)), default="csv")
@click.option("--audience", type=AUDIENCES, default="public", help="What of it may be seen, and by whom.")
@with_archive
def export_evidence(archive: Archive, kind: str, identifier: str, form: str, audience: str) -> None:
    """Print what bears on a claim, question, event or source, or on ALL claims there are."""
    with archive.reading():
        about = evidencing.claims(audience, "" if kind == "all" else kind, identifier)
        entries = evidencing.given(audience, about)
    root = archive.settings.base_url.rstrip("/")
    click.echo(evidence_files.dump(form, entries, root, f"{root}/", identifier or "All claims"), nl=False)


COMMANDS = (import_evidence, export_evidence)
