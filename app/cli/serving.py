"""Running the archive: the web server and its worker, supervised together."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.glogging import Logger

import config
from app.archive import Archive
from app.cli.base import OPERATOR, opened, with_archive
from app.jobs.worker import Worker
from app.services import guarding
from config import Settings

SHM = "/dev/shm"  # noqa: S108 - memory the workers' heartbeat files lie in


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes that answer readers.")
@click.pass_obj
def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the archive, and do its jobs."""
    with opened(settings) as archive, archive.writing():
        guarding.refuse_to_serve_if_unsafe(settings)
        guarding.know_key(OPERATOR)
    click.echo(f"The archive is at http://{host}:{port}/ (Ctrl-C stops it)")
    run(settings, host, port, workers)


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Gunicorn and two workers side by side until a signal ends them; a worker that dies is started again.

    One does what is slow (copies of recordings, fixity), so that no change waits for it. All are
    forked from this process, which has the code loaded: the first page is there sooner.
    """
    os.environ.update(config.to_environment(settings))
    fork = multiprocessing.get_context("fork").Process
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    server = fork(target=_serve, args=(host, port, workers))
    jobs = {slow: fork(target=_work, args=(settings, slow)) for slow in (False, True)}
    for child in (server, *jobs.values()):
        child.start()
    while server.is_alive() and not stopping.wait(0.3):
        for slow in (slow for slow, child in jobs.items() if not child.is_alive()):
            time.sleep(1)
            jobs[slow] = fork(target=_work, args=(settings, slow))
            jobs[slow].start()
    for child in (server, *jobs.values()):
        child.terminate()
    for child in (server, *jobs.values()):
        child.join(10)
        child.kill()
    sys.exit(0 if stopping.is_set() else 1)


class Quiet(Logger):  # type: ignore[misc]
    """Gunicorn's log without visitors: of a malformed request it would keep the address and the words."""

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:
        """A warning; what was wrong with a request is nobody's business."""
        if "request" in msg:
            msg, args = "a malformed request was refused", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        """A fault, with where it came about and without what was asked for."""
        if isinstance(sys.exception(), TimeoutError):
            return  # a listener took nothing for too long and was let go
        if "request" in msg:
            msg, args = "a fault while a request was answered", ()
        super().exception(msg, *args, **kwargs)


class Server(WSGIApplication):  # type: ignore[misc]
    """Gunicorn with our application, made once for the processes that answer readers, which are forked."""

    def load(self) -> Any:
        """The application; what all of them share is set aside.

        Else each would go through all of it for garbage now and then (a fifth of a second in which nobody is
        answered), and hold a copy of what it has looked at.
        """
        made = super().load()
        gc.collect()
        gc.freeze()
        return made


def _serve(host: str, port: int, workers: int) -> None:
    """Answer readers with gunicorn: threads that stream bodies, and no access log (it keeps addresses)."""
    sys.argv = [
        *("gunicorn", "--preload", "--worker-class", "gthread", "--threads", str(config.THREADS)),
        *("--workers", str(workers), "--bind", f"{host}:{port}"),
        *(("--worker-tmp-dir", SHM) if Path(SHM).is_dir() else ()),
        *("--limit-request-line", "8190"),  # a list of passages is its address
        *("--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning"),
        *("--logger-class", f"{__name__}.{Quiet.__name__}", "app:create_app()"),
    ]
    Server().run()


def _work(settings: Settings, slow: bool | None = None) -> None:
    """Do jobs until told to stop, or until the process that started us is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()

    def leave_with_the_parent() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        stop.set()

    threading.Thread(target=leave_with_the_parent, daemon=True).start()
    with opened(settings) as archive:
        Worker(archive, slow).work(stop)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.pass_obj
def work(settings: Settings, once: bool) -> None:
    """Do the jobs that changes left behind (`serve` runs this by itself)."""
    if not once:
        _work(settings)
        return
    with opened(settings) as archive:
        worker = Worker(archive)
        worker.mend()
        click.echo(f"{worker.run_all()} jobs done")


@click.command("accept-key")
@with_archive
def accept_key(archive: Archive) -> None:
    """Go on with another secret key; receipts and contacts kept under the old one are lost."""
    with archive.writing():
        guarding.know_key(OPERATOR, accept=True)
    click.echo("The archive goes on with the present key.")


COMMANDS = (serve, work, accept_key)
