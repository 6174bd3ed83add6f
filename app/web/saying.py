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
    N_("The signs ~ and ^ mean nothing here and were left out."),
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
    N_("No copies could be made of this file: %(why)s."),
    # app/services: what cannot be done with an account, said to its teller
    N_("This part of your account cannot be changed here any more."),
    N_("Write to the archive instead."),
    N_("This account has its six words already."),
    N_("They were shown once and cannot be shown again."),
    N_("This account was sent already."),
    N_("It can be withdrawn."),
    N_("This account was not sent yet; it can be deleted."),
    N_("Something is still missing."),
    N_("Everything you said is kept."),
    N_("The archive does not read this account at present."),
    N_("These six words open no account."),
    N_("Look at each word once more: their order counts, too."),
    N_("Too many people are asking at the moment."),
    N_("Wait a minute and try again."),
    N_("Say until which day it is to be closed; the day must be still to come."),
    N_("There is nothing here that could go on."),
    N_("This account is not in the archive yet: change its words instead."),
    N_("This is %(count)s characters long; at most %(most)s can be kept here."),
    N_("Nothing was cut: shorten it, or give the rest as a file."),
    N_("This is none of the answers to choose from."),
    N_("This is not a day of the calendar."),
    N_("Write it as year-month-day: 2031-05-09."),
    N_("There is no account open here."),
    N_("This testimony was withdrawn by the person who gave it."),
    N_("Nothing of it is kept."),
    # app/derivatives, app/services: why a file cannot be kept
    N_("This file is empty."),
    N_("This is no kind of file that can be kept here."),
    N_("This is a web page, a drawing or another file of code, which could carry a program."),
    N_("This is a program, or carries one."),
    N_("This is a parcel of files. Unpack it and give the files one by one."),
    N_("This file is damaged or incomplete, and cannot be read. Give it again from where it was made."),
    N_("This file is locked with a password. Give it without one."),
    N_("This picture has more than 100 million points. Give it a little smaller."),
    N_("There is neither sound nor picture in this file."),
    N_("There are no words in this file that can be read."),
    N_("This file could not be looked at: it would take too long or too much memory."),
    N_("This file was lost before it could be kept. Give it again."),
    N_(
        "What can be kept: photographs (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF), sound and film "
        "(MP4, MOV, M4A, 3GP, WebM, MKV, Ogg, MP3, WAV, FLAC, AAC, AMR), papers (PDF, DOCX, ODT), "
        "and text (plain text, WebVTT, SRT, OHMS)."
    ),
    # app/storage, app/services, app/web/submit: why a file cannot come in
    N_("There is no room for more at the moment. What has arrived is kept: try again later."),
    N_("This file is too large: at most %(most)s can be given here now."),
    N_("An account can have at most %(count)s files. Take one away to give another."),
    N_("This account has no room for further files. Take one away to give another."),
    N_("Files cannot be added to this account or taken away any more."),
    N_("This file is still being added to. Try again in a moment."),
    N_("The file has come further, or less far, than this."),
    N_("More came than was announced."),
    N_("The bytes that came are not those that were sent."),
    N_("Many files are coming in at the moment. Try again in a moment."),
    N_("Choose a file first."),
    N_("The file did not arrive whole. Send it again."),
    # app/policy: what the one who asks may not do
    N_("You may not take records in."),
    N_("You may not publish testimonies."),
    N_("You may not describe testimonies."),
    N_("You may not link passages to claims."),
    N_("You may not withhold passages."),
    N_("You may not manage users."),
    N_("You may not review accounts."),
    # app/web/submit: what the teller's own doors say
    N_("Please wait a few seconds, then press the button once more."),
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
    N_("%(name)s has this in hand."),
    # SIGNING-IN
    N_("There were too many wrong tries for this account."),
    N_("Wait %(minutes)s minutes and try again."),
    N_("This is not your password."),
    N_("A password has at least %(count)s characters."),
    N_("A password has at most %(count)s characters."),
    N_("This password says the same few characters again and again."),
    N_("This password is little more than your name or address."),
    N_("Choose other words."),
    N_("The two passwords are not the same."),
    N_("Write it twice."),
    N_("This code is not right, or was used already."),
    N_("This code is not right."),
    N_("Look whether the telephone's clock is, and try the next one."),
    N_("This passkey could not be used."),
    N_("Try again, or sign in another way."),
    N_("This passkey could not be added."),
    N_("Try again."),
    N_("This page was open too long."),
    N_("This passkey is known already."),
    N_("An account has at most %(count)s passkeys."),
    N_("Remove one to add another."),
    N_("There is no authenticator app to remove."),
    N_("Recovery codes stand in for a second step; there is none yet."),
    N_("This link was used already, was taken back, or is older than a week."),
    N_("Ask for a new one."),
    N_("You may invite readers, submitters and archivists."),
    N_("You may not invite people."),
    N_("This account is closed."),
    N_("Open it again first."),
    N_("This account is closed already."),
    N_("This account is open already."),
    N_("This is the last administrator."),
    N_("Make somebody else an administrator first."),
    N_("%(value)s is no e-mail address."),
    N_("%(value)s has an account already."),
    # app/services/settling
    N_("Somebody else has changed this since you opened it."),
    N_("Nothing was saved yet: choose for each field."),
    N_("The form is not whole: %(name)s must be a number."),
    # TRANSCRIBING
    N_("You may not correct transcripts."),
    N_("Somebody else has changed these lines since you opened them."),
    N_("Nothing was saved yet: choose for each."),
    N_("There is a newer revision since you opened this page."),
    N_("Look at it first."),
    N_("The original has other lines now than this revision was made for."),
    N_("The original has changed since you opened this page."),
    N_("What you typed stands beside its lines as they are now: look at it and save again."),
    N_("These lines are not in the revision that was read."),
    N_("The lines must stay in their order."),
    N_("A transcript can have at most %(count)s lines."),
    N_("Line %(number)s has no words: write what is said, mark it as unclear, or remove it."),
    N_("Line %(number)s is said to come from lines that were not read."),
    N_("Line %(number)s is too long: a line can have at most %(count)s characters."),
    N_("The speaker of line %(number)s has too long a name."),
    N_("Line %(number)s ends before it begins."),
    N_("The time of line %(number)s is later than any recording."),
    N_("The times of line %(number)s cannot be read: write them as 00:01:02.500."),
    N_("The first line of a page cannot be joined with the line before it."),
    N_("Say by its number after which line the new one stands."),
    N_("The form is not whole: some lines lack a field."),
    N_("Nothing was saved."),
    N_("This translation stands beside the original line by line: its lines cannot be split or joined."),
    N_("There are no words of a translation here yet."),
    N_("This is the language of the original."),
    N_("The file has %(count)s lines and the original %(other)s."),
    N_("Without times it cannot be told which belong together."),
    N_("Somebody else has looked at this passage already, or it has changed since."),
    N_("Say whether the passage is right, stands elsewhere or is to be removed."),
    N_("What is withheld can be made wider here, not narrower."),
    N_("Something is withheld here."),
    N_("Lift it first."),
    # VOCABULARIES
    N_("You may not edit vocabularies."),
    N_("The vocabulary is larger than %(count)s MiB."),
    N_("The vocabulary cannot be read: it is nested too deep."),
    N_("The vocabulary holds a character that no text can hold (NUL, or half of one)."),
    N_("A vocabulary needs whole ones, such as http://example.org/1."),
    N_("A document type (DOCTYPE) is not accepted: it can reach files and exhaust memory."),
    N_("This is no RDF/XML: it does not begin with <rdf:RDF>."),
    N_("The vocabulary names a context elsewhere, which is not fetched."),
    N_("Write the context into the file itself."),
    N_("There is no term (skos:Concept) in this file."),
    N_("The table has no column for labels: call it label@en, or label."),
    N_("The row has neither an id nor a label."),
    N_("A vocabulary comes as Turtle (.ttl), RDF/XML (.rdf), JSON-LD (.jsonld) or CSV (.csv)."),
    N_("This vocabulary is here already; it is called %(name)s."),
    N_("Another vocabulary is called %(name)s already. Give this one another name."),
    N_("A vocabulary must have a name."),
    N_("RDF/XML cannot write the predicate %(name)s. Choose another format."),
    N_("A term must have a preferred label."),
    N_("There can be one preferred label in each language; the others are alternatives."),
    N_("A term is broader, narrower or related."),
    N_("A term cannot be related to itself."),
    N_("This is stated already."),
    N_("This would lead in a circle: the one is above the other already."),
    N_("This term is merged already; undo that first."),
    N_("A term cannot be merged into itself, or into one that was merged into it."),
    N_("This term is not merged."),
    N_("This term is in use and stays. Merge it into another instead."),
    N_("It is tagged with %(name)s already; nothing was changed."),
    N_("A term has a label of 1 to %(count)s characters."),
    N_("Choose lines first, or tag the whole testimony."),
    N_("Type what is meant first."),
    N_("Nothing is called %(name)s."),
    N_("Several could be meant by %(name)s: %(names)s."),
    # DESCRIBING
    N_("It must have a name."),
    N_("Say what part this person played."),
    N_("Say which person."),
    N_("Say which place."),
    N_("This person stands there already, in the same part."),
    N_("This person stands there already."),
    N_("This place stands there already."),
    N_("This event stands there already."),
    N_("The list of people has changed since you opened it."),
    N_("Look at it again."),
    N_("Look at them again."),
    N_("The collection has another testimony of the same number."),
    N_("Another collection has this name."),
    N_("The public name of one says a part of the other's name."),
    N_("Choose another one first."),
    N_("This person is veiled, and the name still stands in this testimony."),
    N_("It would be open to readers: take the veil away first."),
    N_("What is invented for demonstration stays apart from what is not."),
    N_("A place on the map needs both coordinates, or none."),
    N_("Coordinates are written in degrees, such as 39.9111 and 46.7892."),
    N_("A latitude lies between -90 and 90 degrees, a longitude between -180 and 180."),
    N_("Several are called %(name)s. Choose one of them."),
    N_("Nobody and nothing here is called %(name)s. Choose one that is alike, or make it new."),
    N_("Choose at least two that are one."),
    N_("Choose at least two that are not one."),
    N_("Choose at least one testimony."),
    N_("This stands for itself already."),
    N_("The same search finds %(count)s testimonies by now."),
    N_("This is not done yet, or was undone already."),
    N_("Its narrator has withdrawn it."),
    N_("Somebody has changed this since."),
    N_("%(value)s is no access level; it can be %(names)s."),
    N_("%(value)s is no change of many; it can be %(names)s."),
    # LINKING
    N_("A link is read a second time by somebody else than who made it."),
    N_("This link was changed since you opened it."),
    N_("Look at it again; nothing was saved."),
    N_("Say what is questioned, so that others can answer it."),
    N_("There is no event %(name)s; make it first."),
    N_("There is no source %(name)s; make it first."),
    N_("There is no place %(name)s; make it first."),
    N_("Say both what came first and what came after it, or neither."),
    N_("The lowest number is higher than the highest."),
    N_("%(value)s is no number like 42 or 1200."),
    N_("%(value)s is no date like 1988-02-27, 1988-02~ or 1988-02-26/1988-02-28."),
    N_("There are no words yet: write what it says."),
    N_("Readers do not see the question of this claim yet; show the question first."),
    N_("The address of a source begins with https:// or http://."),
    N_("Say first what the passage does to the claim: 1, 2 or 3."),
    N_("There is nothing to undo."),
    N_("The narrator has withheld these lines."),
    N_("Only the narrator can release them."),
    N_("Say why these lines may be read again."),
    N_("These lines are not withheld any more."),
    N_("The day until which it is withheld must be still to come."),
    N_("This file is withheld already."),
    N_("This file is not withheld."),
    N_("Say why the whole testimony is withheld."),
    N_("This testimony is not withheld as a whole."),
    N_("Somebody else has changed this person since you opened the page."),
    N_("Look again."),
    N_("This person is not veiled."),
    N_("Write the name, or choose the person."),
    N_("Write the name that readers are given, or initials."),
    N_("The public name says a part of the name that is to be kept."),
    N_("Choose another."),
    N_("You may not read links a second time."),
    # QUEUE
    N_("You may not read the trail."),
    N_("You may not ask to read what is restricted."),
    N_("You may not let readers read what is restricted."),
    N_("Say why you ask: an archivist decides by it."),
    N_("You have asked for this testimony already."),
    N_("An archivist will decide."),
    N_("You may read this testimony already."),
    N_("Say until which day they may read it: today, or a day to come."),
    N_("Say why it is refused: whoever asked reads it."),
    N_("Nobody is let in by this request."),
    N_("This request is decided already."),
    N_("This request has changed since you opened it."),
    N_("This is not in your hands."),
    N_("Choose whether they may read it."),
    N_("The trail is handed over as CSV or as JSON Lines."),
    N_("Somebody has seen it already."),
    N_("Nobody waits for this."),
    N_("This job is not one that failed."),
    # searches that are kept, and words in context
    N_("Words in context need a word to look for."),
    N_("A search is kept once it asks for something."),
    N_("A search is kept under a name."),
    N_("An account keeps at most %(count)s searches."),
    N_("Delete one first."),
    N_("This name is too long: it can have %(count)s characters."),
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
