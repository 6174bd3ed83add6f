"""The whole of an archivist's day with one account: from taking it to what the public reads.

Once by mouse and once by keys alone: take it, question the teller, accept, correct three lines, tag, tie two
passages to two claims with opposite stances, withhold one, publish; then look at it as a stranger.
"""

import pytest

from tests.journeys.test_reviewing import archive, come_back, told  # noqa: F401

TEXT = (
    "We heard the bells at midnite.\n\n"
    "The road was full of peple by one.\n\n"
    "My cousin Orrin stood at the sluice and saw the chain.\n\n"
    "The gate was opend before the siren.\n\n"
    "Nobody slept that night."
)


@pytest.fixture
def claims(demonstration) -> tuple[str, str]:
    """Two claims of the demonstration, by their identifiers."""
    paths = [path for (kind, _), path in demonstration.paths.items() if kind == "claims"]
    return tuple(path.rpartition("/")[2] for path in paths[:2])  # type: ignore[return-value]


@pytest.fixture
def texts(archive, claims) -> tuple[str, str]:  # noqa: F811
    """What the two claims say."""
    from sqlalchemy import select

    from app.models import Claim

    with archive.reading() as session:
        found = {c.identifier: c.text for c in session.scalars(select(Claim))}
    return found[claims[0]], found[claims[1]]


def seen_by_a_stranger(page, address: str, texts: tuple[str, str], name: str) -> None:
    """What was decided is what the public reads, without script as well."""
    stranger = page(javascript=False)
    stranger.goto(address)
    read = stranger.locator("main").inner_text()
    assert "We heard the bells at midnight." in read
    assert "The road was full of people by one." in read
    assert "The gate was opened before the siren." in read
    assert "Orrin stood" not in read
    assert "it concerns another person" in read
    assert f"tag of {name}" in read
    lines = [stranger.locator(f".line[data-line='{number}']").inner_text() for number in (0, 3)]
    assert "Supports" in lines[0]
    assert texts[0][:40] in lines[0]
    assert "Contradicts" in lines[1]
    assert texts[1][:40] in lines[1]


def test_one_account_by_mouse(page, key_card, archive, texts):  # noqa: F811
    identifier, words = told(archive, f"{TEXT}\n\nBy mouse.")
    visitor = page(storage_state=key_card)
    visitor.goto("/workbench/")
    visitor.get_by_role("link", name="An account").last.click()
    visitor.goto(f"/workbench/accounts/{identifier}")
    visitor.get_by_role("button", name="Take this account").click()
    visitor.locator("summary", has_text="Ask or tell the teller").click()
    visitor.get_by_label("What you want to know or say").fill("Which bells were they?")
    visitor.get_by_role("button", name="Ask", exact=True).click()
    teller = page()
    come_back(teller, words)
    assert "Which bells were they?" in teller.locator("main").inner_text()
    visitor.locator("summary", has_text="Accept").click()
    visitor.get_by_label("Title").fill("The bells, by mouse")
    visitor.get_by_label("Collection").fill("Given in the journey")
    visitor.get_by_role("button", name="Accept into the archive").click()
    visitor.get_by_role("link", name="To its desk").click()
    desk = visitor.url.partition("?")[0].partition("#")[0]

    visitor.get_by_role("link", name="Correct the transcript").click()
    for number, (wrong, right) in enumerate(
        (("midnite", "midnight"), ("peple", "people"), ("opend", "opened"))
    ):
        field = visitor.locator("[data-row] [data-field=text]").nth((0, 1, 3)[number])
        field.fill(field.input_value().replace(wrong, right))
    visitor.get_by_role("button", name="Save").first.click()
    assert "revision 2" in visitor.get_by_role("status").first.inner_text()

    visitor.goto(desk)
    line = visitor.locator("#line-0 .testimony-text")
    line.select_text()
    visitor.locator("#tags-term").fill("tag of mouse")
    visitor.get_by_role("button", name="Create this term").click()
    visitor.locator(".bench-line .tag", has_text="tag of mouse").first.wait_for()

    for number, text, stance in ((0, texts[0], "Supports"), (3, texts[1], "Contradicts")):
        visitor.locator(f"#line-{number} .testimony-text").select_text()
        visitor.locator("#links-claim").fill(text[:30])
        visitor.locator(".choose [role=option]").first.click()
        panel = visitor.locator("#links form[data-linking]")
        panel.get_by_label(stance).check()
        panel.get_by_label("saw it").check()
        panel.get_by_role("button", name="Tie the passage to the claim").click()
        assert stance in visitor.locator(f"#line-{number}").inner_text()

    visitor.locator("#line-2 .testimony-text").select_text()
    visitor.locator("#withheld > summary").click()
    withheld = visitor.locator("#withheld form").first
    withheld.get_by_label("it concerns another person").check()
    withheld.get_by_role("button", name="Withhold these lines").click()
    assert "Withheld:" in visitor.locator("#line-2").inner_text()

    visitor.get_by_role("button", name="Let readers read it").click()
    seen_by_a_stranger(page, desk.replace("/workbench", ""), texts, "mouse")


def test_one_account_by_keys_alone(page, key_card, archive, texts, record_property):  # noqa: F811
    identifier, _ = told(archive, f"{TEXT}\n\nBy keys.")
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench/accounts/{identifier}")
    keys = visitor.keyboard

    def press(*named: str) -> None:
        visitor.wait_for_load_state("load")  # a person sees the page before they press a key
        for key in named:
            keys.press(key)

    press("t")
    visitor.get_by_text("You have this account now.").wait_for()
    press("q")
    keys.type("Which bells were they?")
    press("Tab", "Enter")
    visitor.get_by_text("The teller will read this").wait_for()
    press("a")
    press("Control+a")
    keys.type("The bells, by keys")
    press("Tab")
    keys.type("Given in the journey")
    press("Enter")
    visitor.get_by_text("The account is in the archive.").wait_for()
    press("o")
    visitor.wait_for_url("**/workbench/testimonies/**")
    desk = visitor.url.partition("?")[0].partition("#")[0]

    press("x")
    visitor.wait_for_url("**/transcript**")
    for number, (wrong, right) in (
        (0, ("midnite", "midnight")),
        (1, ("peple", "people")),
        (3, ("opend", "opened")),
    ):
        _go_to_row(visitor, number)
        said = visitor.evaluate("document.activeElement.value")
        press("Control+a")
        keys.insert_text(said.replace(wrong, right))
    press("Control+s")
    visitor.get_by_text("revision 2").first.wait_for()

    visitor.goto(desk)
    visitor.wait_for_function("document.querySelector('[data-chosen]')")
    press("j", "t")
    keys.type("tag of keys")
    press("Tab", "Tab", "Enter")
    visitor.locator(".bench-line .tag", has_text="tag of keys").first.wait_for()

    for number, text, stance in ((0, texts[0], "1"), (3, texts[1], "2")):
        visitor.goto(desk)
        press(*["j"] * (number + 1), "l")
        keys.type(text[:24])
        visitor.locator(".choose [role=option]").first.wait_for()
        press("Enter", stance, "s", "Enter")
        visitor.locator(f"#line-{number} .bench-mark", has_text=text[:30]).first.wait_for()

    visitor.goto(desk)
    press("j", "j", "j", "w", "1", "Enter")
    visitor.locator("#line-2", has_text="Withheld:").wait_for()
    press("e")
    visitor.get_by_text("Readers can read it now").wait_for()
    seen_by_a_stranger(page, desk.replace("/workbench", ""), texts, "keys")


def _go_to_row(visitor, number: int) -> None:
    """By Ctrl and the arrows, from line to line."""
    here = "document.activeElement.closest('[data-row]')"
    if not visitor.evaluate(f"Boolean({here})"):
        for _ in range(60):
            if visitor.evaluate("document.activeElement.dataset.field === 'text'"):
                break
            visitor.keyboard.press("Tab")
    for _ in range(10):
        at = visitor.evaluate(f"[...document.querySelectorAll('[data-row]')].indexOf({here})")
        if at == number:
            return
        visitor.keyboard.press("Control+ArrowDown" if at < number else "Control+ArrowUp")
    raise AssertionError(f"line {number} was not reached")


def test_a_passage_is_tagged_and_tied_in_few_actions(page, key_card, archive, texts, record_property):  # noqa: F811
    """From a line on the desk: how many keys and typed words until it is tagged, and until it is linked."""
    from tests.telling import accept

    identifier, _ = told(archive, f"{TEXT}\n\nIn few actions.")
    testimony = accept(archive, identifier, title="In few actions")
    visitor = page(storage_state=key_card)
    visitor.goto(f"/workbench/testimonies/{testimony}")
    actions = 0

    def do(*named: str, typed: str = "") -> None:
        nonlocal actions
        actions += len(named) + bool(typed)
        visitor.wait_for_load_state("load")
        if typed:
            visitor.keyboard.type(typed)
            visitor.locator(".choose [role=option]").first.wait_for()
        for key in named:
            visitor.keyboard.press(key)

    do("j", "t")
    do("Enter", typed="war")  # three letters of a tag there is
    visitor.locator("#tags .tags-now li").first.wait_for()
    tagged = actions
    visitor.evaluate("document.activeElement.blur()")
    do("l")
    do("Enter", "1", "s", "Enter", typed=texts[0][:12])
    visitor.locator("#line-0 .bench-mark").nth(1).wait_for()
    record_property("actions to tag a passage", tagged)
    record_property("actions to tag and link a passage", actions)
    assert tagged <= 5
    assert actions <= 12
