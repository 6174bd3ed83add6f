"""An archivist reads what was given, asks, declines and accepts; teller and readers see what came of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.archive import Archive
from app.cli.base import OPERATOR
from app.models import User
from app.services import accounts, reviewing
from config import Settings
from tests.journeys.test_pages import overflow, violations
from tests.telling import send
from tests.test_reviewing import VTT, give, held


@pytest.fixture
def archive(demonstration, dear_receipts) -> Iterator[Archive]:
    """The archive behind the pages."""
    archive = Archive(Settings(home=demonstration.home, demonstration=True))
    yield archive
    archive.close()


@pytest.fixture
def bela(archive):
    """A second archivist, who works from elsewhere."""
    with archive.writing() as session:
        known = session.scalar(select(User).filter_by(email="bela@example.org"))
        return accounts.actor_of(
            known or accounts.add("bela@example.org", "archivist", "long enough words", OPERATOR, name="Bela")
        )


def told(archive, words: str, **more) -> tuple[str, str]:
    """An account like no other of this test run, and its six words."""
    return send(archive, account={"text": [words]}, **more)


def fits(visitor) -> None:
    """The page fits and can be used, in both schemes of colour."""
    assert not overflow(visitor)
    assert not violations(visitor)
    visitor.emulate_media(color_scheme="dark")
    assert not violations(visitor, ("color-contrast", "link-in-text-block"))
    visitor.emulate_media(color_scheme="light")


def come_back(visitor, words: str) -> None:
    """The teller, with their six words."""
    visitor.goto("/submit/return")
    visitor.locator("#words").fill(words)
    visitor.locator("main form button").click()
    visitor.wait_for_url("**/submit/yours")


def opened(visitor, identifier: str, name: str):
    """An account taken, with one of the things that can be done open."""
    visitor.goto(f"/workbench/accounts/{identifier}")
    take = visitor.get_by_role("button", name="Take this account")
    if take.count():
        take.click()
        assert "You have this account" in visitor.get_by_role("status").inner_text()
    part = visitor.locator("details.doing").filter(has=visitor.get_by_role("heading", name=name, exact=True))
    part.locator("summary").click()
    return part


@pytest.mark.parametrize("width", [320, 1280])
def test_a_written_account_is_found_read_and_accepted(page, key_card, archive, width):
    words = f"At {width} steps from the mill we heard the bells.\n\nNobody slept."
    identifier, _ = told(
        archive,
        words,
        contact={"contact": ["the baker, after dark"]},
        people={"people": ["Rauf the Miller"], "places": ["Orrin Mill"]},
    )
    visitor = page(width=width, storage_state=key_card)
    visitor.goto("/")
    visitor.locator(".menu summary", has_text="Ada Keeper").click()
    with visitor.expect_navigation():
        visitor.get_by_role("link", name="Accounts given").click()
    fits(visitor)
    visitor.get_by_role("link", name=f"At {width} steps").click()
    assert "Rauf the Miller" in visitor.locator("main").inner_text()
    fits(visitor)
    part = opened(visitor, identifier, "Accept")
    visitor.get_by_label("Title").fill(f"The bells at {width}")
    visitor.get_by_label("Collection").fill("Given in the journey")
    visitor.get_by_label("Now, as far as its narrator allows").check()
    fits(visitor)
    part.get_by_role("button", name="Accept into the archive").click()
    assert "in the archive" in visitor.get_by_role("status").inner_text()
    fits(visitor)
    visitor.get_by_role("link", name="The testimony").click()
    address = visitor.url
    stranger = page(width=width)
    stranger.goto(address)
    seen = stranger.locator("main").inner_text()
    assert "Nobody slept." in seen
    assert "Mara of the Mill" in seen
    assert "Rauf" not in seen
    assert "Orrin Mill" not in seen
    assert "baker" not in seen


def test_a_transcript_is_accepted_with_its_times(page, key_card, archive):
    identifier, _ = told(archive, "I was at the mill that night, and I made a recording.")
    give(archive, identifier, VTT, "night.vtt")
    visitor = page(storage_state=key_card)
    part = opened(visitor, identifier, "Accept")
    visitor.get_by_label("Collection").fill("Given in the journey")
    visitor.get_by_label("Transcript", exact=True).select_option(label="night.vtt")
    visitor.get_by_label("What was written is taken in before the transcript").uncheck()
    visitor.get_by_label("Now, as far as its narrator allows").check()
    part.get_by_role("button", name="Accept into the archive").click()
    visitor.get_by_role("link", name="The testimony").click()
    stranger = page(javascript=False)
    stranger.goto(visitor.url)
    seen = stranger.locator("main").inner_text()
    assert "0:05" in seen
    assert "At the mill, until the bells rang." in seen
    assert "Real-Name" not in seen
    assert "made a recording" not in seen


def test_the_teller_reads_the_question_and_why_it_was_declined(page, key_card, archive):
    identifier, words = told(archive, "Buy bells, the best bells.")
    visitor, teller = page(storage_state=key_card), page(width=320, javascript=False)
    part = opened(visitor, identifier, "Ask or tell the teller something")
    part.locator("textarea").fill("Which bells do you mean?")
    part.get_by_role("button", name="Ask").click()
    come_back(teller, words)
    assert "Which bells do you mean?" in teller.locator("main").inner_text()
    teller.locator("#answer").fill("The cheap ones.")
    teller.locator("#answer-form button").click()
    visitor.goto("/workbench/accounts")
    row = visitor.locator(".waiting").filter(has_text="Buy bells")
    assert "has said 1 thing since" in row.inner_text()
    part = opened(visitor, identifier, "Decline")
    assert "The cheap ones." in visitor.locator("main").inner_text()
    part.get_by_label("It tells of something that this archive does not collect.").check()
    part.locator("textarea").fill("Ask at the market.")
    with visitor.expect_navigation():
        part.get_by_role("button", name="Decline this account").click()
    fits(visitor)
    come_back(teller, words)
    seen = teller.locator("main").inner_text()
    assert "It tells of something that this archive does not collect." in seen
    assert "Ask at the market." in seen


def test_the_second_archivist_is_told_and_loses_nothing(page, key_card, archive, bela, watch):
    watch.excuse("the server responded with a status of 409")
    identifier, _ = told(archive, "We saw two lamps on the bridge.")
    visitor = page(width=320, storage_state=key_card)
    part = opened(visitor, identifier, "Ask or tell the teller something")
    part.locator("textarea").fill("Which of the two lamps was lit first?")
    with archive.writing():
        reviewing.take(identifier, bela, held(archive, identifier), over=True)
    part.get_by_role("button", name="Ask").click()
    refused = visitor.get_by_role("alert").inner_text()
    assert "Bela has this account. Nothing was changed." in refused
    assert "Which of the two lamps was lit first?" in refused
    assert visitor.get_by_role("button", name="Accept into the archive").count() == 0
    fits(visitor)


def test_a_way_to_reach_the_teller_is_opened_by_a_button(page, key_card, archive):
    identifier, _ = told(
        archive, "They told me to write to the baker.", contact={"contact": ["the baker, after dark"]}
    )
    visitor = page(storage_state=key_card, javascript=False)
    visitor.goto(f"/workbench/accounts/{identifier}")
    assert "after dark" not in visitor.content()
    visitor.get_by_role("button", name="Show it").click()
    assert "the baker, after dark" in visitor.locator("#reach + p").inner_text()
