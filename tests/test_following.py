"""Passages follow their words to a new revision by lineage alone; what is withheld is never uncovered."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.models import Audience, AuditEntry, Doubt, Passage
from app.services import citing, following, linking, reading, reconciling, redacting, revisions, transcribing
from app.services.reconciling import LinesDiffer
from tests.conftest import testimony
from tests.correcting import Edited, begin, corrected, fresh, lines_of, save, stamped

MANY = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller seed is no simpler case
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def passage_on(identifier: str, first: int, last: int) -> str:
    found = linking.pick(linking.find(identifier), first, last)
    return found.identifier


def held(archive, passage: str) -> Passage:
    with archive.reading() as session:
        return session.scalars(select(Passage).filter_by(identifier=passage)).one()


def public_words(archive, identifier: str) -> set[str]:
    with archive.reading():
        record = reading.whole(identifier, Audience.PUBLIC)
    return {word for script in record.scripts for line in script.lines for word in line.text.split()}


def place(archive, passage: str, identifier: str) -> tuple[int, int] | None:
    """Where a passage stands in the current revision; None where nothing of it is left."""
    with archive.reading():
        found = held(archive, passage)
        current = revisions.current(linking.find(identifier))
        return (found.first, found.last) if found.transcript_id == current.id else None


@MANY
@given(seed=st.integers(0, 2**32), count=st.integers(3, 9), rounds=st.integers(1, 4))
def test_passages_and_citations_cover_what_descends_from_their_lines(seed, count, rounds, archive, keep):
    chance = random.Random(seed)
    texts = [fresh() for _ in range(count)]
    identifier = keep(testimony(fresh(1), *texts))
    lines = begin(texts)
    spans = [sorted(chance.sample(range(count), 2)) for _ in range(3)]
    with archive.writing():
        passages = [passage_on(identifier, *span) for span in spans]
    stands = [(1, first, last) for first, last in spans]
    cited = set(stands)
    revision = 1
    for _ in range(rounds):
        made = corrected(lines, chance, chance.randrange(1, 6))
        with archive.writing():
            saved = save(identifier, revision, made)
        revision = saved or revision
        lines = stamped(made, revision)
        first = chance.randrange(len(lines))
        cited.add((revision, first, min(first + 1, len(lines) - 1)))
        for n, passage in enumerate(passages):
            left = _left(lines, *stands[n])
            if left:  # what was inserted between its lines lies inside it from now on
                stands[n] = (revision, *left)
            assert place(archive, passage, identifier) == left
            assert (held(archive, passage).doubt is Doubt.GONE) is (left is None)
        for cited_revision, first, last in cited:
            with archive.reading():
                found = citing.resolve(identifier, Audience.PUBLIC, cited_revision, first, last)
            left = _left(lines, cited_revision, first, last)
            assert (found.first, found.last) == (left or (None, None))
            assert (found.state is citing.State.SUPERSEDED) is (left is None)


def _left(lines, revision: int, first: int, last: int) -> tuple[int, int] | None:
    wanted = {(revision, position) for position in range(first, last + 1)}
    here = [number for number, told in enumerate(lines) if told.tags & wanted]
    return (here[0], here[-1]) if here else None


@MANY
@given(seed=st.integers(0, 2**32), count=st.integers(3, 8), rounds=st.integers(1, 4))
def test_what_is_withheld_is_never_uncovered(seed, count, rounds, archive, keep):
    chance = random.Random(seed)
    texts = [fresh() for _ in range(count)]
    identifier = keep(testimony(fresh(1), *texts))
    lines = begin(texts)
    first, last = sorted(chance.sample(range(count), 2))
    hidden = {(1, position) for position in range(first, last + 1)}
    with archive.writing():
        redacting.redact(identifier, first, last, "danger", OPERATOR)
    revision, history = 1, {1: lines}
    for _ in range(rounds):
        if revision > 1 and chance.random() < 0.35:  # an old revision comes back
            old = chance.randrange(1, revision)
            with archive.writing():
                saved = transcribing.restore(identifier, "", old, OPERATOR, read=revision)
            made = history[old]
        else:
            made = corrected(lines, chance, chance.randrange(1, 6))
            with archive.writing():
                saved = save(identifier, revision, made)
        revision = saved or revision
        lines = history[revision] = stamped(made, revision)
        for look in _looks(archive, identifier):
            if chance.random() < 0.5:  # somebody finds it right as it stands
                with archive.writing():
                    following.settle_doubt(look.identifier, "right", OPERATOR, version=look.version)
        secret = {word for told in lines if told.tags & hidden for word in told.line.text.split()}
        assert not secret & public_words(archive, identifier)


def _looks(archive, identifier: str):
    with archive.reading():
        return following.needs_look(identifier)


@MANY
@example(seed=2_125_674_827, count=3)
@given(seed=st.integers(0, 2**32), count=st.integers(3, 7))
def test_two_at_once_lose_nothing_and_uncover_nothing(seed, count, archive, keep):
    chance = random.Random(seed)
    texts = [fresh() for _ in range(count)]
    identifier = keep(testimony(fresh(1), *texts))
    first, last = sorted(chance.sample(range(count), 2))
    hidden = {(1, position) for position in range(first, last + 1)}
    with archive.writing():
        redacting.redact(identifier, first, last, "danger", OPERATOR)
    lines = begin(texts)
    theirs, mine = (corrected(lines, chance, chance.randrange(1, 5)) for _ in range(2))
    with archive.writing():
        save(identifier, 1, theirs)
    asked, offered = False, set()
    try:
        with archive.writing():
            save(identifier, 1, mine)
    except LinesDiffer as differs:
        asked = True
        offered = {w for d in differs.differences for line in d.yours for w in line.text.split()}
        picked = {d.key: chance.choice(["theirs", "yours"]) for d in differs.differences}
        with archive.writing():
            save(identifier, 1, mine, choices=reconciling.Choices(differs.against, picked))
    with archive.reading():
        texts_now = [line.text for line in lines_of(identifier)]
    stands = {word for text in texts_now for word in text.split()}
    known = {word for told in lines for word in told.line.text.split()}
    mine_new = {word for told in mine for word in told.line.text.split()} - known
    assert mine_new <= stands | offered
    if not asked:
        assert {word for told in theirs for word in told.line.text.split()} - known <= stands
    # A line joined with a withheld one and split off again may read as it does in the other's hands, where it
    # never was: then its words do not tell whose was kept.
    in_the_open = {told.line.text for told in [*mine, *theirs] if not told.tags & hidden}
    covered = {told.line.text for told in [*mine, *theirs] if told.tags & hidden} - in_the_open
    secret = {word for text in texts_now if text in covered for word in text.split()}
    assert not secret & public_words(archive, identifier)


FOUR = ("Alpha one two.", "Beta one two.", "Gamma one two.", "Delta.")


def four(keep, archive, *, lines=(1, 2)):
    """A testimony of four lines, a passage on some of them, and the lines to be corrected."""
    identifier = keep(testimony(fresh(1), *FOUR))
    with archive.writing():
        passage = passage_on(identifier, *lines)
    return identifier, passage, [told.line for told in begin(list(FOUR))]


@pytest.mark.parametrize(
    ("change", "doubt", "where"),
    [
        (lambda a, b, c, d: [a, c, d], Doubt.SHORTER, (1, 1)),
        (lambda a, b, c, d: [a, d], Doubt.GONE, None),
        (
            lambda a, b, c, d: [replace(a, came_from=(0, 1), text="Alpha Beta"), c, d],
            Doubt.WIDER,
            (0, 1),
        ),
        (
            lambda a, b, c, d: [a, replace(b, text="Nothing is left"), replace(c, text="of this now"), d],
            Doubt.REWRITTEN,
            (1, 2),
        ),
        (lambda a, b, c, d: [a, b, Edited((), "Inserted."), c, d], None, (1, 3)),
        (lambda a, b, c, d: [Edited((), "Inserted."), a, b, c, d], None, (2, 3)),
        (lambda a, b, c, d: [a, replace(b, text="Beta one 2."), c, d], None, (1, 2)),
    ],
)
def test_each_doubt_is_told(change, doubt, where, keep, archive):
    identifier, passage, lines = four(keep, archive)
    with archive.writing():
        save(identifier, 1, change(*lines))
    found = held(archive, passage)
    assert found.doubt is doubt
    assert place(archive, passage, identifier) == where
    assert (found.was_first, found.was_last) == ((1, 2) if doubt else (None, None))
    looks = _looks(archive, identifier)
    assert [look.identifier for look in looks] == ([passage] if doubt else [])
    if doubt:
        assert [line.text for line in looks[0].was] == ["Beta one two.", "Gamma one two."]


def test_times_come_from_the_new_lines(keep, archive):
    identifier, passage, lines = four(keep, archive)
    moved = [replace(line, start_ms=line.start_ms + 700, end_ms=line.end_ms + 900) for line in lines]
    with archive.writing():
        save(identifier, 1, moved)
    found = held(archive, passage)
    assert (found.start_ms, found.end_ms, found.doubt) == (2700, 6900, None)


def test_the_place_before_the_doubt_is_kept_until_it_is_settled(keep, archive):
    identifier, passage, (a, _b, c, d) = four(keep, archive)
    with archive.writing():
        save(identifier, 1, [a, c, d])
    with archive.writing():
        save(identifier, 2, [replace(a, came_from=(0,)), Edited((), "New."), *_renumbered([c, d], 1)])
    found = held(archive, passage)
    assert (found.was_first, found.was_last, found.doubt) == (1, 2, Doubt.SHORTER)
    assert place(archive, passage, identifier) == (2, 2)
    look = _looks(archive, identifier)[0]
    with archive.writing():
        following.settle_doubt(passage, "right", OPERATOR, version=look.version)
    assert not _looks(archive, identifier)
    with archive.writing(), pytest.raises(Conflict):
        following.settle_doubt(passage, "right", OPERATOR, version=look.version)


def _renumbered(lines, start):
    return [replace(line, came_from=(start + n,)) for n, line in enumerate(lines)]


def test_a_passage_is_moved_or_removed_and_the_trail_tells(keep, archive):
    identifier, passage, (a, _b, c, d) = four(keep, archive)
    with archive.writing():
        save(identifier, 1, [a, c, d])
    with archive.writing(), pytest.raises(Invalid):
        following.settle_doubt(
            passage, "move", OPERATOR, version=_looks(archive, identifier)[0].version, first=1, last=9
        )
    with archive.writing():
        look = following.needs_look(identifier)[0]
        following.settle_doubt(passage, "move", OPERATOR, version=look.version, first=0, last=1)
    assert place(archive, passage, identifier) == (0, 1)
    with archive.writing():
        save(identifier, 2, _renumbered([d], 2))
    with archive.writing():
        look = following.needs_look(identifier)[0]
        following.settle_doubt(passage, "remove", OPERATOR, version=look.version)
    with archive.reading() as session:
        assert session.scalar(select(Passage).filter_by(identifier=passage)) is None
        entries = session.scalars(select(AuditEntry).filter_by(action="passage.settle")).all()
    assert [(e.details["answer"], e.details["before"], e.details["after"]) for e in entries] == [
        ("move", [1, 1], [0, 1]),
        ("remove", [0, 1], []),
    ]


def test_a_gone_passage_marks_nothing(keep, archive, client):
    record = testimony("gone", "Alpha.", "Beta.", "Gamma.")
    identifier = keep(record)
    with archive.writing():
        found = linking.pick(linking.find(identifier), 1, 1)
        found.title, passage = "A chapter of Beta", found.identifier
        save(identifier, 1, [told.line for told in begin(["Alpha.", "Beta.", "Gamma."])])
    assert "A chapter of Beta" not in client.get(f"/testimonies/{identifier}").text  # not published anew
    with archive.writing():
        a, _, c = (told.line for told in begin(["Alpha.", "Beta.", "Gamma."]))
        save(identifier, 1, [a, c])
    with archive.reading():
        shown = reading.whole(identifier, Audience.STAFF)
    assert [line.text for line in shown.lines] == ["Alpha.", "Gamma."]
    assert shown.chapters == ()
    assert held(archive, passage).doubt is Doubt.GONE


def test_what_is_withheld_can_be_made_wider_never_narrower(keep, archive):
    identifier, _, (a, _b, c, d) = four(keep, archive, lines=(3, 3))
    with archive.writing():
        redaction = redacting.redact(identifier, 1, 2, "danger", OPERATOR)
        passage = redaction.passage.identifier
    with archive.writing():
        save(identifier, 1, [replace(a, came_from=(0, 1), text="Alpha Beta"), c, d])
    assert place(archive, passage, identifier) == (0, 1)
    version = _looks(archive, identifier)[0].version
    for answer, lines in (("move", {"first": 1, "last": 1}), ("remove", {})):
        with archive.writing(), pytest.raises(Invalid):
            following.settle_doubt(passage, answer, OPERATOR, version=version, **lines)
    assert "Beta" not in public_words(archive, identifier)
    with archive.writing():
        following.settle_doubt(passage, "move", OPERATOR, version=version, first=0, last=2)
    assert public_words(archive, identifier) == set()


def test_a_restored_line_finds_its_passages_again(keep, archive):
    identifier, passage, (a, _b, _c, d) = four(keep, archive)
    with archive.writing():
        save(identifier, 1, [a, d])
    assert place(archive, passage, identifier) is None
    with archive.writing():
        transcribing.restore(identifier, "", 1, OPERATOR, read=2)
    assert place(archive, passage, identifier) == (1, 2)
    assert held(archive, passage).doubt is None
    with archive.reading():
        assert citing.resolve(identifier, Audience.PUBLIC, 1, 1, 2).state is citing.State.EXACT
