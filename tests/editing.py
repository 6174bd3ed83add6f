"""An archivist at work in a process of their own: edits through the doors, and loses no word on purpose."""

import random
from multiprocessing.synchronize import Event
from pathlib import Path

import lxml.html

from app import create_app
from app.services import accounts
from config import Settings
from tests.conftest import PASSWORD, post

FIELDS = ("summary", "rights", "content_note")


def edit(home: Path, email: str, targets: list[str], count: int, seed: int, go: Event, results: Path) -> None:
    """``count`` edits of the testimonies, each adding a word of its own to a field or to a line.

    Writes the words that were acknowledged to ``results``, one a line, and ``!`` for each time two
    versions were shown.
    """
    app = create_app(Settings(home=home, base_url="http://localhost"))
    client = app.test_client()
    signed_in = post(client, "/sign-in", "/sign-in", email=email, password=PASSWORD)
    assert signed_in.status_code == 303
    chance = random.Random(seed)
    go.wait(60)
    with results.open("w") as told:
        for number in range(count):
            word = f"w{seed}x{number}"
            editor = _line if chance.random() < 0.4 else _field
            shown = editor(client, chance.choice(targets), word, chance)
            told.write("!\n" * shown + word + "\n")
    app.extensions["archive"].close()


def _field(client, target: str, word: str, chance: random.Random) -> int:
    """Add a word to a field of the description. Returns how often two versions were shown."""
    address = f"/workbench/testimonies/{target}"
    name = chance.choice(FIELDS)
    shown = 0
    while True:
        form = form_of(client.get(address).text, lambda f: name in f.fields and f"was_{name}" in f.fields)
        said = _said(form)
        said[name] = f"{said[name]} {word}".strip()
        answer = client.post(form.action, data=said)
        if answer.status_code == 303:
            return shown
        shown += _both_versions(answer, word)


def _line(client, target: str, word: str, chance: random.Random) -> int:
    """Add a word to a line of the transcript. Returns how often two versions were shown."""
    address = f"/workbench/testimonies/{target}/transcript"
    shown = 0
    while True:
        form = form_of(client.get(address).text, lambda f: any(field.name == "text" for field in f.inputs))
        rows = [(field.name, field.value or "") for field in form.inputs if is_sent(field)]
        texts = [place for place, (name, _) in enumerate(rows) if name == "text"]
        chosen = chance.choice(texts)
        rows[chosen] = ("text", f"{rows[chosen][1]} {word}")
        said: dict[str, list[str]] = {}
        for name, value in rows:
            said.setdefault(name, []).append(value)
        answer = client.post(form.action, data=said)
        if answer.status_code == 303:
            return shown
        shown += _both_versions(answer, word)


def is_sent(field) -> bool:
    return bool(field.name) and (field.get("type") not in ("checkbox", "radio", "submit") or field.checked)


def _both_versions(answer, word: str) -> int:
    """A refusal must show what was typed, and beside it what stands there now."""
    assert answer.status_code == 409, answer.text[:2000]
    page = lxml.html.fromstring(answer.text).text_content()
    assert "As you wrote it" in page, page
    assert "As it stands now" in page, page
    assert word in page, page
    return 1


def form_of(page: str, wanted):
    return next(form for form in lxml.html.fromstring(page).forms if wanted(form))


def _said(form) -> dict[str, str]:
    return {name: value or "" for name, value in form.form_values()}


def archivist(archive, number: int) -> str:
    """An archivist who may sign in; returns their address."""
    from app.cli.base import OPERATOR

    email = f"editor{number}@example.org"
    with archive.writing():
        accounts.add(email, "archivist", PASSWORD, OPERATOR)
    return email
