"""What every command needs: the archive opened and up to date, and who acts from a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.archive import Archive
from app.models import Role
from app.policy import Actor
from app.services import withdrawing
from config import Settings

# Whoever can run the command can write the database file: the terminal acts as administrator.
OPERATOR = Actor("", "command line", Role.ADMINISTRATOR)


@contextmanager
def opened(settings: Settings) -> Iterator[Archive]:
    """The archive, with its schema up to date."""
    archive = Archive(settings)
    try:
        archive.migrate()
        with archive.reading():
            missed = withdrawing.behind()
        if missed:  # this database is older than the ledger: what was withdrawn since must not be seen again
            with archive.writing():
                withdrawing.replay()
        yield archive
    finally:
        archive.close()


def with_archive(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command the opened archive as its first argument."""

    @click.pass_obj
    def run(settings: Settings, *args: Any, **kwargs: Any) -> Any:
        with opened(settings) as archive:
            return command(archive, *args, **kwargs)

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    if hasattr(command, "__click_params__"):
        run.__click_params__ = command.__click_params__  # type: ignore[attr-defined]
    return run
