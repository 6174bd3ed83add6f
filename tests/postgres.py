"""A throw-away PostgreSQL server: works as root too, by stepping down to the user ``postgres``."""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; the test is skipped, with the reason, where there is no server."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    bins = found[0] if found else os.path.dirname(shutil.which("initdb") or "")
    if not bins:
        pytest.skip("there is no PostgreSQL server here (apt-get install postgresql)")
    folder = tempfile.mkdtemp(prefix="pg-")
    user: dict[str, object] = {}
    if os.getuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    environ = {"PATH": bins, "LC_ALL": "C.UTF-8", "HOME": folder}
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
        "env": environ,
        **user,
    }
    data = f"{folder}/data"
    subprocess.run(
        [f"{bins}/initdb", "-A", "trust", "-U", "t", "-E", "UTF8", "--no-sync", "-D", data],
        check=True,
        **quiet,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    server = subprocess.Popen([f"{bins}/postgres", "-D", data, *options], **quiet)
    try:
        for _ in range(100):
            ready = subprocess.run([f"{bins}/pg_isready", "-h", "127.0.0.1", "-p", str(port)], **quiet)
            if ready.returncode == 0:
                break
            time.sleep(0.1)
        yield f"postgresql+psycopg://t@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
