"""What the archive holds: the nouns, their columns and constraints."""

from app.models.audit import AuditEntry
from app.models.claim import Basis, Claim, Evidence, Question, Source, Stance
from app.models.collection import Accession, Collection
from app.models.consent import Consent
from app.models.edition import Audience, Edition, EditionLink, EditionPart, LinkKind
from app.models.event import Event
from app.models.fuzzy import known
from app.models.job import Job, JobState
from app.models.media import MediaFile
from app.models.passage import Passage, Redaction, RedactionReason
from app.models.person import Person, PersonName
from app.models.place import Place, PlaceName
from app.models.submission import Message, MessageKind, Submission, SubmissionContact, SubmissionState
from app.models.testimony import (
    AccessLevel,
    Mention,
    Participation,
    Testimony,
    TestimonyEvent,
    TestimonyPlace,
)
from app.models.transcript import Segment, Transcript, TranscriptKind
from app.models.upload import Upload, UploadState
from app.models.user import Role, User
from app.models.vocabulary import Tagging, Term, TermLabel, Vocabulary
from app.models.withdrawal import Outcome, Withdrawal

__all__ = [
    "AccessLevel",
    "Accession",
    "Audience",
    "AuditEntry",
    "Basis",
    "Claim",
    "Collection",
    "Consent",
    "Edition",
    "EditionLink",
    "EditionPart",
    "Event",
    "Evidence",
    "Job",
    "JobState",
    "LinkKind",
    "MediaFile",
    "Mention",
    "Message",
    "MessageKind",
    "Outcome",
    "Participation",
    "Passage",
    "Person",
    "PersonName",
    "Place",
    "PlaceName",
    "Question",
    "Redaction",
    "RedactionReason",
    "Role",
    "Segment",
    "Source",
    "Stance",
    "Submission",
    "SubmissionContact",
    "SubmissionState",
    "Tagging",
    "Term",
    "TermLabel",
    "Testimony",
    "TestimonyEvent",
    "TestimonyPlace",
    "Transcript",
    "TranscriptKind",
    "Upload",
    "UploadState",
    "User",
    "Vocabulary",
    "Withdrawal",
    "known",
]
