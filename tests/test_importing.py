"""Collections come in by the command: whole or not at all, never twice, and on after any break."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.archive import Archive
from app.cli import cli
from app.models import Accession, AuditEntry, Edition, Passage, Person, Segment, Testimony
from app.services import checking
from config import Settings

COUNT = 200  # testimonies of an import that is killed
GOOD = {
    "id": "a1",
    "collection": "River",
    "witness": "Ana Vell",
    "role": "lock keeper",
    "date": "1962-05",
    "place": "Orrin",
    "language": "en",
    "source": "tape 1",
    "rights": "free",
    "segments": [
        {"start": 0, "speaker": "Interviewer", "text": "Where were you that night?"},
        {"start": 4.5, "speaker": "Ana Vell", "text": "At the lock. The water had a sound I did not know."},
    ],
}


@pytest.fixture
def run(settings):
    """Runs an ``archive`` command on the test's home."""

    def invoke(*arguments: object, status: int = 0) -> str:
        done = CliRunner().invoke(
            cli, [str(a) for a in arguments], obj=None, env={"ARCHIVE_HOME": str(settings.home)}
        )
        assert done.exit_code == status, done.output
        return done.output

    return invoke


def lines(path, *records):
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records))
    return path


def count(archive, noun) -> int:
    with archive.reading() as session:
        return session.scalar(select(func.count()).select_from(noun))


def test_a_record_comes_in_whole_and_is_found(run, archive, client, tmp_path):
    said = run("import", lines(tmp_path / "river.jsonl", GOOD), "--publish")
    assert "1 taken in" in said
    [hit] = client.get("/api/v1/search?q=sound").json["hits"]
    assert (hit["source_id"], hit["first_segment"], hit["last_segment"]) == ("a1", 0, 1)
    assert (hit["start_ms"], hit["speaker"]) == (4500, "Ana Vell")
    page = client.get(f"/testimonies/{hit['testimony']}").text
    assert "The water had a sound I did not know." in page
    assert "lock keeper" in page
    with archive.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["accession.begin", "testimony.accession", "testimony.publish"]


def test_what_is_not_published_is_for_archivists_only(run, client, tmp_path):
    run("import", lines(tmp_path / "river.jsonl", GOOD))
    assert client.get("/api/v1/search?q=sound").json["total"] == 0
    assert "1 passages" in run("search", "sound", "--audience", "staff")


def test_running_it_again_takes_in_nothing_twice(run, archive, tmp_path):
    path = lines(tmp_path / "river.jsonl", GOOD, GOOD | {"id": "a2"})
    run("import", path, "--publish")
    assert "2 were here already" in run("import", path, "--publish")
    assert count(archive, Testimony) == 2
    changed = lines(tmp_path / "river.jsonl", GOOD | {"witness": "Somebody Else"})
    assert "other content" in run("import", changed, "--publish")
    assert count(archive, Testimony) == 2


def test_a_bad_record_is_reported_with_its_line_and_the_rest_goes_on(run, archive, tmp_path):
    bad = [
        "{not json",
        GOOD | {"id": "b1", "segments": [{"start": "noon", "speaker": "", "text": "x"}]},
        GOOD
        | {
            "id": "b2",
            "marks": [{"claim": "none", "first": 0, "last": 0, "stance": "supports", "basis": "saw"}],
        },
        GOOD | {"id": "b3", "withholdings": [{"first": 0, "last": 99, "reason": "danger"}]},
        GOOD | {"id": "b4", "media": [{"use": "access", "kind": "image", "name": "../../etc/passwd"}]},
    ]
    said = run("import", lines(tmp_path / "mixed.jsonl", *bad, GOOD), "--publish", status=1)
    assert "1 taken in, 5 refused" in said
    for number in range(1, 6):
        assert re.search(rf"mixed\.jsonl, line {number}: \S", said), (number, said)
    assert count(archive, Testimony) == 1
    assert count(archive, Passage) == 0  # nothing half
    assert count(archive, Person) == 1


def test_a_file_of_no_kind_we_read_is_named_and_refused(run, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert "can be imported" in run("import", path, status=1)


def test_the_inquiry_of_1864_comes_in_and_its_phrases_are_counted(run, archive, client, shared):
    path = shared / "corpora" / "fort_pillow_1864.jsonl.gz"
    assert "93 taken in" in run("import", path, "--publish")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    phrases = [
        "flag of truce",
        "no quarter",
        "after the surrender",
        "buried alive",
        "General Forrest",
        "gunboat",
    ]
    for phrase in phrases:
        pattern = re.compile(r"\b" + r"\W+".join(phrase.lower().split()) + r"\b")
        plain = {r["id"] for r in records if any(pattern.search(s["text"].lower()) for s in r["segments"])}
        found = client.get("/api/v1/search", query_string={"q": f'"{phrase}"', "limit": 1000}).json
        assert {hit["source_id"] for hit in found["hits"]} == plain, phrase
        assert found["testimonies"] == len(plain)
    assert "all agree" in run("check")


@pytest.mark.parametrize(
    ("name", "segments", "chapters"),
    [
        ("ohms-legacy-sync-index.xml", None, 7),
        ("ohms-legacy-index-only.xml", 0, 15),
        ("ohms-vtt-small.xml", 6, None),
    ],
)
def test_ohms_interviews_come_in_with_their_index(name, segments, chapters, run, archive, client, shared):
    run("import", shared / "fixtures" / name, "--publish")
    with archive.reading() as session:
        kept = session.scalars(select(Testimony)).one()
        identifier = kept.identifier
        if chapters is not None:
            assert sum(1 for p in kept.passages if p.title) == chapters
        titles = [p.title for p in kept.passages if p.title]
    if segments is not None:
        assert count(archive, Segment) == segments
    page = client.get(f"/testimonies/{identifier}")
    if page.status_code == 200:  # a restricted interview is not public: that is honoured
        assert not titles or titles[0].split()[0] in page.text


def test_every_hostile_caption_and_xml_is_refused_or_read_and_nothing_falls_over(run, shared, archive):
    files = [
        p
        for kind in ("captions", "xml")
        for p in sorted((shared / "hostile" / kind).rglob("*"))
        if p.is_file()
    ]
    assert len(files) > 50
    done = CliRunner().invoke(
        cli, ["import", *map(str, files)], env={"ARCHIVE_HOME": str(archive.settings.home)}
    )
    assert done.exit_code in (0, 1)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    assert "all agree" in run("check")


@pytest.mark.trial
def test_an_import_killed_at_any_moment_goes_on_where_it_stopped(tmp_path, rounds):
    """kill -9 at moments spread over the run: what was said to be kept is kept, and nothing comes twice."""
    home = tmp_path / "home"
    path = lines(
        tmp_path / "many.jsonl", *(GOOD | {"id": f"r{n}", "title": f"Testimony {n}"} for n in range(COUNT))
    )
    environ = os.environ | {"ARCHIVE_HOME": str(home)}
    command = [sys.executable, "-c", "from app.cli import main; main()", "import", str(path), "--publish"]
    for number in range(rounds):
        child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.0 + 2.5 * number / rounds)
        child.send_signal(signal.SIGKILL)
        child.wait()
    for _ in range(2):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=240)
    assert f"{COUNT} were here already" in done.stdout, done.stdout + done.stderr
    archive = Archive(Settings(home=home))
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Testimony)) == COUNT
        assert session.scalar(select(func.count()).select_from(Segment)) == 2 * COUNT
        assert session.scalar(select(func.count()).select_from(Edition)) == 3 * COUNT
        assert session.scalar(select(func.count()).select_from(Accession)) >= 1
    # A killed worker's jobs are taken up again when their lease has run out; here we do not wait for it.
    from datetime import timedelta

    from app import clock
    from app.jobs.worker import Worker

    with clock.showing(clock.now() + timedelta(minutes=10)):
        Worker(archive).mend()
        Worker(archive).run_all()
    with archive.reading():
        assert list(checking.check()) == []
    archive.close()
