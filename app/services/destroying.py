"""Make an account or a testimony as if it had never been told; what stays says only that there was one."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, or_, select

from app.db import session
from app.models import (
    AuditEntry,
    Claim,
    Consent,
    Edition,
    Event,
    MediaFile,
    Mention,
    Participation,
    Person,
    Place,
    Submission,
    Testimony,
    TestimonyPlace,
    Tie,
)
from app.queue import enqueue
from app.services import auditing, deriving, editions, masking


def testimony(testimony: Testimony) -> None:
    """Rows, editions and files of a testimony; people who are named nowhere else; then the index."""
    people = {p.person_id for p in testimony.participations} | {m.person_id for m in testimony.mentions}
    places = {place.id for place in [*testimony.places, testimony.place] if place}
    for file in testimony.media:
        enqueue("discard", key=file.key)
    deriving.abandon(file.id for file in testimony.media)
    copies = MediaFile.original_id.is_not(None)  # before their originals, or the database is quicker
    session().execute(delete(MediaFile).where(MediaFile.testimony_id == testimony.id, copies))
    session().execute(delete(Edition).where(Edition.testimony_id == testimony.id))
    session().execute(delete(Consent).where(Consent.testimony_id == testimony.id))
    session().expire_all()
    enqueue("replace", testimony=testimony.identifier)
    session().delete(testimony)
    session().flush()
    auditing.forget(about=testimony.identifier)
    for person_id in people:
        _forget_person(person_id)
    for place_id in places:
        _forget_place(place_id)


def submission(submission: Submission) -> None:
    """What was told, asked, allowed and sent; the row stays empty, so that its receipt can still say so."""
    for upload in submission.uploads:
        enqueue("discard", key=upload.key, upload=upload.identifier)
    submission.answers, submission.language, submission.reason = {}, "", ""
    submission.ticket, submission.taken_by, submission.set_aside = None, "", False
    submission.contact = None
    submission.messages.clear()
    submission.uploads.clear()
    session().execute(delete(Consent).where(Consent.submission_id == submission.id))
    auditing.forget(about=submission.identifier)
    enqueue("sweep")
    session().flush()


def _forget_person(person_id: int) -> None:
    """A person who is named no more, with all found to be the same where none of them is named."""
    person = session().get(Person, person_id)
    if person is None or _testimonies(person):
        return
    identifier = person.identifier
    public, same = person.veil, [one for one in person.in_use.everyone if one is not person]
    said = [person.name, *(name.form for name in person.names), *map(str, person.spoken or ())]
    _forget_ties(person)
    _hand_on(person)
    session().delete(person)
    session().flush()
    session().expire_all()
    auditing.forget(f"person:{identifier}")
    told = {testimony for one in same for testimony in _testimonies(one)}
    if public and told:
        _keep_veil(same[0].in_use, public, said, told)
    if not told and same:
        _forget_person(same[0].id)


def _forget_ties(person: Person) -> None:
    """What was noted of whom a person is connected to, also where it was taken away since."""
    noted = select(AuditEntry.target, AuditEntry.details).where(AuditEntry.action == "tie.note")
    told = [target for target, details in session().execute(noted) if person.identifier in details["persons"]]
    auditing.forget(*told)
    session().execute(delete(Tie).where(or_(Tie.one_id == person.id, Tie.other_id == person.id)))


def _testimonies(person: Person) -> set[Testimony]:
    parts = select(Participation.testimony_id).filter_by(person_id=person.id)
    mentions = select(Mention.testimony_id).filter_by(person_id=person.id)
    held = select(Testimony).where(or_(Testimony.id.in_(parts), Testimony.id.in_(mentions)))
    return set(session().scalars(held))


def _keep_veil(person: Person, public: str, forms: Iterable[str], told: Iterable[Testimony]) -> None:
    """The veil covered all that were found to be one: it stays, for what still stands in what others told."""
    person.public_name = person.public_name or public
    records = [editions.whole(testimony) for testimony in told]
    still = [form for form in forms if any(masking.record(r, {form: public}) != r for r in records)]
    person.spoken = list(dict.fromkeys([*(person.spoken or ()), *still]))
    session().flush()


def _hand_on(thing: Person | Place) -> None:
    """Whoever stood for others is destroyed: the first of them stands for the rest."""
    merged: Sequence[Person | Place] = list(thing.merged)
    if not merged:
        return
    heir = merged[0]
    heir.merged_into_id = thing.merged_into_id
    for other in merged[1:]:
        other.merged_into_id = heir.id
    session().flush()
    session().expire(thing, ["merged"])


def _forget_place(place_id: int) -> None:
    """A place that came with the account alone; one of a register has a reference and stays."""
    uses = (
        select(Testimony.id).filter_by(place_id=place_id),
        select(TestimonyPlace.testimony_id).filter_by(place_id=place_id),
        select(Event.id).filter_by(place_id=place_id),
        select(Claim.id).filter_by(place_id=place_id),
    )
    place = session().get(Place, place_id)
    if place and not place.ref and all(session().scalar(use.limit(1)) is None for use in uses):
        _hand_on(place)
        session().delete(place)
        session().flush()
        auditing.forget(f"place:{place.identifier}")
