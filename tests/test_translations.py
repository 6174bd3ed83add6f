"""The archive speaks five languages, wholly: no page falls back to English, no value is lost."""

import functools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext, ngettext

from app.models import Basis, RedactionReason, Stance
from app.policy import Action
from app.records import Withholding
from app.search import finding, parsing, whoosh
from app.web import LOCALES, filters
from app.web.saying import say
from tests.conftest import post, testimony

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [tag for tag in LOCALES if tag != "en"]
PAGES = ("/", "/search", "/search?q=nothing-like-this", "/about", "/sign-in", "/keys", "/testimonies")

# One sentence of each of those pages.
ENGLISH = (
    "What people lived through, in their own words",
    "How to search",
    "Nothing was found",
    "The archive gives no verdict",
    "For archivists, and for readers",
    "Keys and search help",
    "Skip to the content",
    "Search the archive",
    "About this archive",
    "Give an account",
    "Sign in",
    "Language",
)


@functools.cache  # parsing them takes seconds
def catalogs() -> dict[str, dict[tuple[str, ...], tuple[str, ...]]]:
    """Every language's messages, as they are kept."""
    kept = {}
    for tag in OTHERS:
        with (ROOT / "app" / "translations" / tag / "LC_MESSAGES" / "messages.po").open("rb") as file:
            said = [m for m in read_po(file, locale=tag) if m.id]
        kept[tag] = {_each(m.id): _each(m.string) for m in said}
    return kept


def _each(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())  # type: ignore[arg-type]


@pytest.fixture
def speaking(client: FlaskClient) -> Callable[[str, str], str]:
    """The page at an address, in a language."""

    def read(tag: str, address: str) -> str:
        client.set_cookie("language", tag)
        return client.get(address).text

    return read


@pytest.fixture
def held(keep: Callable[..., str]) -> str:
    """One testimony with a withheld line."""
    lines = ("We left at dusk.", "He told me his name.", "The bridge was gone.")
    return keep(testimony("a", *lines, withholdings=(Withholding(1, 1, "third_party"),)))


def test_catalogs_are_complete_and_in_step_with_the_pages():
    answer = subprocess.run(
        [sys.executable, ".ci/translations", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr


def test_every_language_says_the_same_messages_with_the_same_values():
    kept = catalogs()
    assert len({frozenset(messages) for messages in kept.values()}) == 1
    for messages in kept.values():
        for original, forms in messages.items():
            asked = set(re.findall(r"%\((\w+)\)s", original[-1]))
            # Azerbaijani says "one line" without a number where English does.
            assert all(set(re.findall(r"%\((\w+)\)s", form)) <= asked for form in forms), original
            assert set(re.findall(r"%\((\w+)\)s", forms[-1])) == asked, original


@pytest.mark.parametrize("tag", LOCALES)
def test_pages_say_their_language_and_leave_no_english(tag, speaking, held):
    for address in PAGES:
        page = speaking(tag, address)
        assert f'<html lang="{tag}" dir="ltr">' in page
        if tag != "en":
            told = [sentence for sentence in ENGLISH if f">{sentence}" in page or f'"{sentence}' in page]
            assert not told, (address, told)
        else:
            assert "Skip to the content" in page


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_differs_from_english_in_every_sentence(tag):
    same = [said for said, forms in catalogs()[tag].items() if " " in said[0] and forms == said]
    assert [said for said in same if not said[0].startswith("%")] == []


def test_the_browser_is_answered_in_the_language_it_asks_for(client, held):
    page = client.get("/", headers={"Accept-Language": "hy-AM,hy;q=0.9,en;q=0.5"}).text
    assert '<html lang="hy" dir="ltr">' in page
    assert '<html lang="en" dir="ltr">' in client.get("/", headers={"Accept-Language": "fi"}).text


def test_right_to_left_is_known_by_the_script():
    assert [filters.direction(tag) for tag in ("ar", "fa", "he", "azb", "az-Arab")] == ["rtl"] * 5
    assert [filters.direction(tag) for tag in ("az", "hy", "ru", "tr", "en", "")] == ["ltr"] * 6


def counted(app: Flask, tag: str, *numbers: int) -> list[str]:
    with app.test_request_context(), force_locale(tag):
        return [filters.testimonies(number) for number in numbers]


def test_numbers_agree_with_what_they_count(app):
    assert counted(app, "ru", 1, 2, 5, 11, 21, 22, 112) == [
        "1 свидетельство",
        "2 свидетельства",
        "5 свидетельств",
        "11 свидетельств",
        "21 свидетельство",
        "22 свидетельства",
        "112 свидетельств",
    ]
    assert counted(app, "az", 1, 2) == ["1 şahidlik", "2 şahidlik"]
    assert counted(app, "tr", 1, 2) == ["1 tanıklık", "2 tanıklık"]
    assert counted(app, "hy", 1, 2) == ["1 վկայություն", "2 վկայություն"]
    assert counted(app, "en", 1, 2) == ["1 testimony", "2 testimonies"]


def test_one_line_is_said_with_its_number_where_the_form_needs_it(app):
    for tag, one in (("ru", "Не раскрывается 21 строка"), ("az", "21 sətir açıqlanmır")):
        with app.test_request_context(), force_locale(tag):
            assert ngettext("One line is withheld", "%(num)s lines are withheld", 21) == one


@pytest.mark.parametrize("tag", OTHERS)
def test_what_the_engine_and_the_verbs_say_is_said_in_the_readers_language(app, tag):
    sentences = [
        parsing.TOO_LONG,
        parsing.TOO_MANY,
        parsing.TOO_DEEP,
        parsing.NOT_CLOSED,
        parsing.NOT_UNDERSTOOD,
        parsing.NO_WORDS,
        finding.TOO_WIDE.format("bridge", finding.MOST_WORDS),
        whoosh.UNAVAILABLE,
        "The address or the password is not right.",
        "Lines 3 to 9 are not in the transcript.",
        *(f"You may not {action}." for action in (Action.IMPORT, Action.LINK, Action.WITHHOLD)),
    ]
    with app.test_request_context(), force_locale(tag):
        assert [sentence for sentence in sentences if say(sentence) == sentence] == []
        joined = say(f"{sentences[0]} {sentences[6]} {sentences[3]}")
        assert joined == " ".join(say(sentence) for sentence in (sentences[0], sentences[6], sentences[3]))
        assert "bridge" in joined
        assert str(finding.MOST_WORDS) in joined


def test_what_is_not_known_is_said_as_it_came(app):
    with app.test_request_context(), force_locale("ru"):
        assert say("Nobody wrote this. There is no word to look for. Nor this") == (
            "Nobody wrote this. Нет слова, которое можно искать. Nor this"
        )
        assert say("") == ""
        assert say("100% of nothing") == "100% of nothing"
        assert "<b>" in say(
            "Many words begin with “<b>”; only the first 2 of them, by the alphabet, were looked for."
        )
    with app.test_request_context(), force_locale("en"):
        assert say(parsing.TOO_LONG) == parsing.TOO_LONG


def test_the_search_page_and_the_sign_in_page_say_it(client, held):
    client.set_cookie("language", "tr")
    assert "Tırnak kapatılmamış" in client.get("/search?q=%22left").text
    answer = post(client, "/sign-in", "/sign-in", email="nobody@example.org", password="something else")
    assert "Adres ya da parola doğru değil." in answer.text
    assert "<i>" not in client.get("/search?q=%3Ci%3E*").text


@pytest.mark.parametrize("tag", LOCALES)
def test_why_a_line_is_withheld_is_said_in_words(tag, speaking, held, app):
    page = speaking(tag, f"/testimonies/{held}")
    assert "third_party" not in page
    with app.test_request_context(), force_locale(tag):
        assert filters.term("third_party", "withheld") in page


def test_every_term_of_the_archive_has_words():
    assert set(filters.TERMS["withheld"]) == {reason.value for reason in RedactionReason}
    assert set(filters.TERMS["stance"]) == {stance.value for stance in Stance}
    assert set(filters.TERMS["basis"]) == {basis.value for basis in Basis}


@pytest.mark.parametrize("tag", LOCALES)
def test_every_unknown_address_is_answered_with_the_same_bytes(tag, client, keep):
    client.set_cookie("language", tag)
    hidden = keep(testimony("b", "Nobody may read this.", access="closed"))
    addresses = (
        f"/testimonies/{hidden}",
        "/testimonies/0123456789ab",
        "/nothing",
        "/events/x",
        "/people/y?z=1",
    )
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert f'lang="{tag}"' in answers[0].text
    with client.application.test_request_context(), force_locale(tag):
        assert gettext("There is no such page") in answers[0].text


def test_each_language_is_offered_under_its_own_name(client, held):
    page = client.get("/").text
    for name in ("azərbaycan", "հայերեն", "русский", "Türkçe", "English"):
        assert f">{name}</a>" in page
