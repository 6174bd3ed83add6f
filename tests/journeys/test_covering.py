"""An archivist covers a part of a photograph: with the pointer, with keys, and in numbers without script."""

import pytest

from tests.journeys.test_pages import overflow, violations

SIDES = ("x", "y", "width", "height")


@pytest.fixture
def canvas(demonstration, page, key_card) -> str:
    """The page of a photograph of the demonstration, once there is a copy to draw on."""
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench{demonstration.path('testimonies', 'demo-02')}#withheld")
    address = visitor.locator("#withheld a", has_text="Cover parts of the picture").get_attribute("href")
    for _ in range(60):
        visitor.goto(address)
        if visitor.locator("[data-hand]").count():
            return address
        visitor.wait_for_timeout(1000)
    pytest.fail("no copy was made on which one could draw")


def numbers(visitor) -> list[float]:
    return [float(visitor.locator(f"#new-{side}").input_value() or 0) for side in SIDES]


def covered(visitor) -> int:
    return visitor.locator(".canvas .covered").count()


def take_away(visitor) -> None:
    visitor.get_by_text("Move it or take it away").first.click()
    visitor.get_by_label("Why it may be seen again").first.fill("It was a trial.")
    visitor.get_by_role("button", name="Take it away").first.click()
    assert "taken away" in visitor.locator("[role=status]").first.inner_text()


def test_a_part_is_drawn_with_the_pointer_moved_with_keys_and_taken_away(page, key_card, canvas):
    visitor = page(storage_state=key_card)
    visitor.goto(canvas)
    hand = visitor.locator("[data-hand]").bounding_box()
    visitor.mouse.move(hand["x"] + hand["width"] * 0.2, hand["y"] + hand["height"] * 0.3)
    visitor.mouse.down()
    visitor.mouse.move(hand["x"] + hand["width"] * 0.5, hand["y"] + hand["height"] * 0.6, steps=3)
    visitor.mouse.up()
    assert numbers(visitor) == pytest.approx([20, 30, 30, 30], abs=1)
    drawn = numbers(visitor)
    visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("Shift+ArrowDown")
    assert numbers(visitor) == pytest.approx([drawn[0] + 1, drawn[1], drawn[2], drawn[3] + 1], abs=0.02)
    visitor.locator("#new-reason").select_option("third_party")
    visitor.get_by_role("button", name="Cover this part").click()
    assert "This part is covered" in visitor.locator("[role=status]").first.inner_text()
    assert covered(visitor) == 1
    assert not violations(visitor)
    take_away(visitor)
    assert covered(visitor) == 0


def test_numbers_do_it_without_script_on_a_narrow_page(page, key_card, canvas):
    visitor = page(storage_state=key_card, javascript=False, width=320)
    visitor.goto(canvas)
    assert not visitor.locator("[data-hand]").is_visible()
    assert not overflow(visitor)
    for side, value in zip(SIDES, ("10", "10", "25.5", "20"), strict=True):
        visitor.locator(f"#new-{side}").fill(value)
    visitor.locator("#new-reason").select_option("danger")
    visitor.get_by_role("button", name="Cover this part").click()
    assert covered(visitor) == 1
    take_away(visitor)
