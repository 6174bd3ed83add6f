import tests.test_canaries as m
aviary = m.aviary
def test_x(aviary):
    v=aviary.visitors["nobody"]
    from sqlalchemy import select
    from app.models import Claim, Evidence, Testimony, Edition
    a=aviary.app.extensions["archive"]
    with a.reading() as s:
        for c in s.scalars(select(Claim)): print(c.text, v.get(f"/claims/{c.identifier}").status_code)
        for e in s.scalars(select(Evidence)): print(e.passage.first,e.passage.last,e.claim.text,e.passage.transcript_id,e.passage.title)
        k=s.scalars(select(Testimony).filter_by(source_id="open")).one()
        print([(t.id,t.revision,t.is_current) for t in k.transcripts])
        t=v.get(f"/testimonies/{k.identifier}.json"); print(t.status_code,t.text[-900:])
