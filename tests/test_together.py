"""Two at once: several archivists edit the same testimonies, each in a process of their own."""

import multiprocessing

import pytest

from app.services import reading
from tests.conftest import testimony
from tests.editing import FIELDS, archivist, edit

PROCESSES = 4


@pytest.mark.trial
def test_no_edit_of_the_same_records_is_lost(archive, settings, keep, rounds, tmp_path, record_property):
    """``ARCHIVE_ROUNDS=300`` makes the 1,200 edits of the promise."""
    texts = [f"Line {number} of what was told." for number in range(6)]
    targets = [keep(testimony(f"shared-{number}", *texts)) for number in range(3)]
    emails = [archivist(archive, number) for number in range(PROCESSES)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tests.editing"]
    )  # imported once: each is forked from what has no archive
    go = context.Event()
    told = [tmp_path / f"told-{number}" for number in range(PROCESSES)]
    people = [
        context.Process(target=edit, args=(settings.home, email, targets, rounds, number, go, told[number]))
        for number, email in enumerate(emails)
    ]
    for person in people:
        person.start()
    go.set()
    for person in people:
        person.join(1200)
        assert person.exitcode == 0
    said = [line for results in told for line in results.read_text().split()]
    words = [word for word in said if word != "!"]
    with archive.reading():
        held = [reading.whole(identifier, "staff") for identifier in targets]
    standing = {
        word
        for record in held
        for text in (*(getattr(record, name) for name in FIELDS), *(line.text for line in record.lines))
        for word in text.split()
    }
    assert len(words) == PROCESSES * rounds
    assert not set(words) - standing
    record_property("edits", len(words))
    record_property("conflicts", said.count("!"))
