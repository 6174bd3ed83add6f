"""What archivists are told of an account, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

STATES: dict[str, LazyString] = {
    "sent": _l("New"),
    "in_review": _l("Being read"),
    "questioned": _l("Asked the teller"),
    "accepted": _l("Taken in"),
    "declined": _l("Declined"),
    "withdrawn": _l("Withdrawn"),
}
FILES: dict[str, LazyString] = {
    "arriving": _l("still arriving"),
    "whole": _l("being looked at"),
    "received": _l("received"),
    "refused": _l("refused"),
}
SAID: dict[str, LazyString] = {
    "question": _l("The archive asked"),
    "answer": _l("The teller answered"),
    "correction": _l("The teller corrected"),
    "notice": _l("The archive said"),
}
NAMING: dict[str, LazyString] = {
    "full": _l("full name"),
    "other": _l("another name"),
    "none": _l("no name"),
}
AGREED: dict[str, LazyString] = {
    "written": _l("agreed in writing"),
    "spoken": _l("agreed in spoken words"),
    "cannot": _l("cannot be asked"),
}
KNOWN: dict[str, LazyString] = {
    "saw": _l("saw or heard it"),
    "heard": _l("was told by somebody"),
    "after": _l("lived through what came after"),
    "other": _l("in another way"),
}
ACCESS: dict[str, LazyString] = {
    "public": _l("everybody"),
    "reading_room": _l("readers who are signed in"),
    "restricted": _l("only people named one by one"),
    "closed": _l("archivists only"),
}
USES: dict[str, LazyString] = {
    "reading": _l("Reading here"),
    "quoting": _l("Quoting"),
    "teaching": _l("Schools and courses"),
    "machines": _l("Research with computer programs"),
    "courts": _l("Courts and investigators"),
}
WITHDRAWN: dict[str, LazyString] = {
    "stop": _l("It is not to be published."),
    "restrict": _l("Only people named one by one may read it."),
    "close": _l("Nobody may read it for now."),
    "destroy": _l("It was destroyed. Nothing of it is kept."),
}
KINDS = ("written account", "interview", "deposition", "letter", "diary")
