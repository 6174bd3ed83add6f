"""A search is typed: what it may become is offered, by keyboard and by hand, and never in the way."""

from tests.journeys.conftest import focused_is_seen
from tests.journeys.test_pages import overflow, violations

OPTIONS = ".big-search [role=option]"


def test_a_name_is_completed_by_keyboard(page):
    visitor = page(width=320)
    visitor.goto("/")
    visitor.keyboard.type("kelv")
    visitor.wait_for_selector(OPTIONS)
    assert not overflow(visitor)
    assert not violations(visitor)
    visitor.keyboard.press("ArrowDown")
    assert visitor.locator(OPTIONS).first.get_attribute("aria-selected") == "true"
    assert focused_is_seen(visitor)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?q=Kelvarin*")
    assert visitor.locator(".hit").count()


def test_enter_sends_what_was_typed(page):
    visitor = page()
    visitor.goto("/search")
    visitor.keyboard.type("ferr")
    visitor.wait_for_selector(OPTIONS)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?q=ferr")
    visitor.locator("#q").fill("brid")
    visitor.wait_for_selector(OPTIONS)
    visitor.keyboard.press("Escape")
    assert visitor.locator(OPTIONS).first.is_hidden()
    visitor.locator("#q").fill("bridg")
    visitor.get_by_role("option", name="bridge", exact=True).click()
    visitor.wait_for_url("**/search?q=bridge")


def test_without_script_the_field_is_a_field(page):
    visitor = page(javascript=False)
    visitor.goto("/")
    visitor.locator("#q").fill("bridge")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?q=bridge")
    assert visitor.locator(".hit").count()
