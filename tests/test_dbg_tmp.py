import random
from tests.conftest import *
from tests.test_following import *
from tests.test_following import _left
def test_dbg(archive, keep):
    seed,count,rounds=75885,5,4
    chance = random.Random(seed)
    texts = [fresh() for _ in range(count)]
    identifier = keep(testimony(fresh(1), *texts))
    lines = begin(texts)
    spans = [sorted(chance.sample(range(count), 2)) for _ in range(3)]
    with archive.writing():
        passages = [passage_on(identifier, *span) for span in spans]
    revision = 1
    cited=set()
    for _ in range(rounds):
        made = corrected(lines, chance, chance.randrange(1, 6))
        print("READ", [t.line.text for t in lines])
        print("MADE", [(t.line.came_from, t.line.text, sorted(x for x in t.tags if x[0]==1)) for t in made])
        with archive.writing():
            saved = save(identifier, revision, made)
        revision = saved or revision
        lines = stamped(made, revision)
        first = chance.randrange(len(lines))
        for passage, span in zip(passages, spans, strict=True):
            print(span, place(archive, passage, identifier), _left(lines,1,*span), held(archive,passage).doubt)
    assert 0
