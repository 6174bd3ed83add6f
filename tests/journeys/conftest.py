"""The demonstration as `archive demo` serves it, and a stranger in front of a real Chromium.

Every page opened here is watched: a test fails at its end when a page logged an error, threw one,
or asked anything of another host.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.archive import Archive
from app.cli import cli
from app.models import Claim, Collection, Event, Person, Place, Question, Source, Testimony
from config import Settings

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

KINDS = {
    "testimonies": (Testimony, Testimony.source_id),
    "events": (Event, Event.ref),
    "questions": (Question, Question.ref),
    "claims": (Claim, Claim.ref),
    "sources": (Source, Source.ref),
    "places": (Place, Place.ref),
    "people": (Person, Person.ref),
    "collections": (Collection, Collection.name),
}
DEMO = [sys.executable, "-c", "from app.cli import main; main()", "demo"]
ARCHIVIST, PASSWORD = "archivist@example.org", "a long enough password"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Demonstration:
    """A served demonstration: its address, its home, and where each thing of its files is found."""

    base: str
    home: Path
    paths: dict[tuple[str, str], str]

    def path(self, kind: str, ref: str) -> str:
        """The address of a thing by the name it has in the demonstration's files."""
        return self.paths[kind, ref]


def _paths(home: Path) -> dict[tuple[str, str], str]:
    archive = Archive(Settings(home=home))
    with archive.reading() as session:
        found = {
            (kind, ref): f"/{kind}/{identifier}"
            for kind, (noun, name) in KINDS.items()
            for ref, identifier in session.execute(select(name, noun.identifier))
        }
    archive.close()
    return found


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"the demonstration ended: {log.read_text()}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the demonstration did not answer within {seconds} s: {log.read_text()}")


def _filled(folder: Path) -> Path:
    """A home filled as `archive demo` fills it, by the first of the workers that share the folder."""
    home = folder / "filled"
    with (folder / "filled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            done = subprocess.run([*DEMO, "--fill-only", "--home", str(home)], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """`archive demo`, filled once, with its server and its worker, and an archivist who may sign in."""
    folder = tmp_path_factory.mktemp("demonstration")
    home, log, port = folder / "home", folder / "log", _free_port()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shutil.copytree(
            _filled(tmp_path_factory.getbasetemp().parent), home
        )  # filled again, it stays as it is
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*DEMO, "--home", str(home), "--port", str(port)],
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, server, log)
        added = CliRunner().invoke(
            cli,
            ["user", "add", ARCHIVIST, "--name", "Ada Keeper", "--password", PASSWORD],
            env={"ARCHIVE_HOME": str(home), "DATABASE_URL": "", "STORAGE_URL": "", "SEARCH_URL": ""},
        )
        assert added.exit_code == 0, added.output
        yield Demonstration(base, home, _paths(home))
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _chromium() -> str | None:
    """The browser: the one without windows, where there is one, opens a page in a third of the time."""
    named = os.environ.get("ARCHIVE_CHROMIUM")
    known = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return named or next(filter(None, map(shutil.which, known)), None)


def _seen(act: Callable[..., object]) -> Callable[..., object]:
    """The act, over only when the page it leads to is there: a person sees a page before they go on.

    Without this a crowded machine reads half a page, or chooses words before the page's script is there.
    """

    @wraps(act)
    def acting(on, *given, **named):
        told = act(on, *given, **named)
        visitor = on.page if isinstance(on, sync_api.Locator) else on
        with suppress(sync_api.Error):  # the page has gone for the next, or for good
            visitor.evaluate("0")  # a form that is sent has now left
        if not visitor.is_closed():
            visitor.wait_for_load_state("load")
        return told

    return acting


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Let every click wait for what it leads to."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(sync_api.Locator, "click", _seen(sync_api.Locator.click))
        yield


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all."""
    found = _chromium()
    if not found:
        pytest.skip("there is no Chromium here (install chromium, or name one in ARCHIVE_CHROMIUM)")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()


class Watch:
    """What the pages of one test asked for and complained of."""

    def __init__(self, base: str):
        self.host = urlsplit(base).netloc
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.excused: tuple[str, ...] = ()

    def over(self, visitor) -> None:
        visitor.on("request", self._asked)
        visitor.on("console", self._logged)
        visitor.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))

    def excuse(self, *parts: str) -> None:
        """Let complaints with these words pass: a 404 that is wanted is logged by the browser as an error."""
        self.excused += parts

    def _asked(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self.host:
            self.foreign.append(request.url)

    def _logged(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} at {message.page and message.page.url}")

    def check(self) -> None:
        assert not self.foreign, f"asked another host: {self.foreign}"
        left = [said for said in self.complaints if not any(part in said for part in self.excused)]
        assert not left, f"the page complained: {left}"


@pytest.fixture
def watch(demonstration: Demonstration) -> Iterator[Watch]:
    """Watches every page of the test, and judges at its end."""
    watching = Watch(demonstration.base)
    yield watching
    watching.check()


@pytest.fixture(scope="session")
def returning(browser, demonstration: Demonstration) -> Iterator[Callable[..., object]]:
    """Browsers that have been here before, one of each kind: fonts and styles are at hand already."""
    known: dict[str, object] = {}

    def find(**kind):
        key = repr(kind)
        if key not in known:
            known[key] = browser.new_context(base_url=demonstration.base, reduced_motion="reduce", **kind)
            known[key].set_default_timeout(10_000)
        return known[key]

    yield find
    for context in known.values():
        context.close()


@pytest.fixture
def page(browser, demonstration: Demonstration, watch: Watch, returning) -> Iterator[Callable[..., object]]:
    """Makes a stranger's page: ``page(width=320, scheme="dark", javascript=False, locale="ru-RU")``.

    ``fresh=False`` takes a browser that another test has used: for tests that only look.
    """
    opened = []

    def make(*, width=1280, scheme="light", javascript=True, locale="en-GB", fresh=True, **more):
        kind = {"java_script_enabled": javascript, "locale": locale, **more}
        if fresh:
            context = browser.new_context(base_url=demonstration.base, reduced_motion="reduce", **kind)
            context.set_default_timeout(10_000)
        else:
            context = returning(**kind)
        visitor = context.new_page()
        opened.append(context if fresh else visitor)
        watch.over(visitor)
        visitor.set_viewport_size({"width": width, "height": 800})
        visitor.emulate_media(color_scheme=scheme)
        return visitor

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def key_card(browser, demonstration: Demonstration) -> dict[str, object]:
    """What a browser keeps once the archivist has signed in: for tests that are not about signing in."""
    context = browser.new_context(base_url=demonstration.base)
    visitor = context.new_page()
    visitor.goto("/sign-in")
    visitor.get_by_label("E-mail address").fill(ARCHIVIST)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    visitor.wait_for_url("**/")
    kept = context.storage_state()
    context.close()
    return kept


def focused_is_seen(visitor) -> bool:
    """Whether the element with the focus shows it: an outline or a shadow that is really drawn."""
    return visitor.evaluate(
        """() => {
            const style = getComputedStyle(document.activeElement);
            const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            return document.activeElement !== document.body && (drawn || style.boxShadow !== "none");
        }"""
    )


def tab_to(visitor, selector: str, most: int = 80) -> None:
    """Press Tab until the first element that matches has the focus, which must be seen on the way."""
    for _ in range(most):
        visitor.keyboard.press("Tab")
        assert focused_is_seen(visitor), visitor.evaluate("document.activeElement.outerHTML")[:200]
        if visitor.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")
