"""Withheld lines in recordings: gone at commit, and then a copy without them; never the other way round."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid, NotFound
from app.models import AuditEntry, MediaFile, Redaction, RedactionReason, Region
from app.services import covering, linking, publishing, redacting, regions, submitting, veiling, withdrawing
from app.services.withdrawing import TELLER
from tests.conftest import post, testimony
from tests.recording import (
    copies,
    digest,
    film,
    frames,
    give,
    heard,
    length,
    loudest,
    photograph,
    refs,
    sound,
)
from tests.telling import accept, send

LINES = (
    "The doors were open.",
    "We heard the trucks.",
    "Zorblatt hid the papers.",
    "Then came the frost.",
    "We left.",
)
SILENT = 1e-4  # -80 dBFS
FIRST, LAST = 3.5, 6.5  # line 2 is spoken from 4 to 6 s, with half a second on both sides


def seen(client, identifier: str) -> dict[str, str]:
    return refs(client.get(f"/testimonies/{identifier}.json"))


def stored(archive) -> set[str]:
    return set(archive.store.keys())


@pytest.fixture
def recorded(keep, archive, tmp_path, work) -> tuple[str, str]:
    """A published testimony of ten seconds with a recording; its identifier, and the original's."""
    identifier = keep(testimony("a", *LINES))
    original = give(archive, identifier, sound(tmp_path / "cassette.wav", 10.0), "audio")
    work()
    return identifier, original


def withhold(archive, identifier: str, first: int, last: int = -1) -> str:
    with archive.writing():
        return redacting.redact(identifier, first, max(first, last), "danger", OPERATOR).identifier


def test_a_withheld_span_is_silence_in_the_served_copy_also_from_the_middle(
    recorded, client, archive, work, sign_in
):
    identifier, original = recorded
    plain = seen(client, identifier)
    whole = {name: client.get(f"/media/{ref}").data for name, ref in plain.items()}
    assert loudest(whole["opus"], FIRST, LAST) > 0.1
    archivist = sign_in("archivist")
    to = f"/workbench/testimonies/{identifier}/withhold"
    fields = {"panel": "withheld", "first": 2, "last": 2, "reason": "danger"}
    post(archivist, f"/workbench/testimonies/{identifier}?first=2&last=2", to, **fields)
    # From the moment of commit nothing is left, neither at an old address nor in a piece of it.
    assert seen(client, identifier) == {}
    for ref in plain.values():
        assert client.get(f"/media/{ref}").status_code == 404
        assert client.get(f"/media/{ref}", headers={"Range": "bytes=100-200"}).status_code == 404
    work()
    made = seen(client, identifier)
    assert set(made) == set(plain)
    assert not set(made.values()) & set(plain.values())
    for name in ("opus", "aac"):
        data = client.get(f"/media/{made[name]}").data
        assert loudest(data, FIRST, LAST) < SILENT
        assert loudest(data, 0.0, 3.0) > 0.1
        assert loudest(data, 7.0, 10.0) > 0.1
        assert length(data) == length(whole[name])
    data = client.get(f"/media/{made['opus']}").data
    cluster = data.find(bytes.fromhex("1f43b675"))  # everything before it is the head
    inside = data.find(bytes.fromhex("1f43b675"), len(data) // 2)
    head = client.get(f"/media/{made['opus']}", headers={"Range": f"bytes=0-{cluster - 1}"})
    rest = client.get(f"/media/{made['opus']}", headers={"Range": f"bytes={inside}-"})
    assert (head.status_code, rest.status_code) == (206, 206)
    pieces = list(heard(head.data + rest.data))
    assert FIRST < pieces[0][0] < LAST or pieces[0][0] >= 5.0
    assert loudest(head.data + rest.data, FIRST, LAST) < SILENT
    peaks = json.loads(client.get(f"/media/{made['peaks']}").data)
    per_pair = peaks["samples_per_pixel"] / peaks["sample_rate"]
    flat = peaks["data"][2 * int(FIRST / per_pair + 1) : 2 * int(LAST / per_pair - 1)]
    assert flat
    assert not any(flat)
    assert max(map(abs, peaks["data"])) > 3
    # The original is as it was, and no address leads to it, for nobody.
    as_it_stands, sealed = digest(archive, original)
    assert as_it_stands == sealed
    for visitor in (client, sign_in("reader"), archivist):
        assert visitor.get(f"/media/{original}").status_code == 404
    # Archivists hear the plain copy and the edited one.
    assert archivist.get(f"/media/{plain['opus']}").status_code == 200
    assert archivist.get(f"/media/{made['opus']}").status_code == 200
    page = archivist.get(f"/workbench/testimonies/{identifier}").text
    assert "The copy for readers is made." in page
    assert f"/media/{made['opus']}" in page


def test_an_archivist_hears_the_copy_of_a_withheld_file_before_anybody_else(
    recorded, client, archive, work, sign_in
):
    identifier, original = recorded
    with archive.writing():
        redacting.withhold_file(original, "danger", OPERATOR)
    withhold(archive, identifier, 2)
    work()
    assert seen(client, identifier) == {}
    archivist = sign_in("archivist")
    (ref,) = (m.identifier for m in copies(archive, original, edited=True) if m.variant == "opus")
    assert client.get(f"/media/{ref}").status_code == 404
    assert loudest(archivist.get(f"/media/{ref}").data, FIRST, LAST) < SILENT
    with archive.writing():
        redacting.release_file(original, OPERATOR)
    assert seen(client, identifier)["opus"] == ref


def test_older_copies_are_destroyed_and_the_plain_one_comes_back(recorded, client, archive, work):
    identifier, original = recorded
    plain = seen(client, identifier)
    first = withhold(archive, identifier, 2)
    work()
    one = seen(client, identifier)
    keys = {m.key for m in copies(archive, original, edited=True)}
    second = withhold(archive, identifier, 0)
    assert seen(client, identifier) == {}
    assert client.get(f"/media/{one['opus']}").status_code == 404
    work()
    both = seen(client, identifier)
    data = client.get(f"/media/{both['aac']}").data
    assert max(loudest(data, 0.0, 2.5), loudest(data, FIRST, LAST)) < SILENT
    assert not keys & stored(archive)
    with archive.writing():
        redacting.lift(first, "He is safe.", OPERATOR)
    assert seen(client, identifier) == {}
    work()
    data = client.get(f"/media/{seen(client, identifier)['aac']}").data
    assert loudest(data, FIRST, LAST) > 0.1
    assert loudest(data, 0.0, 2.5) < SILENT
    with archive.writing():
        redacting.lift(second, "So is she.", OPERATOR)
    assert seen(client, identifier) == plain
    work()
    assert copies(archive, original, edited=True) == []


def test_what_a_narrator_withholds_and_a_veiled_name_are_silenced_too(recorded, client, archive, work):
    identifier, _ = recorded
    with archive.writing() as session:
        passage = linking.pick(linking.find(identifier), 4, 4)
        passage.redactions.append(Redaction(reason=RedactionReason.CONSENT, made_by=TELLER))
        session.flush()
        publishing.publish(linking.find(identifier))
    with archive.writing():
        person = veiling.named_in(identifier, "Zorblatt", OPERATOR)
        veiling.veil(person.identifier, "Z.", [], OPERATOR, also_in=[identifier])
    assert seen(client, identifier) == {}
    work()
    data = client.get(f"/media/{seen(client, identifier)['opus']}").data
    assert loudest(data, FIRST, LAST) < SILENT
    assert loudest(data, 7.5, 10.0) < SILENT
    assert loudest(data, 0.0, 3.0) > 0.1


def test_where_nobody_knows_what_to_silence_the_recording_stays_withheld(
    keep, archive, client, work, tmp_path
):
    cases = {"beyond": testimony("b", *LINES, *LINES), "voice": testimony("v", *LINES)}
    for why, record in cases.items():
        identifier = keep(record)
        give(archive, identifier, sound(tmp_path / f"{why}.wav", 10.0), "audio")
        work()
        assert "opus" in seen(client, identifier)
        if why != "voice":
            withhold(archive, identifier, len(record.lines) - 1)
        else:
            with archive.writing():
                person = veiling.named_in(identifier, "Ana Vell", OPERATOR)
                veiling.veil(person.identifier, "A.", [], OPERATOR, also_in=[identifier])
        work()
        assert seen(client, identifier) == {}
        with archive.reading():
            found = covering.copies(linking.find(identifier))
        assert [(copy.state, copy.why) for copy in found] == [("never", why)]
    with archive.writing():
        covering.disguise(identifier, True, "The narrator is in danger.", OPERATOR)
    work()
    assert "opus" in seen(client, identifier)


def test_a_disguised_voice_is_the_only_one_that_readers_get(recorded, client, archive, work, sign_in):
    identifier, _ = recorded
    plain = seen(client, identifier)
    archivist, reader = sign_in("archivist"), sign_in("reader")
    desk = f"/workbench/testimonies/{identifier}"
    known = {"panel": "withheld", "disguise": "yes"}
    assert "It does not protect against experts" in archivist.get(desk).text
    assert post(archivist, desk, f"{desk}/disguise", **known, why=" ").status_code == 422
    assert post(archivist, desk, f"{desk}/disguise", **known, why="She asks for it.").status_code == 303
    assert seen(client, identifier) == seen(reader, identifier) == {}
    work()
    made = seen(client, identifier)
    assert made
    for ref in plain.values():
        assert client.get(f"/media/{ref}").status_code == reader.get(f"/media/{ref}").status_code == 404
    one = np.concatenate([s for _, s in heard(client.get(f"/media/{made['opus']}").data)])
    other = np.concatenate([s for _, s in heard(archivist.get(f"/media/{plain['opus']}").data)])
    assert len(one) == len(other)
    told, was = (np.abs(np.fft.rfft(s)) for s in (one, other))
    hum = 220 * len(one) // 48_000
    assert was[hum - 20 : hum + 20].max() > 5 * told[hum - 20 : hum + 20].max()
    with archive.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "testimony.disguise" in actions


def test_a_film_is_covered_while_it_is_silent_and_its_poster_is_from_elsewhere(
    keep, archive, client, work, tmp_path
):
    identifier = keep(testimony("a", *LINES))
    original = give(archive, identifier, film(tmp_path / "film.mp4", 10), "video")
    work()
    plain = seen(client, identifier)
    assert {"720p", "poster-webp", "opus"} <= set(plain)
    with archive.writing():
        regions.draw(original, (5000, 0, 5000, 5000), "danger", OPERATOR, note="Her house.")
    withhold(archive, identifier, 0, 2)
    assert seen(client, identifier) == {}
    work()
    made = seen(client, identifier)
    for at, picture in frames(client.get(f"/media/{made['720p']}").data):
        height, width = picture.shape[:2]
        if at < LAST:
            assert abs(picture.astype(int) - 32).max() < 12
        elif at > LAST + 0.5:
            assert abs(picture[4 : height // 2 - 4, width // 2 + 4 :].astype(int) - 32).max() < 24
            assert picture[height // 2 + 8 :, width // 2 + 8 :].mean() > 180
    assert loudest(client.get(f"/media/{made['720p']}").data, 0.0, LAST) < SILENT
    poster = np.asarray(Image.open(io.BytesIO(client.get(f"/media/{made['poster-webp']}").data)).convert("L"))
    assert poster[poster.shape[0] * 3 // 4, poster.shape[1] * 3 // 4] > 150
    assert poster[poster.shape[0] // 4, poster.shape[1] * 3 // 4] < 60


def test_a_region_of_a_photograph_is_filled_in_every_copy_moved_and_taken_away(
    keep, archive, client, work, sign_in, tmp_path
):
    identifier = keep(testimony("a", *LINES))
    original = give(archive, identifier, photograph(tmp_path / "house.jpg"), "image")
    work()
    plain = seen(client, identifier)
    archivist = sign_in("archivist")
    page = f"/workbench/files/{original}/regions"
    assert f"/media/{plain['large-webp']}" in archivist.get(page).text
    box = {"x": "25", "y": "25", "width": "50", "height": "25.0", "reason": "third_party", "note": "A child."}
    assert post(archivist, page, page, **{**box, "width": "0"}).status_code == 422
    assert post(archivist, page, page, **{**box, "x": "left"}).status_code == 422
    assert seen(client, identifier) == plain
    assert post(archivist, page, page, **box).status_code == 303
    assert seen(client, identifier) == {}
    assert client.get(f"/media/{plain['large-jpeg']}").status_code == 404
    work()

    def dark(ref: str) -> tuple[float, float, float, float]:
        """From where to where it is dark, as shares of the width and the height."""
        points = np.asarray(Image.open(io.BytesIO(client.get(f"/media/{ref}").data)).convert("L"))
        rows, columns = np.nonzero(points < 100)
        height, width = points.shape
        return (
            columns.min() / width,
            rows.min() / height,
            (columns.max() + 1) / width,
            (rows.max() + 1) / height,
        )

    made = seen(client, identifier)
    assert set(made) == set(plain)
    for ref in made.values():
        assert np.allclose(dark(ref), (0.25, 0.25, 0.75, 0.5), atol=0.02)
    with archive.reading() as session:
        region = session.scalars(select(Region)).one()
    as_it_stands, sealed = digest(archive, original)
    assert as_it_stands == sealed
    known = {**box, "file": original, "version": 1, "x": "0", "y": "0"}
    move = f"/workbench/regions/{region.identifier}/move"
    assert post(archivist, page, move, **known).status_code == 303
    assert post(archivist, page, move, **known).status_code == 409
    assert seen(client, identifier) == {}
    work()
    for ref in seen(client, identifier).values():
        assert np.allclose(dark(ref), (0.0, 0.0, 0.5, 0.25), atol=0.02)
    lift = f"/workbench/regions/{region.identifier}/lift"
    assert post(archivist, page, lift, file=original, why="").status_code == 422
    assert post(archivist, page, lift, file=original, why="He agreed.").status_code == 303
    assert seen(client, identifier) == plain
    with archive.reading() as session:
        entries = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("region.")).order_by(AuditEntry.id)
        ).all()
    assert entries == ["region.draw", "region.move", "region.lift"]


def test_a_copy_that_fails_says_why_and_is_tried_again(recorded, archive, client, work, sign_in, tmp_path):
    identifier, original = recorded
    with archive.reading() as session:
        key = session.scalars(select(MediaFile.key).filter_by(identifier=original)).one()
    path = archive.store.root / key
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"RIFF" + bytes(len(kept) - 4))
    withhold(archive, identifier, 2)
    work()
    assert seen(client, identifier) == {}
    archivist = sign_in("archivist")
    desk = f"/workbench/testimonies/{identifier}"
    page = archivist.get(desk).text
    assert "could not be made" in page
    assert "Try again" in page
    path.write_bytes(kept)
    again = f"/workbench/files/{original}/remake"
    assert post(archivist, desk, again, testimony=identifier, panel="withheld").status_code == 303
    work()
    assert "opus" in seen(client, identifier)


def test_words_of_withheld_lines_that_stand_elsewhere_are_shown(keep, archive, sign_in):
    record = testimony(
        "a",
        "We went to the river.",
        "My uncle pushed a handcart with the silver samovar.",
        "Nobody asked about the handcart later.",
        "The river was high.",
        title="The handcart at the river",
        summary="She tells of the samovars of her family.",
    )
    identifier = keep(record)
    archivist = sign_in("archivist")
    desk = f"/workbench/testimonies/{identifier}"
    told = "Readers still read words of withheld lines"
    assert told not in archivist.get(desk).text
    withhold(archive, identifier, 1)
    page = archivist.get(desk).text
    box = page.partition(told)[2].partition("</div>")[0]
    assert box.count("handcart") >= 2
    assert "samovars" in box  # another form of the word
    assert "Line 2" in box
    assert "river" not in box.replace("handcart at the river", "")


def test_a_regions_verb_refuses_what_cannot_be(keep, archive, tmp_path, work, recorded):
    _, audio = recorded
    identifier = keep(testimony("b", *LINES))
    original = give(archive, identifier, photograph(tmp_path / "house.jpg"), "image")
    with archive.writing():
        region = regions.draw(original, (9000, 9000, 5000, 5000), "law", OPERATOR).identifier
    with archive.reading():
        assert regions.canvas(original).regions[0].box == (9000, 9000, 1000, 1000)  # cut off at the edge
    with pytest.raises(NotFound), archive.writing():
        regions.draw(audio, (0, 0, 5000, 5000), "law", OPERATOR)
    with pytest.raises(Invalid), archive.writing():
        regions.draw(original, (0, 0, 5000, 5000), "boredom", OPERATOR)
    with pytest.raises(Conflict), archive.writing():
        regions.move(region, (0, 0, 5000, 5000), "law", 7, OPERATOR)


def test_a_narrator_asks_for_another_voice_and_takes_lines_back_that_have_no_times(
    archive, client, work, tmp_path
):
    said = {"access": ["public"], "voice": ["disguised"]}
    account, _ = send(archive, readers=said)
    identifier = accept(archive, account)
    original = give(archive, identifier, sound(tmp_path / "cassette.wav", 3.0), "audio")
    work()
    edited = {m.identifier for m in copies(archive, original, edited=True)}
    assert set(seen(client, identifier).values()) == edited
    with archive.writing():
        withdrawing.withdraw(account, "restrict")
    with archive.reading():
        held = linking.find(identifier)
        assert held.consent.disguise  # narrowing one answer leaves the other
    with archive.writing():
        submitting.answer(account, "readers", {"access": ["public"], "voice": ["own"]})
    assert set(seen(client, identifier).values()).isdisjoint(edited)
    with archive.writing():
        withdrawing.withhold(account, {1}, range(2))
    assert seen(client, identifier) == {}
    work()
    with archive.reading():
        assert [(c.state, c.why) for c in covering.copies(linking.find(identifier))] == [("never", "untimed")]
    with archive.writing():
        withdrawing.withdraw(account, "destroy")
    work()
    assert stored(archive) == set()
