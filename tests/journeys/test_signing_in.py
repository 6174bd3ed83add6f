"""Somebody keeps their account in a browser: passkeys, an app, invitations, and where they are signed in.

Passkeys want a name for a host, so these pages are asked of localhost.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from app.cli import cli
from tests.journeys.conftest import PASSWORD, Watch
from tests.journeys.test_pages import faults, overflow

OTHER = "four unlikely words here"


@pytest.fixture(scope="session")
def person(demonstration) -> Callable[..., str]:
    """Makes an account of a role from the command line; returns its address."""
    number = iter(range(1000))

    def make(role: str = "archivist") -> str:
        email = f"{role}-{next(number)}@example.org"
        words = ["user", "add", email, "--role", role, "--name", f"Given {role}", "--password", PASSWORD]
        given = {"ARCHIVE_HOME": str(demonstration.home), "DATABASE_URL": "", "STORAGE_URL": ""}
        added = CliRunner().invoke(cli, words, env=given | {"SEARCH_URL": ""})
        assert added.exit_code == 0, added.output
        return email

    return make


@pytest.fixture
def browse(browser, demonstration) -> Iterator[Callable[..., object]]:
    """Makes a browser of its own at localhost; what its pages complain of fails the test."""
    base = demonstration.base.replace("127.0.0.1", "localhost")
    watching, opened = Watch(base), []
    watching.excuse("status of 422", "status of 410")

    def make(*, width=1280, javascript=True):
        context = browser.new_context(
            base_url=base, reduced_motion="reduce", java_script_enabled=javascript, locale="en-GB"
        )
        context.set_default_timeout(10_000)
        visitor = context.new_page()
        visitor.set_viewport_size({"width": width, "height": 800})
        visitor.emulate_media(color_scheme="light")
        watching.over(visitor)
        opened.append(context)
        return visitor

    yield make
    for context in opened:
        context.close()
    watching.check()


def enter(visitor, email: str, password: str = PASSWORD) -> None:
    visitor.goto("/sign-in")
    visitor.get_by_label("E-mail address").fill(email)
    visitor.get_by_label("Password").fill(password)
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    visitor.wait_for_url(lambda address: not address.endswith("/sign-in"))


def leave(visitor) -> None:
    visitor.locator("header summary", has_text="Given").click()
    visitor.get_by_role("button", name="Sign out", exact=True).click()
    visitor.get_by_role("link", name="Sign in").wait_for()


def is_in(visitor) -> bool:
    visitor.goto("/account")
    return visitor.get_by_role("heading", name="Your user account").count() == 1


def device(visitor, *, sure: bool = True) -> None:
    """A passkey device of Chromium's own; with ``sure`` it makes certain who holds it."""
    line = visitor.context.new_cdp_session(visitor)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal" if sure else "usb",
        "hasResidentKey": sure,
        "hasUserVerification": sure,
        "isUserVerified": sure,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(visitor, name: str = "the office computer") -> None:
    visitor.goto("/account/passkey")
    visitor.get_by_label("A name by which you know it").fill(name)
    visitor.get_by_label("Your password, as it is now").fill(PASSWORD)
    visitor.get_by_role("button", name="Add a passkey").click()


def add_app(visitor) -> tuple[bytes, list[str]]:
    visitor.goto("/account/app")
    letters = visitor.locator(".letters code").inner_text().replace("-", "").replace(" ", "")
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    visitor.get_by_label("The code that the app shows now").fill(code_of(key))
    visitor.get_by_label("Your password, as it is now").fill(PASSWORD)
    visitor.get_by_role("button", name="Use this app from now on").click()
    visitor.get_by_role("link", name="I have written them down").wait_for()
    return key, visitor.locator(".codes code").all_inner_texts()


def code_of(key: bytes, away: int = 0) -> str:
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()) + 30 * away).decode()


def test_a_passkey_is_added_opens_alone_and_is_removed(browse, person):
    visitor, email = browse(), person()
    enter(visitor, email)
    device(visitor)
    add_passkey(visitor)
    visitor.get_by_role("heading", name="Recovery codes").wait_for()
    assert visitor.locator(".codes code").count() == 8
    visitor.get_by_role("link", name="I have written them down").click()
    assert visitor.get_by_text("the office computer").count() >= 1
    leave(visitor)
    visitor.goto("/sign-in?next=/about")
    visitor.get_by_role("button", name="Use a passkey").click()
    visitor.wait_for_url(lambda address: urlsplit(address).path == "/about")
    assert is_in(visitor)
    assert visitor.get_by_text("with a passkey").count() == 1
    visitor.locator("summary", has_text="Remove: the office computer").click()
    form = visitor.locator("form", has=visitor.get_by_role("button", name="Remove this passkey"))
    form.get_by_label("Your password, as it is now").fill(PASSWORD)
    form.get_by_role("button").click()
    assert "removed" in visitor.get_by_role("status").inner_text()
    leave(visitor)
    visitor.goto("/sign-in")
    visitor.get_by_role("button", name="Use a passkey").click()
    assert "could not be used" in visitor.locator(".refusal:visible").inner_text()


def test_a_key_that_asks_for_nothing_is_a_second_step_and_no_first(browse, person):
    visitor, email = browse(), person()
    enter(visitor, email)
    device(visitor, sure=False)
    add_passkey(visitor, "a key of steel")
    visitor.get_by_role("heading", name="Recovery codes").wait_for()
    leave(visitor)
    enter(visitor, email)
    assert visitor.url.endswith("/sign-in/second-step")
    assert not is_in(visitor)
    visitor.goto("/sign-in/second-step")
    asked = json.loads(visitor.locator("form[data-passkey]").get_attribute("data-options"))
    visitor.get_by_role("button", name="Use a passkey").click()
    visitor.wait_for_url(lambda address: not address.endswith("second-step"))
    assert is_in(visitor)
    leave(visitor)
    # Asked by its number and without making sure, as a thief's own page would ask it, it does answer.
    visitor.goto("/sign-in")
    visitor.evaluate(
        """known => {
            const form = document.querySelector("form[data-passkey]");
            const options = JSON.parse(form.dataset.options);
            const less = {userVerification: "discouraged", allowCredentials: known};
            form.dataset.options = JSON.stringify({...options, ...less});
        }""",
        asked["allowCredentials"],
    )
    visitor.get_by_role("button", name="Use a passkey").click()
    visitor.get_by_text("This passkey could not be used.").wait_for()
    assert not is_in(visitor)


def test_somebody_elses_passkey_is_no_second_step(browse, person):
    visitor, mine, theirs = browse(), person(), person()
    enter(visitor, theirs)
    _, _ = add_app(visitor)
    leave(visitor)
    enter(visitor, mine)
    device(visitor)
    add_passkey(visitor)
    visitor.get_by_role("heading", name="Recovery codes").wait_for()
    leave(visitor)
    # The answer of the one's passkey is put under the other's second step.
    visitor.goto("/sign-in")
    visitor.evaluate("document.querySelector('form[data-passkey]').submit = () => {}")
    visitor.get_by_role("button", name="Use a passkey").click()
    field = visitor.locator("form[data-passkey] input[name=credential]")
    visitor.wait_for_function("document.querySelector('form[data-passkey] [name=credential]').value")
    said = field.input_value()
    enter(visitor, theirs)
    visitor.evaluate(
        """said => {
            const form = document.querySelector("form[action$=second-step]");
            form.insertAdjacentHTML("beforeend", "<input name=credential>");
            form.elements.credential.value = said;
            form.elements.code.required = false;
        }""",
        said,
    )
    visitor.get_by_role("button", name="Go on").click()
    visitor.locator(".refusal").first.wait_for()
    assert not is_in(visitor)


def test_an_app_is_set_up_and_used_without_script(browse, person):
    visitor, email = browse(width=320, javascript=False), person()
    enter(visitor, email)
    key, codes = add_app(visitor)
    assert len(codes) == 8
    visitor.get_by_role("link", name="I have written them down").click()
    leave(visitor)
    enter(visitor, email)
    visitor.get_by_label("The code that your authenticator app shows now").fill(code_of(key, 1))
    visitor.get_by_role("button", name="Go on").click()
    assert is_in(visitor)
    leave(visitor)
    enter(visitor, email)
    visitor.get_by_label("The code that your authenticator app shows now").fill(codes[3])
    visitor.get_by_role("button", name="Go on").click()
    assert is_in(visitor)
    assert visitor.get_by_text("7 codes are left.").count() == 1


def test_a_browser_is_named_and_others_are_signed_out(browse, person):
    here, there, email = browse(), browse(), person()
    enter(here, email)
    enter(there, email)
    here.goto("/account")
    mine = here.locator("li", has_text="this one")
    mine.get_by_label("Name").fill("the office computer")
    mine.get_by_role("button", name="Keep the name").click()
    assert here.locator("li", has_text="this one").get_by_text("the office computer").count() == 1
    assert here.get_by_role("button", name="Sign it out").count() == 1
    here.get_by_role("button", name="Sign it out").click()
    assert "signed out" in here.get_by_role("status").inner_text()
    assert not is_in(there)
    assert is_in(here)


def test_somebody_is_invited_and_comes_in(browse, person):
    administrator, guest = browse(), browse(width=320, javascript=False)
    enter(administrator, person("administrator"))
    administrator.goto("/workbench/users")
    administrator.get_by_text("Invite somebody").click()
    administrator.get_by_label("E-mail address").fill("guest@example.org")
    administrator.get_by_label("Name", exact=True).fill("Given guest")
    administrator.get_by_label("Role", exact=True).first.select_option("reader")
    administrator.get_by_role("button", name="Make the link").click()
    link = administrator.locator(".letters code").inner_text()
    assert "/join/" in link
    guest.goto(link)
    guest.get_by_label("Password", exact=True).fill("guest@example.org")
    guest.get_by_label("The same once more").fill("guest@example.org")
    guest.get_by_role("button", name="Open the account").click()
    assert "little more than your name" in guest.get_by_role("alert").inner_text()
    guest.get_by_label("Password", exact=True).fill(OTHER)
    guest.get_by_label("The same once more").fill(OTHER)
    guest.get_by_role("button", name="Open the account").click()
    assert is_in(guest)
    guest.goto(link)
    assert "used already" in guest.locator("main").inner_text()
    administrator.goto("/workbench/users?q=guest%40")
    administrator.locator("summary", has_text="Change: Given guest").click()
    administrator.get_by_role("button", name="Close this account").click()
    assert "closed" in administrator.get_by_role("status").inner_text()
    assert not is_in(guest)


@pytest.fixture(scope="module")
def kept() -> dict[str, object]:
    """What the pages below are shown with: made once."""
    return {}


def prepared(browse, person, demonstration, kept) -> dict[str, object]:
    """An administrator with an app and a passkey, signed in; one who is half way; and a link."""
    if kept:
        return kept
    visitor, email = browse(), person("administrator")
    enter(visitor, email)
    device(visitor)
    add_app(visitor)
    add_passkey(visitor)
    visitor.wait_for_url("**/account")
    given = {"ARCHIVE_HOME": str(demonstration.home), "DATABASE_URL": "", "STORAGE_URL": "", "SEARCH_URL": ""}
    made = CliRunner().invoke(cli, ["user", "invite", "waits@example.org", "--name", "Wanda"], env=given)
    half_way = browse()
    enter(half_way, email)
    kept |= {
        "state": visitor.context.storage_state(),
        "half_way": half_way.context.storage_state(),
        "link": re.search(r"/join/\S+", made.output)[0],
    }
    return kept


PAGES = ["/account", "/account/app", "/account/passkey", "/account/advice", "/workbench/users"]
PAGES += ["/sign-in", "/sign-in/second-step", "/join"]


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_of_accounts_have_no_faults(browse, person, demonstration, kept, width):
    ready = prepared(browse, person, demonstration, kept)
    for address in PAGES:
        visitor = browse(width=width)
        if address == "/sign-in/second-step":
            visitor.context.add_cookies(ready["half_way"]["cookies"])
        elif address not in ("/sign-in", "/join"):
            visitor.context.add_cookies(ready["state"]["cookies"])
        visitor.goto(ready["link"] if address == "/join" else address)
        assert visitor.url.endswith(ready["link"] if address == "/join" else address)
        visitor.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        assert faults(visitor) == [], address
        assert overflow(visitor) == [], address
    visitor = browse(width=width)
    enter(visitor, person())
    add_app(visitor)
    assert visitor.locator(".codes").count() == 1
    assert faults(visitor) == []
    assert overflow(visitor) == []
