"""Lines, a file or a whole testimony are withheld through the door: gone at once, said why, and released."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.models import AuditEntry, MediaFile, Redaction, RedactionReason, Testimony
from app.services import redacting
from tests.conftest import post, testimony, told
from tests.test_hiding import OPEN, SECRET, WORDS, raw_public_files_with


def desk(identifier: str) -> str:
    return f"/workbench/testimonies/{identifier}?first=1&last=1"


def give_file(archive, identifier: str, name: str = "cassette-zorblatt.mp3", **more: object) -> str:
    """A recording deposited with its original and a copy for readers, both in the store."""
    with archive.writing() as session:
        kept = session.scalar(select(Testimony).filter_by(identifier=identifier))
        made = {}
        for use in ("original", "access"):
            made[use] = MediaFile(
                testimony_id=kept.id,
                original_id=made["original"].id if "original" in made else None,
                use=use,
                kind="audio",
                mimetype="audio/mpeg",
                key=f"{use}-{identifier}",
                name=name,
                is_open=True,
                caption="A cassette",
                size=3,
                sha256="",
            )
            session.add(made[use])
            session.flush()
        session.expire_all()
        from app.services import publishing

        publishing.publish(kept)
        return made["access"].identifier


def test_lines_withheld_through_the_door_are_gone_at_once_and_the_original_is_untouched(
    client, keep, work, archive, sign_in
):
    identifier = keep(testimony("a", OPEN, SECRET, "And then it was morning."))
    original = archive.settings.home / "media" / "sealed"
    original.parent.mkdir(exist_ok=True)
    original.write_bytes(SECRET.encode())
    before = hashlib.sha256(original.read_bytes()).hexdigest()
    work()
    archivist = sign_in("archivist")
    to = f"/workbench/testimonies/{identifier}/withhold"
    fields = {"panel": "withheld", "first": 1, "last": 1, "reason": "third_party", "note": "His sister asks."}
    assert post(archivist, desk(identifier), to, **fields).status_code == 303
    page = client.get(f"/testimonies/{identifier}").text
    assert "Zorblatt" not in page
    assert "it concerns another person" in page
    assert "His sister asks." not in page
    assert "Zorblatt" not in client.get(f"/testimonies/{identifier}.json").text
    assert client.get("/api/v1/search?q=zorblatt").json["hits"] == []
    work()
    assert not raw_public_files_with(archive, WORDS)
    with archive.reading() as session:
        from app.models import Segment

        assert SECRET in session.scalars(select(Segment.text)).all()
    assert hashlib.sha256(original.read_bytes()).hexdigest() == before
    shown = archivist.get(desk(identifier)).text
    assert "His sister asks." in shown
    assert SECRET in shown


def test_a_day_is_changed_and_lines_are_released_with_a_reason(client, keep, archive, sign_in):
    identifier = keep(testimony("a", OPEN, SECRET))
    archivist = sign_in("archivist")
    until = (clock.today() + timedelta(days=30)).isoformat()
    later = (clock.today() + timedelta(days=60)).isoformat()
    to = f"/workbench/testimonies/{identifier}/withhold"
    gone = post(archivist, desk(identifier), to, first=1, last=1, reason="danger", until="2001-01-01")
    assert gone.status_code == 422
    assert "must be still to come" in gone.text
    assert "Zorblatt" in client.get(f"/testimonies/{identifier}").text
    post(archivist, desk(identifier), to, first=1, last=1, reason="danger", until=until)
    with archive.reading() as session:
        redaction = session.scalar(select(Redaction.identifier))
    door = f"/workbench/redactions/{redaction}"
    known = {"testimony": identifier, "panel": "withheld"}
    change = {"until": later, "was_until": until, "version": 1}
    assert post(archivist, desk(identifier), f"{door}/change", **known, **change).status_code == 303
    # Somebody who still has the first day before them is shown both.
    other = {"until": "", "was_until": until, "version": 1}
    assert post(archivist, desk(identifier), f"{door}/change", **known, **other).status_code == 409
    assert post(archivist, desk(identifier), f"{door}/lift", **known, why=" ").status_code == 422
    assert "Zorblatt" not in client.get(f"/testimonies/{identifier}").text
    assert post(archivist, desk(identifier), f"{door}/lift", **known, why="He is safe.").status_code == 303
    assert "Zorblatt" in client.get(f"/testimonies/{identifier}").text
    with archive.reading() as session:
        assert session.scalar(select(Redaction)).lifted_at is not None
        entries = session.scalars(select(AuditEntry).where(AuditEntry.target.startswith("redaction:"))).all()
        assert [e.action for e in entries] == ["redaction.change", "redaction.lift"]
        assert told(archive, entries[0])["before"] == {"until": until}
        assert told(archive, entries[1])["why"] == "He is safe."


def test_what_the_narrator_has_withheld_no_archivist_releases(keep, archive, client):
    from app.services import linking
    from app.services.withdrawing import TELLER

    identifier = keep(testimony("a", OPEN, SECRET))
    with archive.writing() as session:
        passage = linking.pick(linking.find(identifier), 1, 1)
        passage.redactions.append(Redaction(reason=RedactionReason.CONSENT, made_by=TELLER))
        session.flush()
        redaction = passage.redactions[0].identifier
        from app.services import publishing

        publishing.publish(linking.find(identifier))
    with pytest.raises(Conflict, match="Only the narrator"), archive.writing():
        redacting.lift(redaction, "We think it is safe.", OPERATOR)
    with pytest.raises(Conflict, match="Only the narrator"), archive.writing():
        redacting.change(redaction, clock.today() + timedelta(days=1), 1, OPERATOR)
    assert "Zorblatt" not in client.get(f"/testimonies/{identifier}").text


def test_a_withheld_file_leaves_nothing_but_its_kind_and_the_reason(keep, archive, client, sign_in):
    identifier = keep(testimony("a", OPEN))
    ref = give_file(archive, identifier)
    assert f"/media/{ref}" in client.get(f"/testimonies/{identifier}").text
    archivist = sign_in("archivist")
    door = f"/workbench/files/{ref}"
    known = {"testimony": identifier, "panel": "withheld"}
    assert post(archivist, desk(identifier), f"{door}/withhold", **known, reason="law").status_code == 303
    page, data = client.get(f"/testimonies/{identifier}").text, client.get(f"/testimonies/{identifier}.json")
    assert "A recording is withheld: the law requires it" in page
    for said in (page, data.text):
        assert not [word for word in (ref, "cassette", "access-", "zorblatt") if word in said.lower()]
    assert data.json["media"] == [{"use": "withheld", "kind": "audio", "withheld": "law"}]
    assert client.get(f"/media/{ref}").status_code == 404
    assert post(archivist, desk(identifier), f"{door}/release", **known).status_code == 303
    assert f"/media/{ref}" in client.get(f"/testimonies/{identifier}").text


def test_a_whole_testimony_is_withheld_and_put_back(keep, archive, client, sign_in):
    identifier = keep(testimony("a", OPEN, access="reading_room"))
    archivist, reader = sign_in("archivist"), sign_in("reader")
    door, known = f"/workbench/testimonies/{identifier}/close", {"panel": "withheld"}
    assert post(archivist, desk(identifier), door, **known, why="").status_code == 422
    assert post(archivist, desk(identifier), door, **known, why="A letter came.").status_code == 303
    assert reader.get(f"/testimonies/{identifier}").status_code == 404
    shown = archivist.get(desk(identifier)).text
    assert "Before it was withheld as a whole it was open to signed-in readers." in shown
    assert post(archivist, desk(identifier), door, **known, put_back=1).status_code == 303
    assert reader.get(f"/testimonies/{identifier}").status_code == 200
    assert client.get(f"/testimonies/{identifier}").status_code == 404
    with archive.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "testimony.set_access").order_by(AuditEntry.id)
        ).first()
        assert told(archive, entry)["why"] == "A letter came."
        assert told(archive, entry)["before"]["access"] == "reading_room"


def test_two_who_change_who_may_read_it_see_both(keep, archive, sign_in):
    identifier = keep(testimony("a", OPEN))
    archivist = sign_in("archivist")
    with archive.reading() as session:
        version = session.scalar(select(Testimony.version))
    door = f"/workbench/testimonies/{identifier}/access"
    read = {"version": version, "was_access": "public", "was_embargo_until": "", "panel": "withheld"}
    one = post(archivist, desk(identifier), door, **read, access="closed", embargo_until="")
    assert one.status_code == 303
    two = post(archivist, desk(identifier), door, **read, access="restricted", embargo_until="")
    assert two.status_code == 409
    assert "Two versions" in two.text
    with archive.reading() as session:
        assert session.scalar(select(Testimony.access)) == "closed"


def test_what_cannot_be_withheld_is_refused_and_what_was_typed_stays(keep, sign_in, archive):
    identifier = keep(testimony("a", OPEN))
    to = f"/workbench/testimonies/{identifier}/withhold"
    refused = post(
        sign_in("archivist"),
        desk(identifier),
        to,
        panel="withheld",
        first=7,
        last=9,
        reason="danger",
        note="Typed with care.",
    )
    assert refused.status_code == 422
    assert "Typed with care." in refused.text
    with pytest.raises(Invalid), archive.writing():
        redacting.redact(identifier, 0, 0, "boredom", OPERATOR)
