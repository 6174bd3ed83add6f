"""An archivist withholds lines, veils a name and sees what readers see: by keys, mouse and plain forms."""

import pytest

from tests.journeys.test_going_through import press
from tests.journeys.test_pages import faults


@pytest.fixture
def testimony(demonstration) -> str:
    return demonstration.path("testimonies", "demo-02")


def line(visitor, address: str, number: int) -> str:
    visitor.goto(f"{address}?line={number}")
    return visitor.locator(f"#line-{number}").inner_text()


def release(visitor, testimony: str) -> None:
    visitor.goto(f"/workbench{testimony}#withheld")
    panel = visitor.locator("#withheld")
    panel.get_by_text("Change or release").first.click()
    panel.get_by_label("Why they may be read again").first.fill("It was a trial.")
    panel.get_by_role("button", name="Release these lines").first.click()
    assert "open to readers again" in visitor.locator("[role=status]").first.inner_text()


def test_lines_are_withheld_by_keys_alone_and_released(page, key_card, testimony):
    reader, visitor = page(), page(storage_state=key_card)
    before = line(reader, testimony, 3)
    visitor.goto(f"/workbench{testimony}?first=3&last=3")
    visitor.keyboard.press("w")
    assert visitor.evaluate("document.activeElement.name") == "reason"
    visitor.keyboard.press("2")
    press(visitor, "Enter")
    assert "withheld" in visitor.locator("[role=status]").first.inner_text()
    after = line(reader, testimony, 3)
    assert "it could put somebody in danger" in after
    assert before != after
    visitor.goto(f"/workbench{testimony}")
    press(visitor, "p")
    assert "They can open it now." in visitor.locator(".preview-banner").inner_text()
    assert "it could put somebody in danger" in visitor.locator("#line-3").inner_text()
    release(visitor, testimony)
    assert line(reader, testimony, 3) == before


def test_lines_are_withheld_without_script(page, key_card, testimony):
    reader = page()
    before = line(reader, testimony, 5)
    visitor = page(storage_state=key_card, javascript=False, width=320)
    visitor.goto(f"/workbench{testimony}?first=5&last=5")
    panel = visitor.locator("#withheld")
    panel.locator("summary").first.click()
    panel.get_by_label("the law requires it").first.check()
    panel.get_by_role("button", name="Withhold these lines").click()
    assert "the law requires it" in line(reader, testimony, 5)
    visitor.goto(f"/workbench{testimony}")
    panel.locator("summary").first.click()
    panel.get_by_text("Change or release").first.click()
    panel.get_by_label("Why they may be read again").first.fill("It was a trial.")
    panel.get_by_role("button", name="Release these lines").first.click()
    assert line(reader, testimony, 5) == before


def test_a_name_is_veiled_by_mouse_after_a_look_and_comes_back(page, key_card, testimony):
    reader, visitor = page(), page(storage_state=key_card)
    reader.goto(testimony)
    name = reader.locator(".narrators a").first.inner_text()
    visitor.goto(f"/workbench{testimony}#withheld")
    panel = visitor.locator("#withheld")
    panel.get_by_label("Whose name is to be veiled everywhere").fill(name)
    panel.locator(".choose [role=option]").first.click()
    panel.get_by_role("button", name="See what a veil would do").click()
    visitor.wait_for_url("**/veil?**")
    assert visitor.locator(".found").count() >= 1
    visitor.get_by_role("button", name="Veil the name").click()
    assert "veiled" in visitor.locator("[role=status]").first.inner_text()
    reader.goto(testimony)
    assert name not in reader.locator("main").inner_text()
    visitor.get_by_role("button", name="Take the veil away").click()
    reader.goto(testimony)
    assert name in reader.locator("main").inner_text()


def test_a_passage_is_tied_to_a_claim_with_eight_keys(page, key_card, testimony):
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench{testimony}?first=4&last=4")
    visitor.keyboard.press("l")
    assert visitor.evaluate("document.activeElement.name") == "claim"
    visitor.keyboard.type("sev")
    visitor.keyboard.press("Enter")
    visitor.locator("#links [name=stance]:focus").wait_for()
    visitor.keyboard.press("1")
    visitor.keyboard.press("s")
    press(visitor, "Enter")
    assert "tied to the claim" in visitor.locator("[role=status]").first.inner_text()
    link = visitor.locator("#links .link", has_text="Line 4").first
    assert "Supports" in link.inner_text()
    link.get_by_text("Change").first.click()
    link.get_by_label("Qualifies").check()
    link.get_by_role("button", name="Save the change").click()
    link = visitor.locator("#links .link", has_text="Line 4").first
    assert "Qualifies" in link.locator(".link-says").inner_text()
    link.get_by_text("Change").first.click()
    link.get_by_role("button", name="Undo this link").click()
    assert visitor.locator("#links .link", has_text="Line 4").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_open_to_everybody(page, key_card, testimony, width):
    visitor = page(storage_state=key_card, width=width)
    visitor.goto(testimony)
    person = visitor.locator(".narrators a").first.get_attribute("href")
    for address in (f"/workbench{person}/veil?look=1", f"/workbench{testimony}/as/public"):
        visitor.goto(address)
        assert faults(visitor) == []
        assert visitor.evaluate("document.documentElement.scrollWidth") <= width
    visitor.goto(f"/workbench{testimony}?first=2&last=3")
    for name in ("links", "withheld"):
        visitor.evaluate(f"document.getElementById('{name}').open = true")
        for more in visitor.locator(f"#{name} details").all():
            more.evaluate("one => { one.open = true; }")
        assert faults(visitor, within=f"#{name}") == []
    assert visitor.evaluate("document.documentElement.scrollWidth") <= width
