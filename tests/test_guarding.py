"""What an archive refuses to serve with."""

from dataclasses import replace

import pytest

from app.archive import Archive
from app.cli.base import OPERATOR
from app.errors import Conflict
from app.services import guarding


def serve_with(settings, key):
    archive = Archive(replace(settings, secret_key=key))
    with archive.writing():
        guarding.know_key(OPERATOR)
    archive.close()


def test_another_secret_key_is_noticed_before_a_receipt_is_lost(settings):
    serve_with(settings, "k" * 40)
    serve_with(settings, "k" * 40)
    with pytest.raises(Conflict, match="accept-key"):
        serve_with(settings, "l" * 40)
    archive = Archive(replace(settings, secret_key="l" * 40))
    with archive.writing():
        guarding.know_key(OPERATOR, accept=True)
    archive.close()
    serve_with(settings, "l" * 40)


def test_a_short_key_is_refused(settings):
    with pytest.raises(Conflict, match="SECRET_KEY"):
        guarding.refuse_to_serve_if_unsafe(replace(settings, secret_key="short"))
