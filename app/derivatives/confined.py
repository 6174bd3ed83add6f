"""Do something with a file from outside in a child process that can do nothing else.

The child has no environment, no network where the system lets us take it away, no right to make, write or
remove a file, and little memory and time. What it makes it writes into files that we opened for it. What it
says is lines of JSON, the last of which is its answer, and is believed only as far as it is asked.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

SECONDS = 20.0  # by the clock on the wall
ROOT = Path(__file__).resolve().parents[2]
GIB = 2**30

# The limits come first, before anything is loaded that could read the file. Only then may it be looked at.
_CHILD = """
import ctypes, json, resource, struct, sys
told = json.loads(sys.argv[2])
for what, most in told["limits"].items():
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
libc = ctypes.CDLL(None)
libc.prctl(1, 9, 0, 0, 0)  # die with the parent
libc.prctl(4, 0, 0, 0, 0)  # no dump of what was in memory
libc.prctl(38, 1, 0, 0, 0)  # never more rights than now
if libc.unshare(0x40000000):  # no network; who is not root needs a name space of their own for that
    libc.unshare(0x50000000)
for rights in (0x7FF2, 0x1FF2):  # Landlock, as newer and older systems have it: make, write or remove no file
    rules = libc.syscall(444, struct.pack("Q", rights), 8, 0)
    if rules >= 0:
        libc.syscall(446, rules, 0)
        break
sys.path.append(sys.argv[1])
import importlib
verb = getattr(importlib.import_module(told["module"]), told["verb"])
file = open(0, "rb", closefd=False)
if told["outs"]:
    outs = [open(number, "r+b", closefd=False) for number in told["outs"]]
    tell = lambda percent: print(json.dumps({"percent": percent}), flush=True)
    answer = verb(file, outs, told["ask"], tell)
    for out in outs:
        out.flush()
else:
    answer = verb(file)
print(json.dumps(answer), flush=True)
"""


class Failed(Exception):
    """No answer: the child crashed, was too slow, needed too much memory, or talked nonsense."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a child may use: bytes of memory, of each file and of what it says; seconds of work, of
    silence, and in all."""

    memory: int = GIB
    output: int = 0
    words: int = 16 * 1024
    work: int = 15
    quiet: float = SECONDS
    whole: float = SECONDS


def run(module: str, verb: str, path: Path, seconds: float = SECONDS) -> dict[str, Any]:
    """What ``module.verb``, which takes an open file, says about the file at a path. Raises Failed."""
    with path.open("rb") as file:
        return work(module, verb, file, Limits(quiet=seconds, whole=seconds))


def work(
    module: str,
    verb: str,
    source: BinaryIO,
    limits: Limits,
    outs: Sequence[Path] = (),
    ask: Mapping[str, Any] | None = None,
    tell: Callable[[int], None] = lambda percent: None,
) -> dict[str, Any]:
    """What ``module.verb`` answers when it is given a file, files to write into, and what is asked of them.

    ``tell`` hears how far it has come, in percent. Raises Failed.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(out.open("x+b")) for out in outs]
        numbers = [file.fileno() for file in files]
        told = {
            "limits": _limits(limits),
            "module": module,
            "verb": verb,
            "outs": numbers,
            "ask": dict(ask or {}),
        }
        child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-I", "-X", "utf8", "-c", _CHILD, str(ROOT), json.dumps(told)],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OPENBLAS_NUM_THREADS": "1"},  # each thread of it would take room for itself
            cwd="/",
            start_new_session=True,
            pass_fds=numbers,
        )
    try:
        answer = _last(_lines(child, limits), tell)
        child.wait(2)
    except subprocess.TimeoutExpired:
        raise Failed("it did not end") from None
    finally:
        _end(child)
    if child.returncode:
        raise Failed(f"it ended with {child.returncode}")
    return answer


def _limits(limits: Limits) -> dict[str, int]:
    return {"AS": limits.memory, "CPU": limits.work, "FSIZE": limits.output, "NOFILE": 64, "CORE": 0}


def _last(lines: Iterator[bytes], tell: Callable[[int], None]) -> dict[str, Any]:
    """The answer, which is the last of what it says; all before it says how far it has come."""
    answer: Any = None
    for line in lines:
        try:
            answer = json.loads(line)
        except ValueError:
            raise Failed("it talked nonsense") from None
        if isinstance(answer, dict) and isinstance(answer.get("percent"), int):
            tell(max(0, min(answer["percent"], 100)))
    if not isinstance(answer, dict):
        raise Failed("it talked nonsense")
    return answer


def _lines(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[bytes]:
    assert child.stdout is not None
    pipe, end = child.stdout.fileno(), time.monotonic() + limits.whole
    said, count = b"", 0
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        while count <= limits.words:
            if not waiting.select(max(0.0, min(limits.quiet, end - time.monotonic()))):
                raise Failed("it took too long")
            if not (piece := os.read(pipe, 2**16)):
                yield from filter(None, [said])
                return
            count += len(piece)
            *whole, said = (said + piece).split(b"\n")
            yield from whole
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
