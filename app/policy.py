"""Who may do what: one table, and the only room where roles and access levels are compared."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden
from app.models import AccessLevel, Audience, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, the command line, or nobody in particular."""

    identifier: str = ""
    name: str = ""
    role: Role | None = None

    @property
    def audience(self) -> str:
        """Through whose eyes this actor reads."""
        return AUDIENCE_OF[self.role].value


class Action(StrEnum):
    """What can be done."""

    READ = "read what is open to them"
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    IMPORT = "take records in"
    PUBLISH = "publish testimonies"
    DESCRIBE = "describe testimonies"
    LINK = "link passages to claims"
    WITHHOLD = "withhold passages"
    REVIEW = "review accounts"
    MANAGE_USERS = "manage users"
    TELL = "give an account"


ANYBODY: frozenset[Role | None] = frozenset({None, *Role})
SIGNED_IN: frozenset[Role | None] = frozenset(Role)
STAFF: frozenset[Role | None] = frozenset({Role.ARCHIVIST, Role.LEAD_ARCHIVIST, Role.ADMINISTRATOR})

AUDIENCE_OF: dict[Role | None, Audience] = {
    None: Audience.PUBLIC,
    Role.SUBMITTER: Audience.PUBLIC,
    Role.READER: Audience.READING_ROOM,
    Role.ARCHIVIST: Audience.STAFF,
    Role.LEAD_ARCHIVIST: Audience.STAFF,
    Role.ADMINISTRATOR: Audience.STAFF,
}

WHO_MAY: dict[Action, frozenset[Role | None]] = {
    Action.READ: ANYBODY,
    Action.SIGN_IN: ANYBODY,
    Action.SIGN_OUT: SIGNED_IN,
    Action.IMPORT: STAFF,
    Action.PUBLISH: STAFF,
    Action.DESCRIBE: STAFF,
    Action.LINK: STAFF,
    Action.WITHHOLD: STAFF,
    Action.REVIEW: STAFF,
    Action.MANAGE_USERS: frozenset({Role.ADMINISTRATOR}),
    Action.TELL: ANYBODY,
}

# For which audiences an edition is made, by the testimony's access level.
EDITIONS: dict[AccessLevel, tuple[Audience, ...]] = {
    AccessLevel.PUBLIC: (Audience.PUBLIC, Audience.READING_ROOM, Audience.STAFF),
    AccessLevel.READING_ROOM: (Audience.READING_ROOM, Audience.STAFF),
    AccessLevel.RESTRICTED: (Audience.NAMED, Audience.STAFF),
    AccessLevel.CLOSED: (Audience.STAFF,),
}

# What each door is for. A door that is not named here answers as if it did not exist.
DOORS: dict[str, Action] = {
    "static": Action.READ,
    "public.home": Action.READ,
    "public.about": Action.READ,
    "public.keys": Action.READ,
    "public.language": Action.READ,
    "public.search": Action.READ,
    "public.search_json": Action.READ,
    "public.testimonies": Action.READ,
    "public.testimony": Action.READ,
    "public.testimony_json": Action.READ,
    "public.cite": Action.READ,
    "public.browse": Action.READ,
    "public.collection": Action.READ,
    "public.person": Action.READ,
    "public.place": Action.READ,
    "public.event": Action.READ,
    "public.question": Action.READ,
    "public.claim": Action.READ,
    "public.source": Action.READ,
    "public.sitemap": Action.READ,
    "public.sitemap_page": Action.READ,
    "public.robots": Action.READ,
    "public.feed": Action.READ,
    "public.media": Action.READ,
    "account.sign_in": Action.SIGN_IN,
    "account.sign_out": Action.SIGN_OUT,
    "workbench.accounts": Action.REVIEW,
    "workbench.account": Action.REVIEW,
    "workbench.account_contact": Action.REVIEW,
    "workbench.take": Action.REVIEW,
    "workbench.put_back": Action.REVIEW,
    "workbench.ask": Action.REVIEW,
    "workbench.decline": Action.REVIEW,
    "workbench.accept": Action.REVIEW,
    "workbench.account_file": Action.REVIEW,
    "workbench.add_file": Action.REVIEW,
    "workbench.publish": Action.PUBLISH,
    "submit.start": Action.TELL,
    "submit.begin": Action.TELL,
    "submit.step": Action.TELL,
    "submit.language": Action.TELL,
    "submit.safety": Action.TELL,
    "submit.close": Action.TELL,
    "submit.leave": Action.TELL,
    "submit.review": Action.TELL,
    "submit.send": Action.TELL,
    "submit.later": Action.TELL,
    "submit.renew": Action.TELL,
    "submit.discard": Action.TELL,
    "submit.discarded": Action.TELL,
    "submit.come_back": Action.TELL,
    "submit.yours": Action.TELL,
    "submit.reply": Action.TELL,
    "submit.correct": Action.TELL,
    "submit.passages": Action.TELL,
    "submit.withdraw": Action.TELL,
    "submit.resume": Action.TELL,
    "submit.uploads": Action.TELL,
    "submit.upload": Action.TELL,
    "submit.upload_state": Action.TELL,
    "submit.give_file": Action.TELL,
    "submit.take_file_away": Action.TELL,
    "workbench.testimony": Action.DESCRIBE,
    "workbench.link": Action.LINK,
    "workbench.linked": Action.LINK,
    "workbench.unlink": Action.LINK,
    # SIGNING-IN
    # TRANSCRIBING
    # VOCABULARIES
    # DESCRIBING
    # LINKING
    # QUEUE
}


def narrower(one: AccessLevel, other: AccessLevel) -> AccessLevel:
    """Of two access levels the one that lets fewer read."""
    return max(one, other, key=list(AccessLevel).index)


def may(actor: Actor, action: Action) -> bool:
    """Whether the table allows it."""
    return actor.role in WHO_MAY[action]


def require(actor: Actor, action: Action) -> None:
    """Go on, or raise Forbidden with a sentence for the actor."""
    if not may(actor, action):
        raise Forbidden(f"You may not {action}.")
