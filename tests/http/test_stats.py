"""How much there is, and what was run. (Which days: tests/sql/stats.sql.)"""
from polemarch import Rights, make, said
from runs import make_run


def test_each_is_told_of_what_is_seen(admin, ann, sql):
    Rights(sql).add("project", [1], 1)
    make(ann, "hosts", name="hers")
    make(ann, "inventories", name="hers")
    make(admin, "groups", name="his")
    for status, user in (("OK", 1), ("OK", 1), ("ERROR", ann.id), ("RUN", ann.id)):
        make_run(sql, status, initiator=user)
    everything, hers = said(admin.get("/stats/")), said(ann.get("/stats/?last=1"))
    assert {k: v for k, v in everything.items() if k != "jobs"} == {"projects": 1, "inventories": 1, "groups": 1, "hosts": 1, "teams": 0, "users": 2}
    assert {k: v for k, v in hers.items() if k != "jobs"} == {"projects": 0, "inventories": 1, "groups": 0, "hosts": 1, "teams": 0, "users": 2}
    for unit in ("day", "month", "year"):
        assert [(j["status"], j["sum"], j["all"]) for j in everything["jobs"][unit]] == [("ERROR", 1, 4), ("OK", 2, 4), ("RUN", 1, 4)]
        assert [(j["status"], j["sum"], j["all"]) for j in hers["jobs"][unit]] == [("ERROR", 1, 2), ("RUN", 1, 2)]
        assert all(j.keys() == {unit, "status", "sum", "all"} for j in hers["jobs"][unit])
