"""What the trail says of the testimonies of a dossier: where they came from, and what was done since."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.db import session
from app.models import Audience, AuditEntry
from app.services import anchoring, masking

# What readers are told of; whatever else was done is for archivists. None of these says a word of anybody.
TOLD = ("testimony.accession", "testimony.publish", "evidence.link")


def entries(audience: str, testimonies: Collection[str], links: Collection[str]) -> list[dict[str, Any]]:
    """Entries about these testimonies, oldest first, with all that their chain values are made of.

    Readers are given those of TOLD alone, and of links those they see (``links``). Words that stand beside
    the chain are in none; an entry that says a kept name (as an identifier from elsewhere may) is left out.
    """
    held = select(AuditEntry).where(AuditEntry.about.in_(testimonies)).order_by(AuditEntry.id)
    if audience != Audience.STAFF:
        held = held.where(AuditEntry.action.in_(TOLD))
    shown, veils = {f"evidence:{link}" for link in links}, masking.kept_from(audience)
    found = [
        entry
        for entry in session().scalars(held)
        if (audience == Audience.STAFF or not entry.action.startswith("evidence.") or entry.target in shown)
        and not masking.occurs(json.dumps(entry.details, ensure_ascii=False), veils)
    ]
    return [_said(entry) for entry in found]


def head() -> dict[str, Any]:
    """The trail's last entry as it stands: whoever keeps it elsewhere can hold the archive to it."""
    found = anchoring.of(session())
    return {"number": found.number, "chain": found.chain, "entries": found.count} if found else {}


def _said(entry: AuditEntry) -> dict[str, Any]:
    before = session().scalar(
        select(AuditEntry.chain).where(AuditEntry.id < entry.id).order_by(AuditEntry.id.desc()).limit(1)
    )
    return {
        "number": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "details": entry.details,
        "before": before or "",
        "chain": entry.chain,
    }
