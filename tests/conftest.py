"""A small archive for each test: a real database file, real indexes, a real store. Tests commit for real."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from werkzeug.routing import Rule
from xdist.scheduler import WorkStealingScheduling

from app import create_app, sealing
from app.archive import Archive
from app.cli.base import OPERATOR
from app.jobs.worker import Worker
from app.models import AuditEntry
from app.records import Agent, Line, Record, Script
from app.services import accessioning, accounts, auditing, exchanging
from config import Settings

PASSWORD = "a long enough password"
COST = sealing.COST  # of receipts, where they are served


def pytest_configure() -> None:
    """Let what is compiled be kept: dozens of children import the archive, and each would compile it anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


# The same code gets the same answer; whoever looks for what nobody thought of sets ARCHIVE_CHANCE.
hypothesis.settings.register_profile("steady", derandomize=not os.environ.get("ARCHIVE_CHANCE"))
hypothesis.settings.load_profile("steady")


class Compiled(BytecodeCache):
    """Templates compiled once for all archives of a run; each has an environment of its own."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": Compiled()}


def compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Addresses compiled once for all archives of a run: nine tenths of the making of an app."""
    kept: dict[object, tuple[dict[str, Any], Any, Any]] = {}

    def compiling(rule: Rule) -> None:
        key = rule.rule, rule.host, rule.subdomain, repr(rule.defaults), rule.merge_slashes
        if key not in kept:
            compile_rule(rule)
            said = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")}
            kept[key] = said, rule._build.__func__, rule._build_unknown.__func__  # type: ignore[attr-defined]
        said, build, build_unknown = kept[key]
        vars(rule).update(said, _build=build.__get__(rule), _build_unknown=build_unknown.__get__(rule))

    return compiling


Rule.compile = compiled_once(Rule.compile)  # type: ignore[method-assign]


def told_once() -> Callable[[Engine], None]:
    """Statements compiled once for all archives of a run, as in an archive for all requests.

    What is compiled is known by its dialect, so they share one, which has spoken to SQLite.
    """
    first = create_engine("sqlite://", query_cache_size=5000)
    first.connect().close()

    def share(engine: Engine) -> None:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache

    return share


SQLiteDialect_pysqlite.engine_created = staticmethod(told_once())  # type: ignore[method-assign, assignment]


def shared_folder() -> Path:
    """Where the shared corpora lie: beside the project, unless ARCHIVE_SHARED says otherwise."""
    return Path(os.environ.get("ARCHIVE_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: much of the time is spent waiting for a browser, a disk or a child."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WorkStealingScheduling:
    """Neighbours stay together: what a module sets up, a served demonstration above all, is set up once."""
    return WorkStealingScheduling(config, log)


@pytest.fixture
def shared() -> Path:
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"the shared corpora are not here ({folder})")
    return folder


@pytest.fixture
def rounds() -> int:
    """How often a trial is repeated: ARCHIVE_ROUNDS, a few by default."""
    return int(os.environ.get("ARCHIVE_ROUNDS", "6"))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Argon2 and scrypt made cheap, or signing in would take half a second; what is compared is the same."""
    sealing.COST = 2
    accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def dear_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts as dear as a served archive makes them, for a test that opens here what was sent there."""
    monkeypatch.setattr(sealing, "COST", COST)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive's home with the schema and nothing in it, to be copied."""
    home = tmp_path_factory.mktemp("blank")
    archive = Archive(Settings(home=home))
    archive.migrate()
    Worker(archive).mend()
    archive.close()
    return home


@pytest.fixture
def new_home(blank: Path, tmp_path: Path) -> Callable[[str], Settings]:
    """Makes homes of further archives."""

    def make(name: str) -> Settings:
        shutil.copytree(blank, tmp_path / name)
        return Settings(home=tmp_path / name, base_url="http://localhost")

    return make


@pytest.fixture
def settings(new_home: Callable[[str], Settings]) -> Settings:
    return new_home("home")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = False  # faults are answered, as they are to a visitor
    yield app
    app.extensions["archive"].close()


@pytest.fixture
def archive(app: Flask) -> Archive:
    return app.extensions["archive"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, archive: Archive) -> Callable[[str], FlaskClient]:
    """A browser signed in with a role, through the door."""

    def enter(role: str) -> FlaskClient:
        with archive.writing():
            accounts.add(f"{role}@example.org", role, PASSWORD, OPERATOR)
        visitor = app.test_client()
        answer = post(visitor, "/sign-in", "/sign-in", email=f"{role}@example.org", password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return visitor

    return enter


@pytest.fixture
def work(archive: Archive) -> Callable[[], int]:
    """Lets the worker do what is due."""
    return Worker(archive).run_all


def post(client: FlaskClient, form: str, to: str, **fields: object):
    """Post as a browser does: the form's page first, for its token."""
    page = client.get(form).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(to, data={"csrf_token": token, **fields})


def told(archive: Archive, entry: AuditEntry) -> dict[str, object]:
    """All that an entry of the trail says."""
    with archive.reading():
        return auditing.told(entry)


def testimony(source_id: str, *texts: str, **more: object) -> Record:
    """A record of one narrator's lines, two seconds each."""
    lines = tuple(
        Line(number, text, "Ana Vell", number * 2000, number * 2000 + 2000)
        for number, text in enumerate(texts)
    )
    given = {"title": f"Testimony {source_id}", "language": "en", "agents": (Agent("Ana Vell"),)} | more
    return Record(source_id=source_id, scripts=(Script(str(given["language"]), lines),), **given)


@pytest.fixture
def keep(archive: Archive) -> Callable[..., str]:
    """Takes a record in and publishes it; returns its identifier."""

    def take(record: Record, *, publish: bool = True, to: Archive | None = None) -> str:
        with (to or archive).writing():
            collection = exchanging.find_collection(record.collection or "Tests", record)
            kept = accessioning.accession(record, collection, OPERATOR, publish=publish)
            return kept.identifier

    return take
