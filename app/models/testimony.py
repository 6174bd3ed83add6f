"""A testimony: an account as a whole, who took part in it, and who may read it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, Identified, Numbered, Versioned
from app.models.collection import Accession, Collection
from app.models.event import Event
from app.models.fuzzy import fuzzy_date
from app.models.person import Person
from app.models.place import Place
from app.records import FuzzyDate

if TYPE_CHECKING:
    from app.models.consent import Consent
    from app.models.media import MediaFile
    from app.models.passage import Passage
    from app.models.transcript import Transcript
    from app.models.vocabulary import Tagging


class AccessLevel(StrEnum):
    """Who may read a testimony once it is published."""

    PUBLIC = "public"
    READING_ROOM = "reading_room"  # signed-in readers
    RESTRICTED = "restricted"  # named readers, and archivists
    CLOSED = "closed"  # archivists only


class Testimony(Identified, Versioned, Base):
    """An account as a whole, spoken or written."""

    __tablename__ = "testimony"
    __table_args__ = (UniqueConstraint("collection_id", "source_id"),)

    source_id: Mapped[str]  # what it was called where it came from
    collection_id: Mapped[int] = mapped_column(ForeignKey(Collection.id), index=True)
    accession_id: Mapped[int | None] = mapped_column(ForeignKey(Accession.id))
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="interview")
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    date: Mapped[FuzzyDate] = fuzzy_date("date")
    period: Mapped[FuzzyDate] = fuzzy_date("period")
    place_id: Mapped[int | None] = mapped_column(ForeignKey(Place.id))
    duration_ms: Mapped[int | None]
    rights: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    accession_number: Mapped[str] = mapped_column(default="")
    repository: Mapped[str] = mapped_column(default="")
    content_note: Mapped[str] = mapped_column(default="")
    invented: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    access: Mapped[AccessLevel] = mapped_column(default=AccessLevel.CLOSED)  # denied unless granted
    embargo_until: Mapped[datetime | None]
    is_disguised: Mapped[bool] = mapped_column(default=False)  # its voices, in every copy for readers
    published_at: Mapped[datetime | None]  # None: only archivists see it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    fingerprint: Mapped[str] = mapped_column(default="")  # SHA-256 of the record as it came in

    collection: Mapped[Collection] = relationship()
    place: Mapped[Place | None] = relationship()
    participations: Mapped[list[Participation]] = relationship(
        back_populates="testimony", cascade="all, delete-orphan", order_by="Participation.id"
    )
    mentions: Mapped[list[Mention]] = relationship(cascade="all, delete-orphan", order_by="Mention.id")
    events: Mapped[list[Event]] = relationship(secondary="testimony_event", order_by="Event.id")
    places: Mapped[list[Place]] = relationship(secondary="testimony_place", order_by="Place.id")
    transcripts: Mapped[list[Transcript]] = relationship(
        back_populates="testimony", cascade="all, delete-orphan", order_by="Transcript.id"
    )
    passages: Mapped[list[Passage]] = relationship(
        back_populates="testimony", cascade="all, delete-orphan", order_by="Passage.id"
    )
    taggings: Mapped[list[Tagging]] = relationship(cascade="all, delete-orphan", order_by="Tagging.id")
    media: Mapped[list[MediaFile]] = relationship(
        back_populates="testimony", cascade="all, delete-orphan", order_by="MediaFile.id"
    )

    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id", passive_deletes=True)

    @property
    def consent(self) -> Consent | None:
        """What its narrator allows at present, where it was asked."""
        return next((c for c in reversed(self.consents) if c.replaced_at is None), None)


class Participation(Numbered, Base):
    """The part a person played in making a testimony."""

    __tablename__ = "participation"

    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    role: Mapped[str]  # narrator, interviewer, translator, ...
    note: Mapped[str] = mapped_column(default="")

    testimony: Mapped[Testimony] = relationship(back_populates="participations")
    person: Mapped[Person] = relationship()


class Mention(Numbered, Base):
    """A person spoken of in a testimony."""

    __tablename__ = "mention"

    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)

    person: Mapped[Person] = relationship()


class TestimonyEvent(Base):
    """A testimony tells of an event."""

    __tablename__ = "testimony_event"

    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), primary_key=True, index=True)


class TestimonyPlace(Base):
    """A testimony speaks of a place."""

    __tablename__ = "testimony_place"

    testimony_id: Mapped[int] = mapped_column(ForeignKey(Testimony.id, ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), primary_key=True, index=True)
