"""Every action that the trail can hold has a sentence, and every sentence can be said."""

import ast
import re
from pathlib import Path

import pytest

from app.web.workbench import trail_words

APP = Path(__file__).resolve().parents[2] / "app"
ACTION = re.compile(r"^[a-z_]+[.][a-z_]+$")
NOT_ACTIONS = re.compile(r"[.](jsonl?|sqlite|db|csv|txt|ttl|rdf|html)$")
WRITERS = {"note", "touched", "_note"}


def spoken() -> set[str]:
    """The actions named in calls that write into the trail; * stands for a value."""
    found = set()
    for path in (APP / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in WRITERS:
                    found |= {said for one in node.args[:3] for said in words(one)}
    return {one for one in found if not NOT_ACTIONS.search(one)}


def words(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "*" for one in node.values)
        said = "".join(str(part) for part in parts)
        return {said} if ACTION.match(said.replace("*", "x")) else set()
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.match(node.value):
        return {node.value}
    return set()


def test_every_action_has_a_sentence():
    found = spoken()
    assert len(found) > 40
    without = [
        action
        for action in sorted(found)
        if not any(
            re.fullmatch(action.replace(".", "[.]").replace("*", "[a-z_]+"), known)
            for known in trail_words.SENTENCES
        )
    ]
    assert not without, f"app/web/workbench/trail_words.py has no sentence for {without}"


def test_an_action_without_a_sentence_is_noticed(monkeypatch):
    monkeypatch.delitem(trail_words.SENTENCES, "evidence.link")
    with pytest.raises(AssertionError, match=r"evidence[.]link"):
        test_every_action_has_a_sentence()


@pytest.mark.parametrize("action", sorted(trail_words.SENTENCES))
def test_every_sentence_can_be_said_of_an_empty_entry(speaking, action):
    with speaking():
        assert "%(" not in trail_words.sentence(action, {})
        assert action.partition(".")[0] in trail_words.NOUNS
