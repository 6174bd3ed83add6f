"""What the archive holds: the nouns, their columns and constraints."""

from app.models.access_request import AccessRequest, RequestState
from app.models.audit import AuditEntry, AuditWords
from app.models.bulk import BulkAction, BulkChange, BulkItem, BulkState
from app.models.claim import (
    Basis,
    Claim,
    Dismissal,
    Evidence,
    Question,
    SecondReading,
    Source,
    Stance,
    Verdict,
)
from app.models.collection import Accession, Collection
from app.models.consent import Consent
from app.models.derivation import Derivation, DerivationState
from app.models.edition import SEARCHING, Audience, Edition, EditionLink, EditionPart, LinkKind
from app.models.event import Event
from app.models.fixity import FixityCheck, Found, Shelf
from app.models.fuzzy import known
from app.models.hold import Hold
from app.models.invitation import Invitation
from app.models.job import Job, JobState
from app.models.media import MediaFile
from app.models.passage import Doubt, Passage, Redaction, RedactionReason
from app.models.passkey import Passkey
from app.models.person import KeptApart, Person, PersonName
from app.models.place import Place, PlaceName
from app.models.reader_list import ReaderList
from app.models.region import Region
from app.models.saved_search import SavedSearch
from app.models.sign_in import Guess, SignIn, Way
from app.models.submission import Message, MessageKind, Submission, SubmissionContact, SubmissionState
from app.models.testimony import (
    AccessLevel,
    Mention,
    Participation,
    Testimony,
    TestimonyEvent,
    TestimonyPlace,
)
from app.models.tie import Tie, TieKind
from app.models.transcript import Segment, Transcript, TranscriptKind
from app.models.upload import Upload, UploadState
from app.models.user import Role, User
from app.models.vocabulary import (
    LabelKind,
    RelationKind,
    Statement,
    Tagging,
    Term,
    TermKey,
    TermLabel,
    TermRelation,
    Vocabulary,
)
from app.models.withdrawal import Outcome, Withdrawal

__all__ = [
    "SEARCHING",
    "AccessLevel",
    "AccessRequest",
    "Accession",
    "Audience",
    "AuditEntry",
    "AuditWords",
    "Basis",
    "BulkAction",
    "BulkChange",
    "BulkItem",
    "BulkState",
    "Claim",
    "Collection",
    "Consent",
    "Derivation",
    "DerivationState",
    "Dismissal",
    "Doubt",
    "Edition",
    "EditionLink",
    "EditionPart",
    "Event",
    "Evidence",
    "FixityCheck",
    "Found",
    "Guess",
    "Hold",
    "Invitation",
    "Job",
    "JobState",
    "KeptApart",
    "LabelKind",
    "LinkKind",
    "MediaFile",
    "Mention",
    "Message",
    "MessageKind",
    "Outcome",
    "Participation",
    "Passage",
    "Passkey",
    "Person",
    "PersonName",
    "Place",
    "PlaceName",
    "Question",
    "ReaderList",
    "Redaction",
    "RedactionReason",
    "Region",
    "RelationKind",
    "RequestState",
    "Role",
    "SavedSearch",
    "SecondReading",
    "Segment",
    "Shelf",
    "SignIn",
    "Source",
    "Stance",
    "Statement",
    "Submission",
    "SubmissionContact",
    "SubmissionState",
    "Tagging",
    "Term",
    "TermKey",
    "TermLabel",
    "TermRelation",
    "Testimony",
    "TestimonyEvent",
    "TestimonyPlace",
    "Tie",
    "TieKind",
    "Transcript",
    "TranscriptKind",
    "Upload",
    "UploadState",
    "User",
    "Verdict",
    "Vocabulary",
    "Way",
    "Withdrawal",
    "known",
]
