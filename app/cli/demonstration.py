"""A fresh archive with an invented event in an invented place, and, apart from it, the Khojaly register."""

import shutil
import tempfile
from pathlib import Path

import click

from app.cli import collections, serving
from app.cli.base import opened
from config import Settings

FOLDER = Path(__file__).resolve().parents[1] / "demonstration"
FILES = ("register.json", "testimonies.jsonl", "khojaly_register.json", "ties.json")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--home", type=click.Path(path_type=Path), help="Where to keep it; a temporary folder otherwise."
)
@click.option("--fill-only", is_flag=True, help="Make the archive and stop.")
def demo(host: str, port: int, home: Path | None, fill_only: bool) -> None:
    """Make a fresh demonstration archive and serve it."""
    folder = home or Path(tempfile.mkdtemp(prefix="archive-demo-"))
    try:
        # Nothing of the archive that may live in this environment is touched: all of it lies in the folder.
        demonstration = Settings(home=folder.resolve(), demonstration=True)
        fill(demonstration)
        if fill_only:
            return
        click.echo(f"The demonstration is at http://{host}:{port}/ (Ctrl-C stops it)")
        serving.run(demonstration, host, port, 2)
    finally:
        if home is None:
            shutil.rmtree(folder, ignore_errors=True)


def fill(settings: Settings) -> None:
    """Take in what the demonstration is made of, as any collection is taken in."""
    with opened(settings) as archive:
        for name in FILES:
            report = collections.import_file(archive, FOLDER / name, "", publish=True)
            if report.problems:
                raise RuntimeError(f"The demonstration is broken: {report.problems[0]}")
        collections.work_off(archive)


COMMANDS = (demo,)
