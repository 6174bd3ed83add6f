"""A passage is tagged on the desk: by mouse, by keyboard alone and without script; fit for all."""

import pytest

from tests.journeys.test_pages import faults

WHOLE = "whole testimony"


@pytest.fixture
def desk(demonstration) -> str:
    return f"/workbench{demonstration.path('testimonies', 'demo-02')}"


def now(visitor) -> str:
    return " ".join(visitor.locator(".tags-now").all_inner_texts())


def begin(visitor, desk: str, term: str) -> None:
    """A term to choose from, made at the desk."""
    visitor.goto(desk)
    visitor.locator("#tags-term").fill(term)
    visitor.keyboard.press("Tab")  # leaves the field, and with it what it suggests
    visitor.get_by_role("button", name="Create this term").click()
    visitor.locator(".tags-now li", has_text=term).first.wait_for()


def take_off(visitor, term: str) -> None:
    while visitor.locator(".tags-now li", has_text=term).count():
        row = visitor.locator(".tags-now li", has_text=term)
        left = row.count() - 1
        row.first.get_by_role("button", name="Remove").click()
        visitor.wait_for_function(
            "([term, left]) => [...document.querySelectorAll('.tags-now li')]"
            ".filter((one) => one.innerText.includes(term)).length === left",
            arg=[term, left],
        )


def test_a_line_is_tagged_by_mouse(page, key_card, desk):
    visitor = page(storage_state=key_card)
    begin(visitor, desk, "Crossings")
    visitor.locator("#line-2 [data-choose]").click()  # one click, three letters, one click
    assert visitor.locator("input[name=over][value=lines]").is_checked()
    visitor.locator("#tags-term").fill("cro")
    visitor.get_by_role("option", name="Crossings").click()
    visitor.locator(".tags-now li", has_text="Crossings lines 2").wait_for()
    assert "Crossings" in visitor.locator("#line-2").inner_text()
    take_off(visitor, "Crossings")
    assert "Crossings" not in visitor.locator("#line-2").inner_text()


def test_a_line_is_tagged_by_six_keys(page, key_card, desk):
    visitor = page(storage_state=key_card)
    begin(visitor, desk, "Thirst")
    visitor.evaluate("document.activeElement.blur()")
    keys = ["j", "t", "t", "h", "i", "Enter"]  # the line, the field, three letters, done
    for key in keys:
        visitor.keyboard.press(key)
    visitor.locator(".tags-now li", has_text="Thirst lines 0").wait_for()
    assert "Thirst" in now(visitor)
    assert visitor.evaluate("document.activeElement.id") == "tags-term", "the next tag can be typed at once"
    take_off(visitor, "Thirst")


def test_the_field_says_what_it_does_and_lets_go(page, key_card, desk):
    visitor = page(storage_state=key_card)
    begin(visitor, desk, "Lanterns")
    field = visitor.locator("#tags-term")
    assert field.get_attribute("role") == "combobox"
    field.fill("lan")
    visitor.get_by_role("option", name="Lanterns").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    visitor.keyboard.press("ArrowDown")
    assert visitor.locator(f"#{field.get_attribute('aria-activedescendant')}").inner_text() == "Lanterns"
    visitor.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "lan"
    take_off(visitor, "Lanterns")


def test_a_testimony_is_tagged_without_script(page, key_card, desk):
    visitor = page(storage_state=key_card, javascript=False, width=320)
    visitor.goto(desk)
    for lines, said in (("whole", WHOLE), ("lines", "lines 1–2")):
        visitor.locator(f"input[name=over][value={lines}]").check()
        if lines == "lines":
            visitor.locator("#tags input[name=first]").first.fill("1")
            visitor.locator("#tags input[name=last]").first.fill("2")
        visitor.locator("#tags-term").fill("Ferries")
        visitor.get_by_role("button", name="Create this term").click()
        assert said in now(visitor)
    for _ in range(2):
        visitor.locator(".tags-now li", has_text="Ferries").first.get_by_role("button", name="Remove").click()
    assert "Ferries" not in visitor.locator("#tags").inner_text()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_field_and_the_pages_are_fit_for_all(width, page, key_card, desk, watch):
    visitor = page(width=width, storage_state=key_card)
    begin(visitor, desk, "Gantries")
    visitor.locator("#tags-term").fill("gan")
    visitor.get_by_role("option", name="Gantries").wait_for()
    assert not faults(visitor, within="#tags")
    address = visitor.locator(".tags-now a", has_text="Gantries").get_attribute("href")
    for place in (address, "/workbench/vocabularies"):
        visitor.goto(place)
        assert not faults(visitor), place
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visitor.evaluate(overflow) <= 0, place
    visitor.locator("a[data-step]").first.click()
    assert not faults(visitor)
    visitor.goto(desk)
    take_off(visitor, "Gantries")
