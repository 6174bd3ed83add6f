"""An account offered to the archive, what was said about it, and the receipt that reopens it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered, Versioned

if TYPE_CHECKING:
    from app.models.consent import Consent
    from app.models.testimony import Testimony
    from app.models.upload import Upload


class SubmissionState(StrEnum):
    """Where an account stands."""

    DRAFT = "draft"
    SENT = "sent"
    IN_REVIEW = "in_review"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Submission(Identified, Versioned, Base):
    """An account offered. It keeps no address, and of moments only the day."""

    __tablename__ = "submission"

    ticket: Mapped[str | None] = mapped_column(unique=True)  # digest of the session's: one draft for each
    receipt_hash: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[SubmissionState] = mapped_column(default=SubmissionState.DRAFT, index=True)
    language: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_on: Mapped[date] = mapped_column(default=clock.today)
    sent_on: Mapped[date | None]
    set_aside: Mapped[bool] = mapped_column(default=False)  # came in a flood: looked at after the others
    taken_by: Mapped[str] = mapped_column(default="")  # the archivist who has it
    reason: Mapped[str] = mapped_column(default="")  # why it was declined
    testimony_id: Mapped[int | None] = mapped_column(
        ForeignKey("testimony.id", ondelete="SET NULL"), index=True
    )

    testimony: Mapped[Testimony | None] = relationship()
    contact: Mapped[SubmissionContact | None] = relationship(cascade="all, delete-orphan")
    messages: Mapped[list[Message]] = relationship(cascade="all, delete-orphan", order_by="Message.id")
    uploads: Mapped[list[Upload]] = relationship(
        back_populates="submission", cascade="all, delete-orphan", order_by="Upload.id"
    )
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")


class SubmissionContact(Base):
    """How to reach a teller: encrypted, and in a table of its own."""

    __tablename__ = "submission_contact"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey(Submission.id, ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[str]  # see sealing.Seal.close


class MessageKind(StrEnum):
    """What is said between archive and teller."""

    QUESTION = "question"  # the archive asks
    ANSWER = "answer"
    CORRECTION = "correction"  # the teller says what is wrong in a text that was taken in
    NOTICE = "notice"  # the archive says what it did


class Message(Numbered, Base):
    """One thing said about an account, by the archive or by its teller."""

    __tablename__ = "message"

    submission_id: Mapped[int] = mapped_column(ForeignKey(Submission.id, ondelete="CASCADE"), index=True)
    kind: Mapped[MessageKind]
    text: Mapped[str]
    said_on: Mapped[date] = mapped_column(default=clock.today)
