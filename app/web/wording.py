"""The reader's language at hand for a whole page: a page has a hundred sentences in it, in one language."""

from typing import Any

from flask import Flask
from flask_babel import get_translations
from markupsafe import Markup


def sentences() -> dict[str, Any]:
    """``_``, ``gettext`` and ``ngettext`` in the language of this request, for templates.

    They are what Flask-Babel gives templates, which looks up reader and language for each sentence anew.
    """
    held = get_translations()

    def gettext(sentence: str, **values: Any) -> Markup:
        said = Markup(held.ugettext(sentence))  # noqa: S704 - ours, or our translators'
        return said % values if values or "%" in said else said

    def ngettext(one: str, many: str, num: int, **values: Any) -> Markup:
        return Markup(held.ungettext(one, many, num)) % {"num": num, **values}  # noqa: S704 - as above

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def init_app(app: Flask) -> None:
    """Let every template speak so."""
    app.context_processor(sentences)
