"""The ledger of withdrawals takes a line whole or not at all, and is never begun anew unnoticed."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import Conflict
from app.storage.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    kept = Ledger(tmp_path / "withdrawals.jsonl")
    kept.begin()
    return kept


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk: what fits is written, and only the next write fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_does_not_fit_leaves_nothing_behind(ledger):
    ledger.add({"identifier": "one"})
    before = ledger.path.read_bytes()
    with no_file_larger_than(len(before) + 5), pytest.raises(OSError, match="too large"):
        ledger.add({"identifier": "two"})
    assert ledger.path.read_bytes() == before
    ledger.add({"identifier": "three"})
    assert [entry["identifier"] for entry in ledger.entries()] == ["one", "three"]


def test_a_lost_ledger_is_not_begun_anew(ledger):
    ledger.path.unlink()
    with pytest.raises(Conflict, match="ledger of withdrawals is missing"):
        ledger.add({"identifier": "one"})
    with pytest.raises(Conflict):
        ledger.void("one")
    assert not ledger.exists()
    assert list(ledger.entries()) == []


def test_what_came_to_nothing_is_no_entry(ledger):
    for name in ("one", "two"):
        ledger.add({"identifier": name})
    ledger.void("one")
    assert [entry["identifier"] for entry in ledger.entries()] == ["two"]
    assert len(ledger.path.read_text().splitlines()) == 3  # only ever added to
