"""Work to be done after the visitor has left."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Numbered


class JobState(StrEnum):
    """Where a job stands. Done jobs are removed: the queue is what is left to do."""

    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"


class Job(Numbered, Base):
    """A name and ids, noted in the transaction that calls for it. It may run twice."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_at"),)

    name: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
