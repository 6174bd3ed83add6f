"""Sentences from below the doors, in the reader's language.

Verbs and the search engine say what they must in plain English, for they know nothing of readers'
languages. Here stands every such sentence that a page may show; a value in it is carried over as
it is. A sentence that is not here is shown as it came.
What is never shown needs no place: of a page that is not there nothing is said but that.
"""

import re

from flask import Flask
from flask_babel import gettext


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogs; it is translated where it is said."""
    return sentence


SENTENCES = (
    # app/search: what of a query could not be understood
    N_("Only the first %(count)s characters were read."),
    N_("Only the first %(count)s words were looked for."),
    N_("The parentheses were too many and were left out."),
    N_("A quotation mark is not closed; its words were looked for one by one."),
    N_("The signs between the words were not understood; only the words were looked for."),
    N_("There is no word to look for."),
    N_(
        "Many words begin with “%(start)s”; only the first %(count)s of them, by the alphabet, "
        "were looked for."
    ),
    N_("Search is not available at the moment: its index is being built."),
    # app/services: what a verb refuses, and why
    N_("Pages and limits count from 1."),
    N_("Results are sorted by relevance, date or -date."),
    N_("There is no facet %(name)s; there are %(names)s."),
    N_("The address or the password is not right."),
    N_("These lines are tied to this claim already; undo that link to change it."),
    N_("Lines %(first)s to %(last)s are not in the transcript."),
    N_("The archive has taken in your account."),
    N_("Nothing was changed."),
    N_("This account has changed since you opened it."),
    N_("Look at it again; nothing was changed."),
    N_("This account was withdrawn by the person who gave it."),
    N_("This account is not in the archive."),
    N_("There are no words to send."),
    N_("This is too long: at most %(count)s characters can be sent."),
    N_("The testimony must have a title."),
    N_("The account must belong to a collection."),
    N_("The language is written as a tag of two or three letters: en, az, hy."),
    N_("The form is not whole: its version is missing."),
    N_("Look at the account again."),
    N_("This file is too large for a transcript."),
    N_("This file cannot be taken in as a transcript: it can be WebVTT, SubRip or plain text."),
    N_("This file stands with the testimony already."),
    # app/policy: what the one who asks may not do
    N_("You may not take records in."),
    N_("You may not publish testimonies."),
    N_("You may not describe testimonies."),
    N_("You may not link passages to claims."),
    N_("You may not withhold passages."),
    N_("You may not manage users."),
    N_("You may not review accounts."),
    # Flask and its forms
    N_("The CSRF token is missing."),
    N_("The CSRF session token is missing."),
    N_("The CSRF token has expired."),
    N_("The CSRF token is invalid."),
    N_("The CSRF tokens do not match."),
    N_("The browser (or proxy) sent a request that this server could not understand."),
    N_("The method is not allowed for the requested URL."),
    N_("The data value transmitted exceeds the capacity limit."),
    # those that begin with a value, which could be anything, come last
    N_("%(value)s is no stance; it can be %(names)s."),
    N_("%(value)s is no basis; it can be %(names)s."),
    N_("%(name)s must be the number of a line."),
    N_("%(value)s is no reason; it can be %(names)s."),
    N_("%(name)s has this account."),
    N_("%(name)s has accepted this account already."),
    N_("%(name)s has declined this account already."),
)

_VALUE = re.compile(r"%\\\((\w+)\\\)s")  # a placeholder, as re.escape leaves it
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def _pattern(sentence: str) -> re.Pattern[str]:
    """What the sentence looks like with values in it, alone or before another."""
    found = _VALUE.sub(lambda value: f"(?P<{value[1]}>.+?)", re.escape(sentence))
    return re.compile(found + r"(?:\s+|$)", re.DOTALL)


_KNOWN = tuple((_pattern(sentence), sentence) for sentence in SENTENCES)


def say(message: str) -> str:
    """The message in the reader's language, as far as its sentences are known."""
    said = []
    rest = message.strip()
    while rest:
        for pattern, sentence in _KNOWN:
            if found := pattern.match(rest):
                said.append(str(gettext(sentence, **found.groupdict())))
                rest = rest[found.end() :]
                break
        else:
            unknown, *more = _SENTENCE_END.split(rest, maxsplit=1)
            said.append(unknown)
            rest = more[0] if more else ""
    return " ".join(said)


def init_app(app: Flask) -> None:
    """Let templates say what came from below: ``{{ message|say }}``."""
    app.jinja_env.filters["say"] = say
