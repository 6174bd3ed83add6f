"""An archivist goes through the holdings for a claim, and another reads links: by keys, mouse and forms."""

import re

import pytest
from click.testing import CliRunner

from app.cli import cli
from tests.journeys.conftest import PASSWORD
from tests.journeys.test_pages import faults

SECOND = "second@example.org"


@pytest.fixture
def claim(demonstration) -> str:
    return "/workbench" + demonstration.path("claims", "c-impunity")


@pytest.fixture(scope="module")
def second(browser, demonstration) -> dict[str, object]:
    """What the browser of a second archivist keeps."""
    added = CliRunner().invoke(
        cli,
        ["user", "add", SECOND, "--name", "Bo Second", "--password", PASSWORD],
        env={
            "ARCHIVE_HOME": str(demonstration.home),
            "DATABASE_URL": "",
            "STORAGE_URL": "",
            "SEARCH_URL": "",
        },
    )
    assert added.exit_code == 0, added.output
    context = browser.new_context(base_url=demonstration.base)
    visitor = context.new_page()
    visitor.goto("/sign-in")
    visitor.get_by_label("E-mail address").fill(SECOND)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    visitor.wait_for_url("**/")
    kept = context.storage_state()
    context.close()
    return kept


def state(visitor) -> tuple[int, int]:
    """How many were looked at, and how many are left."""
    said = visitor.locator(".going-state [role=status]").inner_text()
    return tuple(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", said)[:2])


def press(visitor, key: str) -> None:
    """Press a key that leads to another page."""
    with visitor.expect_navigation():
        visitor.keyboard.press(key)


def test_passages_are_judged_by_keys_alone(page, key_card, claim):
    visitor = page(storage_state=key_card)
    visitor.goto(claim)
    press(visitor, "s")
    seen, left = state(visitor)
    assert left > 3
    first = visitor.locator(".passage-line").all_inner_texts()
    press(visitor, "0")
    assert state(visitor) == (seen + 1, left - 1)
    assert visitor.locator(".passage-line").all_inner_texts() != first
    press(visitor, "u")
    assert state(visitor) == (seen, left)
    assert visitor.locator(".passage-line").all_inner_texts() == first
    visitor.keyboard.press("3")
    press(visitor, "s")
    assert state(visitor)[0] == seen + 1
    press(visitor, "u")
    assert state(visitor) == (seen, left)
    press(visitor, "n")
    assert "1 left for later" in visitor.locator(".going-state").inner_text()
    assert visitor.locator(".passage-line").all_inner_texts() != first


def test_it_goes_by_mouse_and_without_script(page, key_card, claim):
    for script in (True, False):
        visitor = page(storage_state=key_card, javascript=script, width=320 if not script else 1280)
        visitor.goto(f"{claim}/going-through")
        visitor.get_by_label("Words to look for").fill("water")
        visitor.get_by_role("button", name="Look for these").click()
        assert "q=water" in visitor.url
        seen, left = state(visitor)
        visitor.get_by_label("Contradicts").check()
        visitor.get_by_role("button", name="saw it").click()
        assert state(visitor)[0] == seen + 1
        visitor.get_by_role("button", name="Undo the last").click()
        assert state(visitor) == (seen, left)


def test_a_second_archivist_confirms_by_keys_and_readers_are_told(page, second):
    visitor = page(storage_state=second)
    visitor.goto("/workbench/readings")
    target = visitor.locator(".reading-claim a").get_attribute("href")
    shown = visitor.locator(".passage-line").all_inner_texts()
    press(visitor, " ")
    assert "skip=1" in visitor.url
    visitor.goto("/workbench/readings")
    assert visitor.locator(".passage-line").all_inner_texts() == shown
    press(visitor, "y")
    assert "You confirmed the link." in visitor.locator("[role=status]").first.inner_text()
    reader = page()
    reader.goto(target.removeprefix("/workbench"))
    assert reader.get_by_text("read by a second archivist").count() == 1


def test_a_question_asks_for_its_reason_first(page, second):
    visitor = page(storage_state=second)
    visitor.goto("/workbench/readings")
    visitor.keyboard.press("n")
    assert visitor.evaluate("document.activeElement.id") == "reading-note"
    visitor.keyboard.type("Is this the same night?")
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Tab")
    press(visitor, "Enter")
    assert "You questioned the link." in visitor.locator("[role=status]").first.inner_text()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_open_to_everybody(page, key_card, claim, width):
    visitor = page(storage_state=key_card, width=width)
    for address in ("/workbench/claims", claim, f"{claim}/going-through", "/workbench/readings"):
        visitor.goto(address)
        assert faults(visitor) == []
        assert visitor.evaluate("document.documentElement.scrollWidth") <= width
