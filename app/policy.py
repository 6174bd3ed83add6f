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
    TRANSCRIBE = "correct transcripts"
    WITHHOLD = "withhold passages"
    CONFIRM = "read links a second time"
    REVIEW = "review accounts"
    AUDIT = "read the trail"
    ASK = "ask to read what is restricted"
    GRANT = "let readers read what is restricted"
    MANAGE_USERS = "manage users"
    INVITE = "invite people"
    ACCOUNT = "keep their own account"
    TELL = "give an account"
    VOCABULARIES = "edit vocabularies"


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
    Action.TRANSCRIBE: STAFF,
    Action.WITHHOLD: STAFF,
    Action.CONFIRM: STAFF,
    Action.REVIEW: STAFF,
    Action.AUDIT: STAFF,
    Action.ASK: frozenset({Role.READER, Role.SUBMITTER}),
    Action.GRANT: frozenset({Role.LEAD_ARCHIVIST, Role.ADMINISTRATOR}),
    Action.MANAGE_USERS: frozenset({Role.ADMINISTRATOR}),
    Action.INVITE: frozenset({Role.LEAD_ARCHIVIST, Role.ADMINISTRATOR}),
    Action.ACCOUNT: SIGNED_IN,
    Action.TELL: ANYBODY,
    Action.VOCABULARIES: STAFF,
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
    "public.complete": Action.READ,
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
    "public.captions": Action.READ,
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
    "workbench.let_read": Action.PUBLISH,
    "workbench.link": Action.LINK,
    "workbench.linked": Action.LINK,
    "workbench.unlink": Action.LINK,
    # SIGNING-IN
    "account.passkey_in": Action.SIGN_IN,
    "account.second": Action.SIGN_IN,
    "account.join": Action.SIGN_IN,
    "account.own": Action.ACCOUNT,
    "account.advice": Action.ACCOUNT,
    "account.password": Action.ACCOUNT,
    "account.app": Action.ACCOUNT,
    "account.remove_app": Action.ACCOUNT,
    "account.codes": Action.ACCOUNT,
    "account.passkey": Action.ACCOUNT,
    "account.remove_passkey": Action.ACCOUNT,
    "account.name_session": Action.ACCOUNT,
    "account.end_session": Action.ACCOUNT,
    "account.end_others": Action.ACCOUNT,
    "workbench.users": Action.INVITE,
    "workbench.invite": Action.INVITE,
    "workbench.take_back": Action.INVITE,
    "workbench.set_role": Action.MANAGE_USERS,
    "workbench.deactivate": Action.MANAGE_USERS,
    "workbench.reactivate": Action.MANAGE_USERS,
    "workbench.reset": Action.MANAGE_USERS,
    # TRANSCRIBING
    "workbench.transcript": Action.TRANSCRIBE,
    "workbench.attach_transcript": Action.TRANSCRIBE,
    "workbench.revise": Action.TRANSCRIBE,
    "workbench.revisions": Action.TRANSCRIBE,
    "workbench.compare": Action.TRANSCRIBE,
    "workbench.restore": Action.TRANSCRIBE,
    "workbench.looks": Action.TRANSCRIBE,
    "workbench.settle_look": Action.TRANSCRIBE,
    "workbench.translation": Action.TRANSCRIBE,
    "workbench.translate": Action.TRANSCRIBE,
    "workbench.add_translation": Action.TRANSCRIBE,
    # VOCABULARIES
    "workbench.vocabularies": Action.VOCABULARIES,
    "workbench.vocabulary": Action.VOCABULARIES,
    "workbench.new_vocabulary": Action.VOCABULARIES,
    "workbench.import_vocabulary": Action.VOCABULARIES,
    "workbench.dismiss_import": Action.VOCABULARIES,
    "workbench.export_vocabulary": Action.VOCABULARIES,
    "workbench.term": Action.VOCABULARIES,
    "workbench.new_term": Action.VOCABULARIES,
    "workbench.change_term": Action.VOCABULARIES,
    "workbench.relate_term": Action.VOCABULARIES,
    "workbench.unrelate_term": Action.VOCABULARIES,
    "workbench.merge_term": Action.VOCABULARIES,
    "workbench.unmerge_term": Action.VOCABULARIES,
    "workbench.delete_term": Action.VOCABULARIES,
    "workbench.suggest": Action.DESCRIBE,
    "workbench.tag": Action.DESCRIBE,
    "workbench.untag": Action.DESCRIBE,
    # DESCRIBING
    "workbench.describe": Action.DESCRIBE,
    "workbench.change_mentions": Action.DESCRIBE,
    "workbench.change_places": Action.DESCRIBE,
    "workbench.change_events": Action.DESCRIBE,
    "workbench.move_testimony": Action.DESCRIBE,
    "workbench.add_person": Action.DESCRIBE,
    "workbench.change_part": Action.DESCRIBE,
    "workbench.testimonies": Action.DESCRIBE,
    "workbench.people": Action.DESCRIBE,
    "workbench.person": Action.DESCRIBE,
    "workbench.change_person": Action.DESCRIBE,
    "workbench.make_person": Action.DESCRIBE,
    "workbench.doubles": Action.DESCRIBE,
    "workbench.merge_person": Action.DESCRIBE,
    "workbench.unmerge_person": Action.DESCRIBE,
    "workbench.keep_apart": Action.DESCRIBE,
    "workbench.places": Action.DESCRIBE,
    "workbench.place": Action.DESCRIBE,
    "workbench.change_place": Action.DESCRIBE,
    "workbench.make_place": Action.DESCRIBE,
    "workbench.place_doubles": Action.DESCRIBE,
    "workbench.merge_place": Action.DESCRIBE,
    "workbench.unmerge_place": Action.DESCRIBE,
    "workbench.keep_places_apart": Action.DESCRIBE,
    "workbench.events": Action.DESCRIBE,
    "workbench.event": Action.DESCRIBE,
    "workbench.change_event": Action.DESCRIBE,
    "workbench.make_event": Action.DESCRIBE,
    "workbench.collections": Action.DESCRIBE,
    "workbench.collection": Action.DESCRIBE,
    "workbench.change_collection": Action.DESCRIBE,
    "workbench.make_collection": Action.DESCRIBE,
    "workbench.bulks": Action.DESCRIBE,
    "workbench.bulk": Action.DESCRIBE,
    "workbench.bulk_preview": Action.DESCRIBE,
    "workbench.start_bulk": Action.DESCRIBE,
    "workbench.bulk_progress": Action.DESCRIBE,
    "workbench.undo_bulk": Action.DESCRIBE,
    # LINKING
    "workbench.change_link": Action.LINK,
    "workbench.claims": Action.LINK,
    "workbench.claim": Action.LINK,
    "workbench.make_claim": Action.LINK,
    "workbench.change_claim": Action.LINK,
    "workbench.make_question": Action.LINK,
    "workbench.change_question": Action.LINK,
    "workbench.make_source": Action.LINK,
    "workbench.readings": Action.CONFIRM,
    "workbench.read": Action.CONFIRM,
    "workbench.going_through": Action.LINK,
    "workbench.judge": Action.LINK,
    "workbench.withhold": Action.WITHHOLD,
    "workbench.lift": Action.WITHHOLD,
    "workbench.change_redaction": Action.WITHHOLD,
    "workbench.set_access": Action.WITHHOLD,
    "workbench.close_testimony": Action.WITHHOLD,
    "workbench.withhold_file": Action.WITHHOLD,
    "workbench.release_file": Action.WITHHOLD,
    "workbench.veil": Action.WITHHOLD,
    "workbench.veiled": Action.WITHHOLD,
    "workbench.unveil": Action.WITHHOLD,
    "workbench.veil_named": Action.WITHHOLD,
    "workbench.preview": Action.WITHHOLD,
    "workbench.disguise": Action.WITHHOLD,
    "workbench.remake": Action.WITHHOLD,
    "workbench.canvas": Action.WITHHOLD,
    "workbench.draw": Action.WITHHOLD,
    "workbench.move_region": Action.WITHHOLD,
    "workbench.lift_region": Action.WITHHOLD,
    # QUEUE
    "workbench.queue": Action.REVIEW,
    "workbench.take_thing": Action.REVIEW,
    "workbench.put_back_thing": Action.REVIEW,
    "workbench.see_withdrawal": Action.REVIEW,
    "workbench.retry_job": Action.REVIEW,
    "workbench.drop_job": Action.REVIEW,
    "workbench.requests": Action.GRANT,
    "workbench.decide_request": Action.GRANT,
    "workbench.end_request": Action.GRANT,
    "workbench.trail": Action.AUDIT,
    "workbench.trail_export": Action.AUDIT,
    "public.restricted": Action.ASK,
    "public.ask_access": Action.ASK,
    # FILES
    "workbench.files": Action.DESCRIBE,
    "workbench.open_file": Action.PUBLISH,
    "workbench.close_file": Action.PUBLISH,
    "workbench.retry_file": Action.DESCRIBE,
    # SEEING
    "public.concordance": Action.READ,
    "public.concordance_file": Action.READ,
    "public.words": Action.READ,
    "public.similar": Action.READ,
    "public.keep": Action.READ,
    "public.search_feed": Action.READ,
    "public.searches": Action.ACCOUNT,
    "public.save_search": Action.ACCOUNT,
    "public.rename_search": Action.ACCOUNT,
    "public.seen_search": Action.ACCOUNT,
    "public.delete_search": Action.ACCOUNT,
    # CITING
    "public.passage": Action.READ,
    "public.passage_data": Action.READ,
    "public.claim_evidence": Action.READ,
    "public.question_evidence": Action.READ,
    "public.event_evidence": Action.READ,
    "public.source_evidence": Action.READ,
    "public.one_list": Action.READ,
    "public.list_file": Action.READ,
    "public.open_list": Action.READ,
    "public.kept_list": Action.READ,
    "public.claim_dossier": Action.ACCOUNT,
    "public.question_dossier": Action.ACCOUNT,
    "public.event_dossier": Action.ACCOUNT,
    "public.list_dossier": Action.ACCOUNT,
    "public.lists": Action.ACCOUNT,
    "public.keep_list": Action.ACCOUNT,
    "public.delete_list": Action.ACCOUNT,
    # WEIGHING
    "public.event_matrix": Action.READ,
    "public.event_matrix_json": Action.READ,
    "public.question_matrix": Action.READ,
    "public.question_matrix_json": Action.READ,
    "public.event_json": Action.READ,
    "public.question_json": Action.READ,
    "public.claim_json": Action.READ,
    "public.source_json": Action.READ,
    "workbench.tie": Action.LINK,
    "workbench.untie": Action.LINK,
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
