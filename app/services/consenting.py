"""What a narrator allows: kept statement by statement, and weighed with what the archive decided."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import session
from app.given import Terms
from app.models import AccessLevel, Consent, Submission, SubmissionState, Testimony
from app.policy import narrower
from app.records import Uses
from app.services.steps import CONSENT, USES

Answers = Mapping[str, Mapping[str, Any]]


def access(testimony: Testimony, decided: AccessLevel | None = None) -> AccessLevel:
    """Who may read it: the narrower of the archive's level and the narrator's.

    With ``decided``: who might, if the archive decided so.
    """
    consent = testimony.consent
    level = decided or testimony.access
    if consent is None:
        return level
    if not consent.reading or _is_stopped(testimony):
        return AccessLevel.CLOSED
    return narrower(level, AccessLevel(consent.access))


def _is_stopped(testimony: Testimony) -> bool:
    """Whether its teller has stopped it; no archivist opens it again."""
    state = session().scalar(select(Submission.state).filter_by(testimony_id=testimony.id))
    return state is SubmissionState.WITHDRAWN


def embargo(testimony: Testimony) -> datetime | None:
    """Until when it stays closed, by the archive or by its narrator: the later of the two."""
    ends = [testimony.embargo_until, testimony.consent.open_from if testimony.consent else None]
    return max((end for end in ends if end), default=None)


def access_now(testimony: Testimony) -> AccessLevel:
    """Who may read it at this moment."""
    closed_until = embargo(testimony)
    return AccessLevel.CLOSED if closed_until and clock.now() < closed_until else access(testimony)


def uses(testimony: Testimony) -> Uses | None:
    """What else the narrator allows, or None where nobody asked."""
    consent = testimony.consent
    if consent is None:
        return None
    return Uses(consent.quoting, consent.teaching, consent.machines, consent.courts)


def current(submission: Submission) -> Consent | None:
    """The statement in force for an account, if any was made yet."""
    return next((c for c in reversed(submission.consents) if c.replaced_at is None), None)


def record(submission: Submission) -> bool:
    """Keep what the answers allow as a new statement. Returns whether it allows less than before."""
    answers, before, moment = submission.answers, current(submission), clock.midnight()
    made = Consent(
        submission_id=submission.id,
        testimony_id=submission.testimony_id,
        given_by=given_by(answers),
        given_at=moment,
        access=_level(answers),
        open_from=_open_from(answers),
        decided_by=answers.get("deciding", {}).get("decided_by", ""),
        words=_words(answers),
        disguise=answers.get("readers", {}).get("voice") == "disguised",
        **{use: answers.get("uses", {}).get(use) == "yes" for use in USES},
    )
    if before:
        before.replaced_at = moment
    session().add(made)
    session().flush()
    for owner in (submission, submission.testimony):
        if owner:
            session().expire(owner, ["consents"])
    return before is not None and _narrower(before, made)


def given_by(answers: Answers) -> str:
    """Who consented: the narrator, or somebody in their place, and in what capacity."""
    speaker = answers.get("speaker", {})
    if speaker.get("whose") != "another":
        return "narrator"
    agreed = {"written": "agreed in writing", "spoken": "agreed aloud", "cannot": "could not be asked"}
    said = [
        speaker.get("capacity", ""),
        f"the narrator {agreed.get(speaker.get('agreed', ''), 'was not asked')}",
    ]
    return "; ".join(filter(None, [*said, speaker.get("agreed_words", "")]))


def terms(submission: Submission) -> Terms | None:
    """The statement in force, for a page."""
    consent = current(submission)
    if consent is None:
        return None
    return Terms(
        uses={use: getattr(consent, use) for use in USES},
        access=consent.access,
        disguise=consent.disguise,
        open_from=consent.open_from.date() if consent.open_from else None,
        decided_by=consent.decided_by,
        given_by=consent.given_by,
        on=consent.given_at.date(),
    )


def _level(answers: Answers) -> str:
    """Who may read it; nobody, where a later day is wished and none is named."""
    if answers.get("opening", {}).get("opening") == "later" and _open_from(answers) is None:
        return AccessLevel.CLOSED.value
    return answers.get("readers", {}).get("access") or AccessLevel.CLOSED.value


def _open_from(answers: Answers) -> datetime | None:
    opening = answers.get("opening", {})
    if opening.get("opening") != "later" or not opening.get("open_from"):
        return None
    return datetime.fromisoformat(opening["open_from"]).replace(tzinfo=UTC)


def _words(answers: Answers) -> str:
    """What was answered, as it was asked: proof of what was agreed to."""
    said = [f"{step}.{name}: {value}" for step in CONSENT for name, value in answers.get(step, {}).items()]
    return "\n".join(said)


def _narrower(before: Consent, after: Consent) -> bool:
    levels = list(AccessLevel)
    return (
        any(getattr(before, use) and not getattr(after, use) for use in USES)
        or (after.disguise and not before.disguise)
        or levels.index(AccessLevel(after.access)) > levels.index(AccessLevel(before.access))
        or (after.open_from is not None and (before.open_from is None or after.open_from > before.open_from))
    )
