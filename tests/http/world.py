"""The usual things on which the tests let something happen, made through the API itself."""
from client import created, ok


class World:
    def __init__(self, api):
        self.api = api

    def type(self, name, **more):
        """'system-reboot required' -> the id of a new event type."""
        category, state = name.split()
        return created(self.api.post("/eventtypes", {"category": category, "state": state, "description": name,
                                                     **more}))["id"]

    def fate(self, type_id, follows=None, **more):
        return created(self.api.post("/fates", {"creationEventTypeId": type_id, "followsId": follows,
                                                "description": f"fate of {type_id}", **more}))["id"]

    def chain(self, *names):
        """'maintenance required', 'maintenance ready', ... -> the ids of types of which each follows the last."""
        types = [self.type(name) for name in names]
        follows = None
        for t in types:
            follows = self.fate(t, follows)
        return types

    def throw(self, type_id, *hosts, **more):
        """An event on each host -> the ids of the events."""
        said = created(self.api.post("/events", {"user": "johnny", "eventTypeId": type_id, "hostnames": hosts, **more}))
        return [e["id"] for e in said["events"]] if "events" in said else [said["id"]]

    def quest(self, fate_id, *hosts, **more):
        return created(self.api.post("/quests", {"fateId": fate_id, "creator": "johnny", "description": "a quest",
                                                 "hostnames": hosts, **more}))

    def get_quest(self, quest_id, query="?progressInfo=true"):
        return ok(self.api.get(f"/quests/{quest_id}{query}"))

    def labors(self, query=""):
        said = ok(self.api.get("/labors?limit=all" + query))
        assert said["totalLabors"] == len(said["labors"])
        return said["labors"]

    def open_labors(self, query=""):
        return self.labors("&open=true" + query)

    def labor(self, labor_id, query=""):
        return ok(self.api.get(f"/labors/{labor_id}{query}"))

    def host(self, name):
        return ok(self.api.get(f"/hosts/{name}"))
