"""Other ways to see what a search finds: in context, over time and by place, kept, and what is like it."""

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import delete, select

from app import clock
from app.cli.base import OPERATOR
from app.models import Collection, Event, SavedSearch, Testimony, User
from app.records import FuzzyDate, Named, Uses, Withholding
from app.services import concording, publishing, redacting, saving, spreading
from tests.conftest import post, testimony

ATOM = "{http://www.w3.org/2005/Atom}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def rows(page: str) -> list[tuple[str, str, str]]:
    """Before, word and after of each line of a concordance."""
    found = re.findall(
        r'kwic-before">(.*?)</span>\s*<mark class="kwic-word">(.*?)</mark>\s*<span class="kwic-after">(.*?)</span>',
        page,
    )
    return [(before.strip(), word, after.strip()) for before, word, after in found]


def test_every_page_renders(client, keep, work):
    identifier = keep(testimony("a", "The baker carried the lantern across the bridge."))
    work()
    for address in (
        "/search?q=lantern",
        "/search/concordance?q=lantern",
        "/search/concordance",
        "/search/concordance.csv?q=lantern",
        "/search/concordance.json?q=lantern",
        "/search/words?q=lantern&q=bridge",
        "/search/words",
        "/search/keep?q=lantern",
        "/search/keep",
        "/search.atom?q=lantern",
        f"/testimonies/{identifier}/similar?line=0",
        f"/testimonies/{identifier}",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text)
