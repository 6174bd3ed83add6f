"""Make an account or a testimony as if it had never been told; what stays says only that there was one."""

from sqlalchemy import delete, select

from app.db import session
from app.models import Consent, Edition, Mention, Participation, Person, Submission, Testimony
from app.queue import enqueue


def testimony(testimony: Testimony) -> None:
    """Rows, editions and files of a testimony; people who are named nowhere else; then the index."""
    people = {p.person_id for p in testimony.participations} | {m.person_id for m in testimony.mentions}
    for file in testimony.media:
        enqueue("discard", key=file.key)
    session().execute(delete(Edition).where(Edition.testimony_id == testimony.id))
    session().execute(delete(Consent).where(Consent.testimony_id == testimony.id))
    session().expire_all()
    enqueue("replace", testimony=testimony.identifier)
    session().delete(testimony)
    session().flush()
    for person_id in people:
        _forget_person(person_id)


def submission(submission: Submission) -> None:
    """What was told, asked, allowed and sent; the row stays empty, so that its receipt can still say so."""
    for upload in submission.uploads:
        enqueue("discard", key=upload.key, upload=upload.identifier)
    submission.answers, submission.language, submission.reason = {}, "", ""
    submission.contact = None
    submission.messages.clear()
    submission.uploads.clear()
    session().execute(delete(Consent).where(Consent.submission_id == submission.id))
    session().flush()


def _forget_person(person_id: int) -> None:
    named = select(Participation.id).filter_by(person_id=person_id).limit(1)
    spoken_of = select(Mention.id).filter_by(person_id=person_id).limit(1)
    person = session().get(Person, person_id)
    if person and session().scalar(named) is None and session().scalar(spoken_of) is None:
        session().delete(person)
        session().flush()
