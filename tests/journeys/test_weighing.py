"""From a claim to the spoken sentence and its citation; what is drawn is also a table."""


def test_from_a_question_to_a_spoken_sentence_and_its_citation_in_four_actions(page, demonstration):
    visitor = page()
    visitor.goto(demonstration.path("questions", "q-bridge"))
    visitor.get_by_role(
        "link", name="The chain was across the bridge before the water came", exact=False
    ).first.click()
    assert visitor.get_by_role("heading", name="5 passages, 2 independent groups").is_visible()
    visitor.get_by_role("link", name="Read it at 1:45").click()
    said = visitor.locator("#line-11")
    assert said.is_visible()
    visitor.locator(".cite").get_by_role("link", name="Chicago").click()
    assert "Dessa Talvesh" in visitor.locator("body").inner_text()


def test_what_is_drawn_is_also_a_table(page, demonstration):
    visitor = page(width=320, javascript=False)
    for kind, ref in (
        ("questions", "q-dead"),
        ("questions", "q-killed-khojaly"),
        ("events", "kelvarin-night-1961"),
    ):
        visitor.goto(demonstration.path(kind, ref))
        drawn = visitor.locator("figure.axis").count()
        assert drawn
        assert visitor.locator("main table").count() > 0
        assert visitor.locator("figure.axis svg[role=img]").count() == drawn
