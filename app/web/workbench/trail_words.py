"""What each entry of the trail says, in plain words: one sentence for every action there is."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.web import filters
from app.web.account.words import ROLES

# Each sentence goes on from a name: "Ada Keeper linked lines 3–4 to a claim: supports".
SENTENCES: dict[str, LazyString] = {
    "accession.begin": _l("began to take in the file %(source)s"),
    "archive.know_key": _l("took note of the archive's secret key"),
    "bulk.done": _l("finished a change of many testimonies; %(refused)s could not be changed"),
    "bulk.start": _l("began to change %(total)s testimonies at once"),
    "bulk.undo": _l("began to undo a change of %(total)s testimonies"),
    "bulk.undone": _l("finished undoing a change of many; %(refused)s could not be put back"),
    "claim.change": _l("changed a claim"),
    "claim.make": _l("added a claim"),
    "claim.register": _l("took in the claim %(ref)s from a register"),
    "collection.change": _l("changed a collection"),
    "collection.make": _l("added a collection"),
    "event.change": _l("changed an event"),
    "event.make": _l("added an event"),
    "event.register": _l("took in the event %(ref)s from a register"),
    "dossier.make": _l("made a dossier of %(passages)s passages; its sum is %(sha256)s"),
    "evidence.change": _l("changed the link of lines %(lines)s to a claim"),
    "evidence.confirm": _l("read the link of lines %(lines)s a second time and confirmed it"),
    "evidence.link": _l("tied lines %(lines)s to a claim: %(stance)s, %(basis)s"),
    "evidence.question": _l("read the link of lines %(lines)s a second time and questioned it"),
    "evidence.unlink": _l("undid the link of lines %(lines)s to a claim: %(stance)s, %(basis)s"),
    "hold.put_back": _l("put it back, for others to take"),
    "hold.take": _l("took it in hand"),
    "job.drop": _l("put aside the failed job %(name)s"),
    "job.retry": _l("had the failed job %(name)s tried again"),
    "media.deposit": _l("kept a file that came late with the testimony"),
    "media.remake": _l("had the copies of a file for readers made again"),
    "media.close": _l("took a file back from readers"),
    "media.lose": _l("found a file damaged wherever it stood, and could not repair it"),
    "media.open": _l("gave a file to readers"),
    "media.repair": _l("repaired a damaged file"),
    "media.release": _l("let readers have a file again"),
    "media.withhold": _l("withheld a file: %(reason)s"),
    "passage.dismiss": _l("read lines %(lines)s and found them not to be about a claim"),
    "passage.recall": _l("had lines %(lines)s offered again for a claim"),
    "passage.redact": _l("withheld lines %(lines)s: %(reason)s"),
    "passage.settle": _l("looked at a passage after its words were corrected"),
    "person.change": _l("changed a person"),
    "person.keep_apart": _l("said that two people are not one"),
    "person.make": _l("added a person"),
    "person.merge": _l("let another person stand for this one"),
    "person.register": _l("took in the person %(ref)s from a register"),
    "person.unmerge": _l("took apart people who were held to be one"),
    "person.unveil": _l("lifted the veil from a name"),
    "person.veil": _l("veiled a name"),
    "place.change": _l("changed a place"),
    "place.keep_apart": _l("said that two places are not one"),
    "place.make": _l("added a place"),
    "place.merge": _l("let another place stand for this one"),
    "place.register": _l("took in the place %(ref)s from a register"),
    "place.unmerge": _l("took apart places that were held to be one"),
    "question.change": _l("changed a question"),
    "question.make": _l("added a question"),
    "question.register": _l("took in the question %(ref)s from a register"),
    "redaction.change": _l("changed for how long and why lines are withheld"),
    "redaction.lift": _l("let readers read withheld lines again"),
    "region.draw": _l("covered a part of a picture: %(reason)s"),
    "region.lift": _l("let readers see a part of a picture again"),
    "region.move": _l("moved a covered part of a picture"),
    "request.ask": _l("asked to read a restricted testimony"),
    "request.end": _l("ended that a reader may read a restricted testimony"),
    "request.grant": _l("let a reader read a restricted testimony until %(until)s"),
    "request.refuse": _l("refused that a reader reads a restricted testimony"),
    "session.end": _l("ended %(count)s sign-ins"),
    "source.change": _l("changed a source"),
    "source.make": _l("added a source"),
    "source.register": _l("took in the source %(ref)s from a register"),
    "submission.accept": _l("took an account into the archive"),
    "submission.answer_question": _l("answered the archive"),
    "submission.ask": _l("asked the teller something"),
    "submission.change": _l("changed their account"),
    "submission.correct": _l("said what is wrong in the text"),
    "submission.decline": _l("declined an account: %(reason)s"),
    "submission.open_contact": _l("looked up how the teller can be reached"),
    "submission.put_back": _l("put an account back"),
    "submission.renew_receipt": _l("had six new words made"),
    "submission.resume": _l("let an account go on that was stopped"),
    "submission.send": _l("sent an account"),
    "submission.take": _l("took an account in hand"),
    "submission.withdraw_close": _l("closed their account until a day"),
    "submission.withdraw_destroy": _l("had their account destroyed"),
    "submission.withdraw_restrict": _l("restricted their account to people named one by one"),
    "submission.withdraw_stop": _l("stopped their account"),
    "submission.withhold": _l("had lines of their account withheld, or shown again"),
    "term.change": _l("changed a term"),
    "term.delete": _l("deleted a term"),
    "term.merge": _l("let another term stand for this one"),
    "term.new": _l("added a term"),
    "term.relate": _l("related two terms"),
    "term.unmerge": _l("took apart terms that were held to be one"),
    "term.unrelate": _l("undid the relation of two terms"),
    "testimony.accession": _l("took in the testimony %(source)s"),
    "testimony.describe": _l("changed the description"),
    "testimony.disguise": _l("had voices disguised"),
    "testimony.publish": _l("opened the testimony to readers"),
    "testimony.set_access": _l("set who may read the testimony"),
    "testimony.tag": _l("put a tag on"),
    "testimony.undisguise": _l("had voices heard as they are"),
    "testimony.untag": _l("took a tag off"),
    "tie.note": _l("noted that two people are connected: %(kind)s"),
    "tie.untie": _l("took away that two people are connected: %(kind)s"),
    "transcript.credit": _l("changed who translated it"),
    "transcript.restore": _l("brought back an earlier revision of the transcript"),
    "transcript.attach": _l("attached a transcript"),
    "transcript.revise": _l("corrected the transcript"),
    "transcript.translate": _l("added a translation: %(language)s"),
    "upload.begin": _l("began to send a file"),
    "upload.read": _l("opened a file that was given"),
    "upload.received": _l("looked at a file and kept it"),
    "upload.refused": _l("looked at a file and refused it"),
    "upload.remove": _l("took a file back"),
    "user.accept_invitation": _l("accepted an invitation: %(role)s"),
    "user.add": _l("added a user: %(role)s"),
    "user.add_factor": _l("added a second step to sign in: %(factor)s"),
    "user.deactivate": _l("closed a user's account"),
    "user.invite": _l("invited somebody: %(role)s"),
    "user.reactivate": _l("opened a user's account again"),
    "user.remove_factor": _l("removed a second step to sign in: %(factor)s"),
    "user.reset_link": _l("made a link to choose a new password"),
    "user.set_password": _l("chose a new password"),
    "user.set_role": _l("gave a user another role"),
    "user.take_back_link": _l("took back an invitation or a link"),
    "vocabulary.change": _l("changed a vocabulary"),
    "vocabulary.import": _l("began to take in the vocabulary %(name)s from %(file)s"),
    "vocabulary.imported": _l("took in the vocabulary %(name)s"),
    "vocabulary.new": _l("added the vocabulary %(name)s"),
    "withdrawal.see": _l("took note of what a teller withdrew"),
}
NOUNS: dict[str, LazyString] = {
    "accession": _l("Files taken in"),
    "archive": _l("The archive itself"),
    "bulk": _l("Changes of many"),
    "claim": _l("Claims"),
    "collection": _l("Collections"),
    "dossier": _l("Dossiers"),
    "event": _l("Events"),
    "evidence": _l("Links to claims"),
    "hold": _l("Who has what in hand"),
    "job": _l("Failed jobs"),
    "media": _l("Recordings and files"),
    "passage": _l("Passages"),
    "person": _l("People"),
    "place": _l("Places"),
    "question": _l("Questions"),
    "redaction": _l("What is withheld"),
    "region": _l("Parts of pictures"),
    "request": _l("Requests to read"),
    "session": _l("Sign-ins"),
    "source": _l("Sources"),
    "submission": _l("Accounts given"),
    "term": _l("Terms"),
    "testimony": _l("Testimonies"),
    "tie": _l("Ties between people"),
    "transcript": _l("Transcripts"),
    "upload": _l("Files given"),
    "user": _l("Users"),
    "vocabulary": _l("Vocabularies"),
    "withdrawal": _l("Withdrawals"),
}


class _Details(dict[str, Any]):
    """Details for a sentence: what an older entry does not say is a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def sentence(action: str, details: Mapping[str, Any]) -> str:
    """What was done, in words that go on from a name."""
    said = _Details({name: _named(action, name, value) for name, value in details.items()})
    if action in SENTENCES:
        return str(SENTENCES[action]) % said
    return str(gettext("did: %(action)s", action=action))


def _named(action: str, name: str, value: Any) -> str:
    """A detail of a sentence, by the word that the pages have for it."""
    if name == "reason":
        return filters.term(shown(value), "declined" if action == "submission.decline" else "withheld")
    if name == "kind" and action.startswith("tie."):
        return filters.term(shown(value), "tie")
    if name in ("stance", "basis"):
        return filters.term(shown(value), name)
    if name == "role":
        return str(next((said for role, said in ROLES.items() if role.value == value), shown(value)))
    return shown(value)


def who(actor: str, name: str) -> str:
    """The name of who acted; of tellers, and of the archive itself, what they are."""
    if name:
        return name
    if actor.startswith("submission:"):
        return str(gettext("The teller"))
    return str(gettext("The command line")) if actor == "system" else actor


def changes(details: Mapping[str, Any], action: str = "") -> list[tuple[str, str, str]]:
    """Field, before and after, where an entry says so; the field is empty where there is only one."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        was = before if isinstance(before, Mapping) else {}
        now = after if isinstance(after, Mapping) else {}
        return [(field, shown(was.get(field, "")), shown(now.get(field, ""))) for field in {**was, **now}]
    if before in (None, "", []) and after in (None, "", []):
        return _tag(details, action)
    return [("", shown(before), shown(after))]


def _tag(details: Mapping[str, Any], action: str) -> list[tuple[str, str, str]]:
    """The tag that was put on or taken off, with its lines, where an entry is about one."""
    if action not in ("testimony.tag", "testimony.untag") or "term" not in details:
        return []
    label = ", ".join(filter(None, (shown(details["term"]), shown(details.get("lines")))))
    return [("", label, "") if action == "testimony.untag" else ("", "", label)]


def shown(value: Any) -> str:
    """A detail as it is read: a pair of numbers as a range, a list with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(gettext("yes")) if value else str(gettext("no"))
    if isinstance(value, (list, tuple)):
        if len(value) == 2 and all(isinstance(one, int) for one in value):
            return f"{value[0]}–{value[1]}" if value[0] != value[1] else str(value[0])
        return ", ".join(shown(one) for one in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown(one)}" for name, one in value.items() if one not in (None, "", []))
    return str(value)
