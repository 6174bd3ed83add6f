"""Taking back: stop publication, restrict, close until a day, destroy, or withhold some lines.

Each withdrawal is a row here and a line of the ledger outside the database. A database put back
from an older copy is brought up to the ledger before it serves (``replay``).
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import event, select

from app import clock
from app.db import session
from app.errors import Conflict, Invalid
from app.given import GivenLine
from app.models import (
    AccessLevel,
    Outcome,
    Passage,
    Redaction,
    RedactionReason,
    Submission,
    SubmissionState,
    Testimony,
    TranscriptKind,
    Upload,
    Withdrawal,
)
from app.policy import narrower
from app.queue import enqueue
from app.services import (
    consenting,
    deriving,
    destroying,
    identifying,
    linking,
    publishing,
    recalling,
    revisions,
)
from app.services.descending import Descent, Place
from app.storage import ledger

TELLER = "narrator"  # who made a redaction that the teller may lift again


def withdraw(identifier: str, outcome: str, until: date | None = None) -> None:
    """Take an account back, in one of four ways. Raises Invalid without a day to close until.

    What was stopped can still be destroyed; what was destroyed is gone. Raises Conflict for the rest.
    """
    chosen = identifying.choice(Outcome, outcome, "way to withdraw")
    submission = recalling.find(identifier)
    if submission.state is SubmissionState.DRAFT:
        raise Conflict("This account was not sent yet; it can be deleted.")
    before = last(submission) if submission.state is SubmissionState.WITHDRAWN else None
    if before and (before.outcome is Outcome.DESTROY or chosen is not Outcome.DESTROY):
        raise Conflict("The archive does not read this account at present.")
    if chosen is Outcome.CLOSE and (until is None or until <= clock.today()):
        raise Invalid("Say until which day it is to be closed; the day must be still to come.")
    details: dict[str, Any] = {"until": until.isoformat()} if until and chosen is Outcome.CLOSE else {}
    if chosen is Outcome.STOP:
        details = {"before": submission.state.value}
    recalling.touched(submission, f"submission.withdraw_{chosen.value}")
    _do(_write_down(submission, chosen, details))


def discard(submission: Submission) -> None:
    """Destroy a draft, so that also an older copy of the database does not bring it back."""
    _do(_write_down(submission, Outcome.DESTROY, {}))


def resume(identifier: str) -> None:
    """Let what was stopped go on. Raises Conflict when it was not stopped, or was destroyed."""
    submission = recalling.find(identifier)
    stopped = last(submission)
    if submission.state is not SubmissionState.WITHDRAWN or not stopped or stopped.outcome is Outcome.DESTROY:
        raise Conflict("There is nothing here that could go on.")
    submission.state = SubmissionState(stopped.details["before"])
    recalling.touched(submission, "submission.resume")
    if submission.testimony:
        publishing.publish(submission.testimony)


def last(submission: Submission) -> Withdrawal | None:
    """The last time this account was stopped or destroyed."""
    return session().scalar(
        select(Withdrawal)
        .where(
            Withdrawal.submission == submission.identifier,
            Withdrawal.outcome.in_((Outcome.STOP, Outcome.DESTROY)),
        )
        .order_by(Withdrawal.outcome != Outcome.DESTROY, Withdrawal.id.desc())
        .limit(1)
    )


def narrowed(submission: Submission) -> None:
    """Write down that consent became narrower, as it now is."""
    consent = consenting.current(submission)
    if consent is None:
        return
    answers = submission.answers
    details = {step: dict(answers.get(step, {})) for step in ("uses", "readers", "opening")}
    _write_down(submission, Outcome.CONSENT, details)


def lines(identifier: str) -> tuple[GivenLine, ...]:
    """The lines of an account as they stand in the archive; none before it is taken in."""
    testimony = recalling.find(identifier).testimony
    original = _original(testimony) if testimony else None
    if testimony is None or original is None:
        return ()
    own, others = _withheld(testimony, own=True), _withheld(testimony, own=False)
    return tuple(
        GivenLine(
            s.position, s.text, s.speaker, s.start_ms, s.end_ms, s.position in own, s.position in others
        )
        for s in original.segments
    )


def revision(identifier: str) -> int:
    """The revision in which the lines of an account are numbered; 0 before it is taken in."""
    testimony = recalling.find(identifier).testimony
    return revisions.number(testimony) if testimony else 0


def withhold(identifier: str, chosen: Collection[int], shown: range, read: int = 0) -> None:
    """Of the lines ``shown``, have exactly the ``chosen`` ones withheld by the teller.

    Numbered as in revision ``read`` (0: today's): after a correction since, what became of them is meant.
    """
    submission = recalling.find(identifier)
    if submission.testimony is None:
        raise Conflict("This account is not in the archive yet: change its words instead.")
    now = revisions.number(submission.testimony)
    before = _withheld(submission.testimony, own=True)
    seen = _today(submission.testimony, set(shown), read or now)
    wanted = (before - seen) | _today(submission.testimony, set(chosen) & set(shown), read or now)
    if wanted == before:
        return
    recalling.touched(submission, "submission.withhold")
    runs = [list(run) for run in _runs(wanted)]
    _do(_write_down(submission, Outcome.PASSAGE, {"lines": runs, "revision": now}))


def take_file_back(submission: Submission, upload: Upload) -> None:
    """Destroy a file of an account that was sent, also where it stands with the testimony."""
    _do(_write_down(submission, Outcome.FILE, {"file": upload.identifier}))


def behind() -> list[dict[str, Any]]:
    """What the ledger says and this database knows nothing of. Raises Conflict when there is no ledger."""
    if not ledger().exists():
        raise Conflict(
            f"The ledger of withdrawals is missing ({ledger().path}). If this archive was put back from a "
            "copy, bring the ledger of the archive it was copied from: what was withdrawn since would be "
            "shown again. Where there is none to bring, make an empty file of that name."
        )
    known = set(session().scalars(select(Withdrawal.identifier)))
    return [entry for entry in ledger().entries() if entry["identifier"] not in known]


def replay() -> int:
    """Do again what the ledger says and this database has forgotten. Returns how much that was.

    What never was committed, and after which the same teller has decided anew, is not done any more.
    """
    missed = _not_overtaken(behind())
    for entry in missed:
        withdrawal = Withdrawal(**(entry | {"made_on": date.fromisoformat(entry["made_on"])}))
        withdrawal.outcome = Outcome(entry["outcome"])
        session().add(withdrawal)
        session().flush()
        _do(withdrawal)
    return len(missed)


def _not_overtaken(missed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left = {entry["identifier"] for entry in missed}
    decided_at = {e["submission"]: n for n, e in enumerate(ledger().entries()) if e["identifier"] not in left}
    places = {entry["identifier"]: number for number, entry in enumerate(ledger().entries())}
    kept = []
    for entry in missed:
        if decided_at.get(entry["submission"], -1) > places[entry["identifier"]]:
            ledger().void(entry["identifier"])
        else:
            kept.append(entry)
    return kept


def carry_over(submission: Submission, testimony: Testimony) -> bool:
    """Withhold again the lines that were taken out of an account when it was taken in before.

    Returns whether there were any: an archivist must then look before readers may, for the lines may have
    been divided otherwise.
    """
    taken_out = session().scalar(
        select(Withdrawal)
        .where(Withdrawal.submission == submission.identifier, Withdrawal.outcome == Outcome.PASSAGE)
        .order_by(Withdrawal.id.desc())
        .limit(1)
    )
    if taken_out is None or not taken_out.details["lines"]:
        return False
    with suppress(Invalid):
        _hold_back(taken_out, submission, testimony)
    return True


def _write_down(submission: Submission, outcome: Outcome, details: dict[str, Any]) -> Withdrawal:
    """The row, and the ledger's line first: if we fall between the two, it is done at the next start."""
    testimony = submission.testimony
    public = testimony is not None and publishing.is_public(testimony)
    withdrawal = Withdrawal(
        outcome=outcome,
        submission=submission.identifier,
        testimony=testimony.identifier if testimony else "",
        details=details,
        was_public=public,
        made_on=clock.today(),
    )
    session().add(withdrawal)
    session().flush()
    ledger().add(
        {
            "identifier": withdrawal.identifier,
            "outcome": outcome.value,
            "submission": withdrawal.submission,
            "testimony": withdrawal.testimony,
            "details": details,
            "was_public": public,
            "made_on": withdrawal.made_on.isoformat(),
        }
    )
    _void_unless_committed(withdrawal.identifier)
    return withdrawal


def _void_unless_committed(identifier: str) -> None:
    """What could not be done, and was refused to the teller, must not be done at the next start."""
    book = ledger()
    committed: list[object] = []
    event.listen(session(), "after_commit", committed.append)
    event.listen(session(), "after_rollback", lambda _: None if committed else book.void(identifier))


def _do(withdrawal: Withdrawal) -> None:
    """Carry a withdrawal out, on whatever of the account is here."""
    submission = session().scalar(select(Submission).filter_by(identifier=withdrawal.submission))
    testimony = session().scalar(select(Testimony).filter_by(identifier=withdrawal.testimony))
    _DEEDS[withdrawal.outcome](withdrawal, submission, testimony)
    session().flush()


def _stop(_: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    if submission:
        submission.state = SubmissionState.WITHDRAWN
    if testimony:
        publishing.publish(testimony)


def _restrict(_: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    before = submission.answers.get("readers", {}).get("access") if submission else None
    level = narrower(AccessLevel(before or AccessLevel.CLOSED), AccessLevel.RESTRICTED)
    said = submission.answers.get("readers", {}) if submission else {}
    _consent(submission, readers={**said, "access": level.value})


def _close(withdrawal: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    before = submission.answers.get("opening", {}) if submission else {}
    own = before.get("open_from", "") if before.get("opening") == "later" else ""
    _consent(submission, opening={"opening": "later", "open_from": max(own, withdrawal.details["until"])})


def _narrow(withdrawal: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    _consent(submission, **withdrawal.details)


def _consent(submission: Submission | None, **answers: dict[str, Any]) -> None:
    if submission is None:
        return
    submission.answers = {**submission.answers, **answers}
    session().flush()
    consenting.record(submission)
    if submission.testimony:
        publishing.publish(submission.testimony)


def _hold_back(withdrawal: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    if testimony is None:
        return
    meant = {n for first, last in withdrawal.details["lines"] for n in range(first, last + 1)}
    wanted = set(_runs(_today(testimony, meant, withdrawal.details.get("revision", 1))))
    for passage in _standing(testimony):
        for redaction in passage.redactions:
            if _is_own(redaction):
                if (passage.first, passage.last) in wanted:
                    wanted.discard((passage.first, passage.last))
                else:
                    redaction.lifted_at = clock.midnight()
    for first, end in sorted(wanted):
        passage = linking.pick(testimony, first, end)
        passage.redactions.append(
            Redaction(reason=RedactionReason.CONSENT, made_by=TELLER, made_at=clock.midnight())
        )
    session().flush()
    publishing.publish(testimony)


def _drop_file(withdrawal: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    upload = session().scalar(select(Upload).filter_by(identifier=withdrawal.details["file"]))
    if upload is None or submission is None:
        return
    enqueue("discard", upload=upload.identifier, key=upload.key)
    submission.uploads.remove(upload)
    if testimony:
        gone = {file.id for file in testimony.media if file.key == upload.key}
        deriving.abandon(gone)
        copies = [file for file in testimony.media if file.original_id in gone]
        for file in copies:
            enqueue("discard", key=file.key)
            testimony.media.remove(file)
        session().flush()  # before their original, with whose row the database lets theirs go
        testimony.media[:] = [file for file in testimony.media if file.id not in gone]
        publishing.publish(testimony)


def _destroy(_: Withdrawal, submission: Submission | None, testimony: Testimony | None) -> None:
    if testimony:
        destroying.testimony(testimony)
    if submission:
        destroying.submission(submission)
        submission.state = SubmissionState.WITHDRAWN


_DEEDS: dict[Outcome, Callable[[Withdrawal, Submission | None, Testimony | None], None]] = {
    Outcome.STOP: _stop,
    Outcome.RESTRICT: _restrict,
    Outcome.CLOSE: _close,
    Outcome.CONSENT: _narrow,
    Outcome.PASSAGE: _hold_back,
    Outcome.FILE: _drop_file,
    Outcome.DESTROY: _destroy,
}


def _today(testimony: Testimony, lines: set[int], read: int) -> set[int]:
    """What became of lines of revision ``read``.

    Of a revision that this database has not (it was put back from an older copy) nobody can say which
    lines were meant: all of them, for what was taken back must not be seen again.
    """
    held = revisions.original(testimony)
    if held is None or read == held.revision or not lines:
        return lines
    if read > held.revision:
        return {segment.position for segment in held.segments}
    descent = Descent(revisions.chain(held))
    return {n for line in lines for n in descent.standing(Place(read, line, line))}


def _original(testimony: Testimony) -> Any:
    return next(
        (t for t in testimony.transcripts if t.kind is TranscriptKind.ORIGINAL and t.is_current), None
    )


def _standing(testimony: Testimony) -> list[Passage]:
    """Its passages but for those of whose lines none is left: their numbers are those of an old revision."""
    original = _original(testimony)
    return [p for p in testimony.passages if original is not None and p.transcript_id == original.id]


def _is_own(redaction: Redaction) -> bool:
    return redaction.made_by == TELLER and redaction.is_in_force(clock.now())


def _withheld(testimony: Testimony, *, own: bool) -> set[int]:
    """The numbers of the lines withheld by the teller, or by the archive."""
    return {
        number
        for passage in _standing(testimony)
        if passage.first is not None and passage.last is not None
        for redaction in passage.redactions
        if redaction.is_in_force(clock.now()) and _is_own(redaction) is own
        for number in range(passage.first, passage.last + 1)
    }


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
