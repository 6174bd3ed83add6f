"""An archivist corrects a transcript by keys alone, without script, and together with another."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.archive import Archive
from app.cli.base import OPERATOR
from app.records import Line, Record, Script
from app.services import accessioning, exchanging, linking
from config import Settings
from tests.correcting import fresh, lines_of, save
from tests.journeys.test_pages import overflow, violations

TEXTS = (
    "We left at dawn and",
    "crossed the bridge. Nobody spoke.",
    "The hole town was asleep.",
    "I still hear it.",
)


@pytest.fixture
def archive(demonstration) -> Iterator[Archive]:
    """The archive behind the pages."""
    archive = Archive(Settings(home=demonstration.home, demonstration=True))
    yield archive
    archive.close()


@pytest.fixture
def account(archive) -> str:
    """A testimony of four lines like no other of this test run."""
    lines = tuple(Line(n, text, "Ana Vell", n * 4000, n * 4000 + 4000) for n, text in enumerate(TEXTS))
    record = Record(fresh(1), fresh(2), language="en", scripts=(Script("en", lines),), invented=True)
    with archive.writing():
        collection = exchanging.find_collection("Tests of transcribing", record)
        return accessioning.accession(record, collection, OPERATOR, publish=True).identifier


def said(archive, identifier: str) -> list[tuple[str, int | None, int | None]]:
    with archive.reading():
        return [(line.text, line.start_ms, line.end_ms) for line in lines_of(identifier)]


def fits(visitor) -> None:
    """The page fits and can be used, wide and narrow, in both schemes of colour."""
    for width in (1280, 320):
        visitor.set_viewport_size({"width": width, "height": 800})
        assert not overflow(visitor)
        assert not violations(visitor)
        visitor.emulate_media(color_scheme="dark")
        assert not violations(visitor, ("color-contrast", "link-in-text-block"))
        visitor.emulate_media(color_scheme="light")
    visitor.set_viewport_size({"width": 1280, "height": 800})


def test_three_lines_are_corrected_by_keys_alone(page, key_card, archive, account):
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench/testimonies/{account}")
    visitor.keyboard.press("r")
    visitor.keyboard.press("x")
    visitor.wait_for_url("**/transcript?*")
    visitor.locator("textarea").first.focus()
    keys = visitor.keyboard
    # Join the second line with the first, then split after the first sentence.
    keys.press("Control+ArrowDown")
    keys.press("Home")
    keys.press("Control+Backspace")
    assert visitor.locator("[data-row]").count() == 3
    for _ in range(len(" crossed the bridge.")):
        keys.press("ArrowRight")
    keys.press("Control+Enter")
    assert visitor.locator("[data-row]").count() == 4
    # A word of the next line, and its beginning a tenth of a second later.
    keys.press("Control+ArrowDown")
    keys.press("Control+Home")
    for _ in range(4):
        keys.press("ArrowRight")
    keys.press("w")
    keys.press("Alt+ArrowRight")
    keys.press("Control+ArrowDown")
    keys.press("Alt+u")
    keys.press("Control+s")
    visitor.get_by_text("Saved as revision 2.").wait_for()
    assert [text for text, _, _ in said(archive, account)] == [
        "We left at dawn and crossed the bridge.",
        "Nobody spoke.",
        "The whole town was asleep.",
        "I still hear it.",
    ]
    (_, start, cut), (_, second, end), (_, nudged, _), _ = said(archive, account)
    assert (start, end, nudged) == (0, 8000, 8100)
    assert cut == second
    assert 5000 < cut < 7000
    with archive.reading():
        assert [line.is_unclear for line in lines_of(account)] == [False, False, False, True]
        assert linking.find(account).transcripts[-1].lineage == [[0, 1], [0, 1], [2], [3]]


def test_the_same_is_done_without_script(page, key_card, archive, account):
    visitor = page(javascript=False, storage_state=key_card)
    visitor.goto(f"/workbench/testimonies/{account}/transcript")
    words = visitor.locator("textarea[name=text]")
    words.nth(1).fill("crossed the bridge.\n\nNobody spoke.")
    visitor.get_by_label("Join with the line before").first.check()
    words.nth(2).fill("The whole town was asleep.")
    visitor.get_by_role("button", name="Save as a new revision").click()
    assert visitor.get_by_text("Saved as revision 2.").count() == 1
    assert [text for text, _, _ in said(archive, account)] == [
        "We left at dawn and crossed the bridge.",
        "Nobody spoke.",
        "The whole town was asleep.",
        "I still hear it.",
    ]


def test_two_correct_one_line_and_the_second_chooses(page, key_card, archive, account, watch):
    watch.excuse("409 (CONFLICT)")
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench/testimonies/{account}/transcript")
    with archive.writing():
        read = lines_of(account)
        save(account, 1, [*read[:2], *_with(read[2], "The entire town was asleep."), read[3]])
    visitor.locator("textarea[name=text]").nth(2).fill("The whole town was asleep.")
    visitor.keyboard.press("Control+s")
    visitor.get_by_role("heading", name="Two versions").wait_for()
    fits(visitor)
    visitor.get_by_label("As you wrote it").check()
    visitor.get_by_role("button", name="Save what is chosen").click()
    visitor.get_by_text("Saved as revision 3.").wait_for()
    assert said(archive, account)[2][0] == "The whole town was asleep."


def _with(line, text):
    return [replace(line, text=text)]


def test_unsaved_words_are_offered_again(page, key_card, account):
    visitor = page(storage_state=key_card)
    address = f"/workbench/testimonies/{account}/transcript"
    visitor.goto(address)
    visitor.locator("textarea[name=text]").nth(2).fill("Typed and not saved.")
    visitor.on("dialog", lambda dialog: dialog.accept())
    visitor.goto(f"/workbench/testimonies/{account}")
    visitor.goto(address)
    assert visitor.locator("textarea[name=text]").nth(2).input_value() == TEXTS[2]
    visitor.get_by_role("button", name="Take them up").click()
    assert visitor.locator("textarea[name=text]").nth(2).input_value() == "Typed and not saved."
    visitor.keyboard.press("Control+s")
    visitor.get_by_text("Saved as revision 2.").wait_for()
    assert not visitor.get_by_role("button", name="Take them up").is_visible()


def test_every_page_of_transcripts_fits(page, key_card, archive, account):
    with archive.writing():
        found = linking.pick(linking.find(account), 1, 2)
        found.title = "The bridge"
        read = lines_of(account)
        save(account, 1, [read[0], *_with(read[1], "crossed the old bridge. Nobody spoke."), read[3]])
    visitor = page(storage_state=key_card)
    for path in (
        "transcript",
        "revisions",
        "revisions/1/2",
        "looks",
        "translation",
        "translation?language=az",
    ):
        visitor.goto(f"/workbench/testimonies/{account}/{path}")
        fits(visitor)
    visitor.goto(f"/workbench/testimonies/{account}/looks")
    visitor.keyboard.press("1")
    visitor.get_by_text("No passage needs a look.").wait_for()
