"""An archivist signs in, ties a passage to a claim, sees it on both pages and undoes it."""

import pytest
from sqlalchemy import select

from app.archive import Archive
from app.cli.base import OPERATOR
from app.db import new_identifier
from app.models import Question
from app.services import claiming
from config import Settings
from tests.journeys.conftest import ARCHIVIST, PASSWORD, tab_to

NOTE = "Tied by the test of the workbench."


def sign_in(visitor) -> None:
    visitor.goto("/")
    visitor.get_by_role("link", name="Sign in").click()
    visitor.get_by_label("E-mail address").fill(ARCHIVIST)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    assert visitor.get_by_text("Ada Keeper").count() == 1


def undo(visitor, testimony: str, claim: str) -> None:
    visitor.goto(f"/workbench{testimony}/link?first=12")
    visitor.get_by_role("button", name="Undo this link").click()
    assert "undone" in visitor.get_by_role("status").inner_text()
    assert NOTE not in visitor.locator("main").inner_text()
    visitor.goto(claim)
    assert NOTE not in visitor.locator("main").inner_text()


@pytest.fixture
def testimony(demonstration) -> str:
    return demonstration.path("testimonies", "demo-01")


@pytest.fixture
def claim(demonstration) -> str:
    """A claim of its own: other journeys tie passages to those of the demonstration."""
    archive = Archive(Settings(home=demonstration.home, demonstration=True))
    with archive.writing() as session:
        question = session.scalars(select(Question.identifier).order_by(Question.id)).first()
        made = claiming.make_claim(question, f"Asserted for journey {new_identifier()}.", OPERATOR)
        address = f"/claims/{made.identifier}"
    archive.close()
    return address


def test_a_passage_is_tied_and_untied_by_keyboard(page, testimony, claim):
    visitor = page()
    sign_in(visitor)
    visitor.goto(f"{testimony}?line=12#line-12")
    tab_to(visitor, "#cite a[href*='/workbench/']")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/workbench/**")
    tab_to(visitor, "#claim")
    value = claim.rpartition("/")[2]
    # A choice of a list is made by typing how it begins.
    begins = visitor.locator(f"#claim option[value='{value}']").inner_text()
    visitor.keyboard.type(begins[:40], delay=5)
    assert visitor.locator("#claim").input_value() == value
    tab_to(visitor, "input[name=stance]")
    visitor.keyboard.press("ArrowDown")
    visitor.keyboard.press("ArrowDown")
    tab_to(visitor, "input[name=basis]")
    visitor.keyboard.press("Space")
    tab_to(visitor, "#note")
    visitor.keyboard.type(NOTE)
    tab_to(visitor, "form.stack button")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/testimonies/**")
    assert "Both pages show it" in visitor.get_by_role("status").inner_text()
    assert NOTE in visitor.locator("#line-12").inner_text()
    assert "Qualifies" in visitor.locator("#line-12").inner_text()
    visitor.locator("#line-12 .marks a").first.click()
    assert visitor.url.endswith(claim)
    assert NOTE in visitor.locator("main").inner_text()
    undo(visitor, testimony, claim)


def test_a_passage_is_tied_and_untied_without_script(page, testimony, claim):
    visitor = page(width=320, javascript=False)
    sign_in(visitor)
    visitor.goto(f"{testimony}?line=12#line-12")
    visitor.get_by_role("link", name="Tie a passage to a claim").click()
    visitor.get_by_label("Last line").fill("13")
    visitor.get_by_role("button", name="Show these lines").click()
    assert visitor.locator("blockquote p").count() == 2
    visitor.get_by_label("Claim", exact=True).select_option(claim.rpartition("/")[2])
    visitor.get_by_label("Contradicts").check()
    visitor.get_by_label("saw it").check()
    visitor.get_by_label("Note").fill(NOTE)
    visitor.get_by_role("button", name="Tie the passage to the claim").click()
    assert NOTE in visitor.locator("#line-12").inner_text()
    visitor.goto(claim)
    assert NOTE in visitor.locator("main").inner_text()
    assert "Contradicts" in visitor.locator("main").inner_text()
    undo(visitor, testimony, claim)


def test_a_wrong_password_is_told_and_the_address_leads_on_after_the_right_one(page, testimony, watch):
    watch.excuse("the server responded with a status of 422")
    visitor = page()
    visitor.goto(f"/workbench{testimony}/link?first=3&last=4")
    assert "/sign-in" in visitor.url
    visitor.get_by_label("E-mail address").fill(ARCHIVIST)
    visitor.get_by_label("Password").fill("not the password")
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    assert "not right" in visitor.get_by_role("alert").inner_text()
    visitor.get_by_label("E-mail address").fill(ARCHIVIST)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.locator("main").get_by_role("button", name="Sign in").click()
    visitor.wait_for_url("**/workbench/**")
    assert visitor.get_by_label("First line").count() == 1, "the lines asked for are forgotten"
    assert visitor.get_by_label("First line").input_value() == "3"
    visitor.get_by_text("Ada Keeper").click()
    visitor.get_by_role("button", name="Sign out").click()
    assert visitor.get_by_role("link", name="Sign in").count() == 1


def test_lines_picked_with_the_mouse_lead_to_the_workbench(page, key_card, testimony):
    visitor = page(storage_state=key_card)
    visitor.goto(testimony)
    visitor.locator("#line-2 .testimony-text").select_text()
    visitor.get_by_role("toolbar", name="Lines selected").get_by_role("link", name="Tie to a claim").click()
    visitor.wait_for_url("**/workbench/**")
    assert "first=2&last=2" in visitor.url
