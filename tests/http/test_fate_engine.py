"""What an event does (hermes-behaviour.md 2.1) and when quests complete (2.2): a test for each consequence."""
import pytest

from client import created, ok


@pytest.fixture
def work(world):
    """Types 1 (required), 2 (ready), 3 (completed) and fates 1, 2, 3: a chain of two steps."""
    return world.chain("work required", "work ready", "work completed")


@pytest.fixture
def reboot(world):
    return world.chain("reboot required", "reboot completed")


def story(labors, *members):
    return [tuple(l[m] for m in members) for l in labors]


# ---- what an event opens

def test_an_opening_event_makes_a_labor_as_its_fate_says(api, world, reboot):
    world.throw(1, "web")
    (labor,) = world.labors()
    assert (labor["fateId"], labor["creationEventId"], labor["hostId"]) == (1, 1, 1)
    assert (labor["startingLaborId"], labor["questId"], labor["completionTime"]) == (None, None, None)
    assert labor["creationTime"] == ok(api.get("/events/1"))["timestamp"]


def test_an_event_of_a_type_without_fates_makes_no_labor(world):
    world.throw(world.type("log entry"), "web")
    assert world.labors() == []


def test_each_opening_event_makes_a_further_labor_even_when_one_like_it_is_open(world, reboot):
    for _ in range(3):
        world.throw(1, "web")
    assert story(world.labors(), "fateId", "creationEventId") == [(1, 1), (1, 2), (1, 3)]


def test_of_two_starting_fates_on_one_type_plain_events_use_the_one_with_the_lower_id(world, reboot):
    world.fate(1)
    world.throw(1, "web")
    assert story(world.labors(), "fateId") == [(1,)]


def test_an_event_on_many_hosts_opens_and_closes_on_each(world, reboot):
    hosts = [f"h{i}" for i in range(150)]
    world.throw(1, *hosts)
    assert len(world.open_labors()) == 150
    events = world.throw(2, *hosts[:100])
    labors = world.labors()
    assert [l["completionEventId"] for l in labors] == events + [None] * 50
    assert all(l["completionEventId"] - l["creationEventId"] == 150 for l in labors[:100])


# ---- what an event closes

def test_a_closing_event_closes_all_open_labors_like_it(world, reboot):
    for _ in range(3):
        world.throw(1, "web")
    world.throw(2, "web")
    assert story(world.labors(), "completionEventId", "closingFateId") == [(4, 2)] * 3


def test_a_closing_event_leaves_other_hosts_alone(world, reboot):
    world.throw(1, "web", "db")
    world.throw(2, "db")
    assert story(world.open_labors(), "hostId") == [(1,)]


def test_a_closing_event_with_nothing_open_does_nothing(world, reboot):
    world.throw(2, "web")
    assert world.labors() == []


def test_a_labor_is_closed_once_and_stays_as_it_was_closed(world, reboot):
    world.throw(1, "web")
    world.throw(2, "web")
    before = world.labors()
    world.throw(2, "web")
    assert world.labors() == before


def test_a_labor_born_from_an_event_is_never_closed_by_it(world):
    again = world.type("check again")
    first = world.fate(again)
    world.fate(again, first)
    world.throw(again, "web")
    assert story(world.labors(), "completionEventId") == [(None,)]
    world.throw(again, "web")
    assert story(world.labors(), "creationEventId", "completionEventId") == [(1, 2), (2, None)]


def test_several_ways_may_close_a_labor(world, reboot):
    other = world.type("puppet completed")
    world.fate(other, 1)
    world.throw(1, "web")
    world.throw(other, "web")
    world.throw(1, "web")
    world.throw(2, "web")
    assert story(world.labors(), "closingFateId") == [(3,), (2,)]


def test_of_several_followers_on_one_type_the_last_closes_and_each_goes_on(world, reboot):
    """Fates 2 and 3 follow 1 by the same type; both have followers of their own."""
    twin = world.fate(2, 1)
    done = world.type("all done")
    for follows in (2, twin):
        world.fate(done, follows)
    world.throw(1, "web")
    world.throw(2, "web")
    assert world.labor(1)["closingFateId"] == twin
    assert story(world.open_labors(), "fateId", "startingLaborId") == [(2, 1), (twin, 1)]


def test_one_event_may_close_some_labors_and_start_another(world, reboot):
    world.fate(2)
    world.throw(1, "web")
    world.throw(2, "web")
    assert story(world.labors(), "fateId", "creationEventId", "completionEventId", "startingLaborId") == [
        (1, 1, 2, None), (3, 2, None, None)]


def test_followers_of_one_starting_fate_never_close_labors_of_another(world, reboot):
    twin = world.fate(1)
    quest = world.quest(twin, "web")
    world.throw(2, "web")
    assert story(world.labors(), "fateId", "questId", "completionTime") == [(twin, quest["id"], None)]


# ---- chains

def test_an_intermediate_fate_makes_no_labor_without_an_open_one_that_it_follows(world, work):
    world.throw(2, "web")
    assert world.labors() == []


def test_stages_cannot_be_skipped(world, work):
    world.throw(1, "web")
    world.throw(3, "web")
    assert story(world.labors(), "fateId", "completionTime") == [(1, None)]


def test_a_chain_goes_on_by_a_labor_that_remembers_where_it_started(world, work):
    world.throw(1, "web")
    world.throw(2, "web")
    assert story(world.labors(), "id", "fateId", "startingLaborId", "creationEventId", "completionEventId",
                 "closingFateId") == [(1, 1, None, 1, 2, 2), (2, 2, 1, 2, None, None)]


def test_a_chain_ends_with_the_fate_that_nothing_follows(world, work):
    for type in (1, 2, 3):
        world.throw(type, "web")
    assert story(world.labors(), "fateId", "closingFateId") == [(1, 2), (2, 3)]


def test_a_long_chain_names_its_first_labor_throughout(world):
    types = world.chain("a b", "a c", "a d", "a e", "a f")
    for type in types:
        world.throw(type, "web")
    assert story(world.labors(), "startingLaborId", "closingFateId") == [(None, 2), (1, 3), (1, 4), (1, 5)]


def test_each_chain_moves_on_by_itself(world, work):
    for type in (1, 1, 2, 1, 2):
        world.throw(type, "web")
    assert story(world.open_labors(), "fateId", "startingLaborId") == [(2, 1), (2, 2), (2, 5)]
    world.throw(3, "web")
    assert world.open_labors() == []


def test_a_later_labor_takes_owner_and_creator_from_its_own_fate(world):
    types = [world.type(n) for n in ("a b", "a c", "a d")]
    world.fate(types[0], forOwner=True)
    world.fate(types[1], 1, forOwner=False, forCreator=True)
    world.fate(types[2], 2)
    world.throw(types[0], "web")
    world.throw(types[1], "web")
    assert story(world.labors(), "forOwner", "forCreator") == [(True, False), (False, True)]


# ---- quests

def test_the_labors_of_a_new_quest_are_its_own(world, work):
    said = world.quest(1, "a", "b")
    assert story(said["labors"], "questId", "fateId", "startingLaborId") == [(1, 1, None)] * 2


def test_labors_in_a_chain_stay_in_their_quest(world, work):
    world.quest(1, "web")
    world.throw(1, "web")
    world.throw(2, "web")
    assert story(world.open_labors(), "startingLaborId", "questId") == [(1, 1), (2, None)]


def test_labors_of_plain_events_have_no_quest_even_where_one_is_open(world, reboot):
    world.quest(1, "web")
    world.throw(1, "web")
    assert story(world.labors(), "questId") == [(1,), (None,)]


def test_a_quest_may_name_the_starting_fate_that_plain_events_do_not_reach(world, reboot):
    twin = world.fate(1)
    world.fate(2, twin)
    world.quest(twin, "web")
    assert story(world.labors(), "fateId", "questId") == [(twin, 1)]
    world.throw(2, "web")
    assert story(world.labors(), "closingFateId") == [(twin + 1,)]


def test_a_quest_may_name_an_intermediate_fate(world, work):
    world.quest(2, "web")
    assert story(world.labors(), "fateId", "questId", "startingLaborId") == [(2, 1, None)]
    world.throw(3, "web")
    assert world.get_quest(1)["completionTime"] is not None


def test_events_thrown_by_creating_a_quest_close_labors_that_were_open_before(world, work):
    first = world.quest(1, "web")
    world.throw(1, "web")
    world.quest(2, "web", "db")
    assert story(world.labors(), "id", "fateId", "questId", "startingLaborId", "completionEventId") == [
        (1, 1, first["id"], None, 3), (2, 1, None, None, 3),
        (3, 2, 2, None, None), (4, 2, 1, 1, None), (5, 2, None, 2, None), (6, 2, 2, None, None)]


def test_a_quest_is_complete_when_its_last_labor_closes_at_that_moment(api, world, reboot):
    world.quest(1, "a", "b")
    world.throw(2, "a")
    assert world.get_quest(1)["completionTime"] is None
    (event,) = world.throw(2, "b")
    assert world.get_quest(1)["completionTime"] == ok(api.get(f"/events/{event}"))["timestamp"]


def test_a_step_that_opens_the_next_labor_does_not_complete_the_quest(world, work):
    world.quest(1, "web")
    world.throw(2, "web")
    assert world.get_quest(1)["completionTime"] is None
    world.throw(3, "web")
    assert world.get_quest(1)["completionTime"] is not None


def test_one_event_on_all_hosts_completes_the_quest(world, reboot):
    world.quest(1, "a", "b", "c")
    world.throw(2, "a", "b", "c")
    assert world.get_quest(1)["completionTime"] == world.labor(3)["completionTime"]


def test_a_quest_thrown_at_completes_by_its_own_hosts(api, world, reboot):
    world.quest(1, "a", "b")
    created(api.post("/events", {"user": "johnny", "eventTypeId": 2, "questId": 1}))
    assert world.get_quest(1)["completionTime"] is not None


def test_one_event_may_complete_several_quests(world, reboot):
    world.quest(1, "web")
    world.quest(1, "web")
    world.throw(2, "web")
    times = {world.get_quest(i)["completionTime"] for i in (1, 2)}
    assert len(times) == 1 and times != {None}


def test_moving_labors_away_does_not_complete_a_quest(api, world, reboot):
    for host in "ab":
        world.quest(1, host)
    ok(api.put("/labors/1", {"questId": 2}))
    assert world.get_quest(1)["completionTime"] is None
    world.throw(2, "a", "b")
    assert world.get_quest(2)["completionTime"] is not None
    assert world.get_quest(1)["completionTime"] is None


def test_a_quest_whose_last_open_labor_was_moved_away_stays_incomplete(api, world, reboot):
    world.quest(1, "a", "b")
    world.quest(1, "c")
    world.throw(2, "a")
    ok(api.put("/labors/2", {"questId": 2}))
    quest = world.get_quest(1)
    assert (quest["completionTime"], quest["unstartedLabors"], quest["percentComplete"]) == (None, 0, 100.0)


def test_an_open_labor_that_joins_a_completed_quest_leaves_it_complete(api, world, reboot):
    world.throw(1, "b")
    world.quest(1, "a")
    world.throw(2, "a")
    before = world.get_quest(1)["completionTime"]
    ok(api.put("/labors/1", {"questId": 1}))
    assert world.get_quest(1)["completionTime"] == before


def test_a_labor_that_joins_a_completed_quest_and_closes_sets_its_completion_again(api, world, reboot):
    world.quest(1, "a")
    world.throw(2, "a")
    first = world.get_quest(1)["completionTime"]
    world.throw(1, "b")
    ok(api.put("/labors/2", {"questId": 1}))
    assert world.get_quest(1)["completionTime"] == first
    world.throw(2, "b")
    assert world.get_quest(1)["completionTime"] > first


def test_progress_counts_starting_labors_and_all_labors(world, work):
    def progress():
        quest = world.get_quest(1)
        return tuple(quest[m] for m in ("totalLabors", "unstartedLabors", "inprogressLabors", "completedLabors",
                                        "percentComplete"))
    world.quest(1, "a", "b", "c")
    assert progress() == (3, 3, 0, 0, 0.0)
    world.throw(2, "a")
    assert progress() == (3, 2, 1, 0, 25.0)
    world.throw(3, "a")
    assert progress() == (3, 2, 0, 1, 50.0)
    world.throw(2, "b", "c")
    assert progress() == (3, 0, 2, 1, 66.67)
    world.throw(3, "b", "c")
    assert progress() == (3, 0, 0, 3, 100.0)


def test_percent_is_a_float_rounded_to_two_places(api, world, reboot):
    world.quest(1, "a", "b", "c")
    assert b'"percentComplete":0.0' in api.get("/quests/1?progressInfo=true").content
    world.throw(2, "a")
    assert world.get_quest(1)["percentComplete"] == 33.33
    world.throw(2, "b", "c")
    assert b'"percentComplete":100.0' in api.get("/quests?progressInfo=true").content


def test_a_quest_without_labors_is_zero_percent(api, world, reboot):
    for host in "ab":
        world.quest(1, host)
    ok(api.put("/labors/1", {"questId": 2}))
    quest = world.get_quest(1)
    assert (quest["totalLabors"], quest["percentComplete"]) == (0, 0.0)
    assert "totalLabors" not in world.get_quest(1, "?progressInfo=false")
