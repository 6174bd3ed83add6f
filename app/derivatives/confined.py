"""Do something with a file from outside in a child process that can do nothing else.

The child has no environment, no network where the system lets us take it away, no right to write a file,
and little memory and time. What it says is one line of JSON, and is believed only as far as it is asked.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = 20.0  # by the clock on the wall
LONGEST = 16 * 1024  # bytes of an answer
ROOT = Path(__file__).resolve().parents[2]

# The limits come first, before anything is loaded that could read the file. Only then may it be looked at.
_CHILD = """
import ctypes, resource, sys
for what, most in (("AS", 1 << 30), ("CPU", 15), ("FSIZE", 0), ("NOFILE", 64), ("CORE", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
libc = ctypes.CDLL(None)
libc.prctl(1, 9, 0, 0, 0)  # die with the parent
libc.prctl(4, 0, 0, 0, 0)  # no dump of what was in memory
libc.prctl(38, 1, 0, 0, 0)  # never more rights than now
if libc.unshare(0x40000000):  # no network; who is not root needs a name space of their own for that
    libc.unshare(0x50000000)
sys.path.append(sys.argv[1])
import importlib, json
verb = getattr(importlib.import_module(sys.argv[2]), sys.argv[3])
print(json.dumps(verb(open(0, "rb", closefd=False))), flush=True)
"""


class Failed(Exception):
    """No answer: the child crashed, was too slow, needed too much memory, or talked nonsense."""


def run(module: str, verb: str, path: Path, seconds: float = SECONDS) -> dict[str, Any]:
    """What ``module.verb``, which takes an open file, says about the file at a path. Raises Failed."""
    with path.open("rb") as file:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-I", "-X", "utf8", "-c", _CHILD, str(ROOT), module, verb],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    assert child.stdout is not None
    try:
        said = _hear(child.stdout.fileno(), time.monotonic() + seconds)
        child.wait(2)
    except subprocess.TimeoutExpired:
        raise Failed("it did not end") from None
    finally:
        _end(child)
    if child.returncode:
        raise Failed(f"it ended with {child.returncode}")
    try:
        answer = json.loads(said)
    except ValueError:
        raise Failed("it talked nonsense") from None
    if not isinstance(answer, dict):
        raise Failed("it talked nonsense")
    return answer


def _hear(pipe: int, end: float) -> bytes:
    said = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        while len(said) <= LONGEST:
            if not waiting.select(max(0.0, end - time.monotonic())):
                raise Failed("it took too long")
            if not (piece := os.read(pipe, LONGEST)):
                return said
            said += piece
    raise Failed("it talked too much")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Whatever it left behind ends with it: its process group is its own."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()
