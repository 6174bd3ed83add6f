"""A request to stand in: the pure modules of the web speak the reader's language and make addresses."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def speaking(app: Flask):
    """Makes a request in a language."""

    def speak(locale: str = "en"):
        return app.test_request_context("/", headers={"Accept-Language": locale})

    return speak


@pytest.fixture
def request_(speaking) -> Iterator[None]:
    with speaking():
        yield
