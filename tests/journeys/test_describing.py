"""An archivist describes by mouse and by keyboard; two at once; many at once, with and without script."""

import pytest

from tests.journeys.conftest import tab_to
from tests.journeys.test_pages import faults, violations


@pytest.fixture
def desk(demonstration) -> str:
    return "/workbench" + demonstration.path("testimonies", "demo-02")


def open_description(visitor, desk) -> None:
    visitor.goto(desk)
    visitor.locator("#about > summary").click()


def test_a_testimony_is_described_by_mouse(page, key_card, desk):
    visitor = page(storage_state=key_card)
    open_description(visitor, desk)
    about = visitor.locator("#about")
    about.get_by_label("When what it tells of happened").fill("spring 1962")
    about.get_by_role("button", name="Save the description").click()
    assert "saved" in visitor.get_by_role("status").first.inner_text()
    open_description(visitor, desk)
    assert "1962-21" in about.inner_text()


def test_a_testimony_is_described_by_keyboard(page, key_card, desk):
    visitor = page(storage_state=key_card)
    visitor.goto(desk)
    visitor.keyboard.press("d")
    assert visitor.evaluate("document.activeElement.name") == "title"
    tab_to(visitor, "#about-period")
    visitor.keyboard.press("Control+a")
    visitor.keyboard.type("as the reeds were cut")
    visitor.keyboard.press("Enter")
    visitor.get_by_text("The description is saved.").wait_for()
    open_description(visitor, desk)
    assert "not understood: kept as words" in visitor.locator("#about").inner_text()


def test_the_second_of_two_chooses_and_nothing_is_lost(page, key_card, desk, watch):
    watch.excuse("the server responded with a status of 409")
    one, other = page(storage_state=key_card), page(storage_state=key_card, javascript=False)
    open_description(one, desk)
    open_description(other, desk)
    one.get_by_label("Summary", exact=True).fill("What the first wrote.")
    one.get_by_label("Repository").evaluate("field => { field.value = 'The first house' }")
    one.get_by_role("button", name="Save the description").click()
    other.get_by_label("Summary", exact=True).fill("What the second wrote.")
    other.get_by_role("button", name="Save the description").click()
    told = other.locator("main").inner_text()
    assert "What the first wrote." in told
    assert "What the second wrote." in told
    assert not violations(one)
    other.get_by_label("What the second wrote.").check()
    other.get_by_role("button", name="Save what is chosen").click()
    open_description(one, desk)
    assert one.get_by_label("Summary", exact=True).input_value() == "What the second wrote."
    assert one.locator("#about-repository").input_value() == "The first house"


def tag_all(visitor, word: str) -> None:
    visitor.goto("/workbench/testimonies")
    visitor.get_by_label("All that were found").check()
    visitor.locator("#bulk-term").fill(word)
    visitor.get_by_role("button", name="Give this tag").click()
    assert "Nothing is changed yet." in visitor.locator("main").inner_text()
    visitor.get_by_role("button", name="Do it").click()


@pytest.fixture
def tag(demonstration) -> str:
    from sqlalchemy import select

    from app.archive import Archive
    from app.models import Term
    from config import Settings

    archive = Archive(Settings(home=demonstration.home))
    with archive.reading() as session:
        label = session.scalars(select(Term.label).order_by(Term.id)).first()
    archive.close()
    return label


def test_many_are_tagged_watched_and_undone(page, key_card, tag):
    visitor = page(storage_state=key_card)
    tag_all(visitor, tag)
    visitor.get_by_role("button", name="Undo it").wait_for(timeout=60_000)
    visitor.get_by_role("button", name="Undo it").click()
    visitor.get_by_text("It is undone.").wait_for(timeout=60_000)


def test_many_are_tagged_and_undone_without_script(page, key_card, tag):
    visitor = page(width=320, storage_state=key_card, javascript=False)
    tag_all(visitor, tag)
    for _ in range(120):
        if visitor.get_by_role("button", name="Undo it").count():
            break
        visitor.get_by_role("link", name="Look again").click()
        visitor.wait_for_timeout(500)
    visitor.get_by_role("button", name="Undo it").click()
    assert visitor.locator("main").get_by_role("progressbar").count() == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_can_be_used_by_everybody(page, key_card, desk, width):
    visitor = page(width=width, storage_state=key_card)
    for address in (
        "/workbench/testimonies",
        "/workbench/people",
        "/workbench/people/doubles",
        "/workbench/places",
        "/workbench/events",
        "/workbench/collections",
        "/workbench/bulk",
        desk,
    ):
        visitor.goto(address)
        if address == desk:
            visitor.locator("#about > summary").click()
        assert not faults(visitor), address
        assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
