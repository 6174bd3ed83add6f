"""An account offered to the archive, and the receipt that reopens it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, Versioned


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

    receipt_hash: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[SubmissionState] = mapped_column(default=SubmissionState.DRAFT)
    language: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_on: Mapped[date] = mapped_column(default=clock.today)
    testimony_id: Mapped[int | None] = mapped_column(ForeignKey("testimony.id"), index=True)
