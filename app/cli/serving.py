"""Running the archive: the web server and its worker, supervised together."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

import config
from app.archive import Archive
from app.cli.base import opened, with_archive
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
    with opened(settings):
        guarding.refuse_to_serve_if_unsafe(settings)
    click.echo(f"The archive is at http://{host}:{port}/ (Ctrl-C stops it)")
    run(settings, host, port, workers)


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Gunicorn and the worker side by side until a signal ends them; a worker that dies is started again."""
    environ = os.environ | config.to_environment(settings)
    server = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "64"),
        *("--workers", str(workers), "--bind", f"{host}:{port}"),
        *(("--worker-tmp-dir", SHM) if Path(SHM).is_dir() else ()),
        # No access log: the archive keeps no reader's address. Heartbeats in memory, where there is a place.
        *("--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning", "app:create_app()"),
    ]
    jobs = [sys.executable, "-c", "from app.cli import main; main()", "work"]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    commands = {"server": server, "worker": jobs}
    children = {name: subprocess.Popen(line, env=environ) for name, line in commands.items()}  # noqa: S603
    try:
        while not stopping.wait(0.3):
            if children["server"].poll() is not None:
                break
            if children["worker"].poll() is not None:
                time.sleep(1)
                children["worker"] = subprocess.Popen(jobs, env=environ)  # noqa: S603
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
    sys.exit(0 if stopping.is_set() else 1)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@with_archive
def work(archive: Archive, once: bool) -> None:
    """Do the jobs that changes left behind (`serve` runs this by itself)."""
    worker = Worker(archive)
    if once:
        worker.mend()
        click.echo(f"{worker.run_all()} jobs done")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()

    def leave_with_the_parent() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        stop.set()

    threading.Thread(target=leave_with_the_parent, daemon=True).start()
    worker.work(stop)


COMMANDS = (serve, work)
