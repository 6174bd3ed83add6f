"""The answers a teller chooses from, in words: used on the question's page and where all is read again."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# What each step is about, as a short heading.
TITLES: dict[str, LazyString] = {
    "speaker": _l("Whose account it is"),
    "account": _l("What happened"),
    "files": _l("Recordings, pictures, papers"),
    "when": _l("When"),
    "where": _l("Where"),
    "role": _l("How you know it"),
    "people": _l("People and places"),
    "bearing": _l("What it belongs to"),
    "naming": _l("Your name"),
    "contact": _l("How to reach you"),
    "uses": _l("What the archive may do"),
    "readers": _l("Who may read it"),
    "opening": _l("From when"),
    "deciding": _l("Who decides if you cannot"),
    "warnings": _l("What readers are told before"),
}

# What has to be done where a step is missing.
WANTED: dict[str, LazyString] = {
    "speaker": _l("Say whether the other person agreed."),
    "account": _l("Tell what happened, in writing or as a file."),
    "naming": _l("Choose how you wish to be named. No name is an answer, too."),
    "uses": _l("Answer yes or no to each of the five questions about what the archive may do."),
    "readers": _l("Choose who may read it."),
    "opening": _l("Give the day from which it may be read."),
}

CHOICES: dict[str, dict[str, LazyString]] = {
    "whose": {"own": _l("It is my own"), "another": _l("It is another person’s")},
    "agreed": {
        "written": _l("Yes, in writing"),
        "spoken": _l("Yes, in spoken words"),
        "cannot": _l("The person cannot be asked"),
    },
    "role": {
        "saw": _l("I was there: I saw or heard it myself"),
        "heard": _l("Somebody told me"),
        "after": _l("I lived through what came after"),
        "other": _l("In another way"),
    },
    "naming": {
        "full": _l("With my full name"),
        "other": _l("With another name, which I choose"),
        "none": _l("With no name"),
    },
    "access": {
        "public": _l("Everybody"),
        "reading_room": _l("Readers whom the archive has admitted"),
        "restricted": _l("Only people who are named one by one"),
        "closed": _l("Nobody for now"),
    },
    "voice": {
        "own": _l("As it is"),
        "disguised": _l("Disguised"),
    },
    "opening": {
        "now": _l("As soon as the archive has taken it in"),
        "later": _l("Not before a day that I name"),
    },
    "warnings": {
        "killing": _l("Killing"),
        "torture": _l("Torture"),
        "sexual_violence": _l("Sexual violence"),
        "children": _l("Harm done to children"),
        "bodies": _l("Dead or wounded people"),
        "hatred": _l("Words of hatred"),
    },
}

USES: dict[str, LazyString] = {
    "reading": _l("May others read, hear or see it here?"),
    "quoting": _l("May others quote from it?"),
    "teaching": _l("May it be used in schools and courses?"),
    "machines": _l("May researchers study it with computer programs?"),
    "courts": _l("May the archive give it to courts and investigators?"),
}
SHORT_USES: dict[str, LazyString] = {
    "reading": _l("Reading here"),
    "quoting": _l("Quoting"),
    "teaching": _l("Schools and courses"),
    "machines": _l("Research with computer programs"),
    "courts": _l("Courts and investigators"),
}

# Where an account stands, as its teller is told it.
STATES: dict[str, LazyString] = {
    "sent": _l("Your account has arrived. Nobody has read it yet."),
    "in_review": _l("An archivist is reading your account."),
    "questioned": _l("The archive has a question for you."),
    "accepted": _l("Your account is in the archive."),
    "declined": _l("The archive has not taken your account in."),
    "withdrawn": _l("You have withdrawn your account."),
}
WITHDRAWN: dict[str, LazyString] = {
    "stop": _l("Readers cannot read it any more. The archive keeps it, locked away."),
    "restrict": _l("Only people who are named one by one may read it."),
    "close": _l("Nobody may read it until the day you named."),
}
SAID: dict[str, LazyString] = {
    "question": _l("The archive asked"),
    "answer": _l("You answered"),
    "correction": _l("You corrected"),
    "notice": _l("The archive told you"),
}
DONE: dict[str, LazyString] = {
    "sent": _l(
        "Your account was sent. If the page with your six words never came, ask for other words below."
    ),
    "saved": _l("Your change is saved."),
    "answer": _l("Your answer has arrived."),
    "correction": _l("Your correction has arrived. An archivist will read it."),
    "passages": _l("Your choice is saved. Lines that you took out cannot be read from now on."),
    "withdrawn": _l("It is done."),
    "resumed": _l("Your account may be read again, as your answers allow."),
}
