"""Schedules against a calendar of our own, which looks at every single time: what is a schedule and what is wrong with one that is
none; when it is due next, by clocks that are put forward and back by half an hour, two hours or a day, at midnight or later. All is
drawn at random, each time the same."""
import bisect
import datetime as dt
import random
import re
import zoneinfo

import pytest

pytestmark = pytest.mark.noreset
UTC, MINUTE, DAY = dt.timezone.utc, dt.timedelta(minutes=1), dt.timedelta(days=1)
ZONES = ["UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Havana", "Africa/Casablanca", "Africa/Cairo",
         "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll"]
FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]
WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split()
MONTHS = "january february march april may june july august september october november december".split()


# ---- reading a schedule

class Wrong(Exception):
    pass


def quoted(word):
    return "'" + word[:60].replace("\\", "\\\\").replace("'", "\\'") + "'"


def number(word, field):
    if word.startswith("-"):
        raise Wrong("negative numbers not supported")
    names = {3: MONTHS, 4: WEEKDAYS}.get(field, [])
    low, high = FIELDS[field]
    if re.fullmatch("[0-9]+", word):
        n, high = int(word), 7 if field == 4 else high
        if n > high:
            raise Wrong(f"Invalid end range: {str(n)[:60]} > {high}.")
        if n < low:
            raise Wrong(f"Invalid beginning range: {n} < {low}.")
        return n
    for i, name in enumerate(names):
        if word.isascii() and len(word) >= 3 and name.startswith(word.lower()):
            return i + low
    raise Wrong(f"Invalid weekday literal {quoted(word)}.")


def numbers(part, field):
    """All for which a part of a list stands, in their order."""
    low, high = FIELDS[field]
    every = list(range(low, high + 1))
    if part == "":
        raise Wrong("empty part")
    range_, slash, step = part.partition("/")
    begin, hyphen, end = range_.partition("-")
    if range_ == "*":
        found = every
    elif begin and hyphen and end and "-" not in begin:
        a, b = number(begin, field), number(end, field)
        if field == 4 and b == 7 and a not in (0, 7):
            b = 0                                   # to the end of the week, and on to its first day
        found = every if field == 4 and (a, b) == (0, 7) else every[a % 7:] + every[:b + 1] if field == 4 and a % 7 > b else (
            every[a % 7:b % 7 + 1] if field == 4 else [n for n in every if a <= n <= b] if a <= b else
            [n for n in every if n >= a] + [n for n in every if n <= b])
    else:
        return [number(part, field) % 7 if field == 4 else number(part, field)]
    if slash:
        if step == "":
            raise Wrong("empty filter")
        if not re.fullmatch("[0-9]+", step):
            raise Wrong(f"invalid literal for int() with base 10: {quoted(step)}")
        if int(step) == 0:
            raise Wrong("slice step cannot be zero")
        found = found[::int(step)]
    return found


class Schedule:
    def __init__(self, text):
        words = [w or "*" for w in (text.split(" ") + [""] * 5)[:5]]
        if re.search("(^|[,-])(" + "|".join(n[:3] for n in WEEKDAYS) + ")", words[2].lower()):
            words = words[:2] + words[3:5] + words[2:3]
        self.minutes, self.hours, self.days, self.months, self.weekdays = (
            sorted({n for part in word.split(",") for n in numbers(part, field)}) for field, word in enumerate(words))
        self.either = "*" not in words[2] and "*" not in words[4]
        self.wild = words[1].startswith("*")

    def on(self, day):
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (of_month or of_week if self.either else of_month and of_week)

    def times(self, day):
        return [dt.datetime(day.year, day.month, day.day, h, m) for h in self.hours for m in self.minutes] if self.on(day) else []


# ---- what a clock shows

def shown(moment, zone):
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moments(time, zone):
    """When the clock shows that: once, twice, or never."""
    both = {time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in both if shown(m, zone) == time)


def after_the_gap(time, zone):
    moment = min(time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    while shown(moment, zone) < time:
        moment += MINUTE
    return moment


def steady(day, zone):
    """How far the clock is from UTC all around that day, where it is so all the time; else None."""
    noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    offsets = {(noon + dt.timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-40, 41, 8)}
    return offsets.pop() if len(offsets) == 1 else None


def due_on(schedule, day, zone):
    """All moments at which it is due by times of that day."""
    found, offset = [], steady(day, zone)
    for time in schedule.times(day):
        if offset is not None:
            found.append((time - offset).replace(tzinfo=UTC))
            continue
        at = moments(time, zone)
        if schedule.wild:
            found += at
        else:
            found.append(at[0] if at else after_the_gap(time, zone))
    return sorted(found)


def due_next(schedule, after, zone, years=41):
    """Looks at each day, and at the two after the first that has something: what comes twice may come in another order."""
    day, best, left = shown(after, zone).date() - 2 * DAY, None, 366 * years
    while left > 0:
        found = due_on(schedule, day, zone)
        at = bisect.bisect_right(found, after)
        if at < len(found) and (best is None or found[at] < best):
            best = found[at]
        day += DAY
        left = min(left, 3) - 1 if best else left - 1
    return best


# ---- drawn

def drawn_word(draw, field):
    low, high = FIELDS[field]
    if field == 4 and draw.random() < 0.3:
        return draw.choice(WEEKDAYS)[:draw.choice([3, 3, 9])].replace("u", draw.choice("uU"))
    if field == 3 and draw.random() < 0.3:
        return draw.choice(MONTHS)[:draw.choice([3, 3, 4])].capitalize()
    return str(draw.randint(low, 7 if field == 4 else high)).zfill(draw.choice([1, 1, 2]))


def drawn_field(draw, field, few):
    if draw.random() < 0.35:
        return draw.choice(["*", "*", "*", "*/2", "*/5", "*/7", "*/13", "*/40", ""])
    parts = []
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        part = drawn_word(draw, field)
        if draw.random() < (0.2 if few else 0.4):
            part += "-" + drawn_word(draw, field) + draw.choice(["", "", "/2", "/3", "/10"])
        parts.append(part)
    return ",".join(parts)


def drawn_schedule(draw):
    few = draw.random() < 0.7
    fields = [drawn_field(draw, n, few) for n in range(5)]
    if draw.random() < 0.4:
        fields[2:] = ["*", "*", "*"]
    if draw.random() < 0.2:
        fields[2:] = [draw.choice(["1,31", "2,30", "*/29", "31", "29-1"]), *fields[3:4], "*"]
    if draw.random() < 0.4:
        fields[0] = draw.choice(["0", "30", "*/15", "0,59"])
        fields[1] = draw.choice(["0", "1", "2", "3", "23", "1-3", "0,2", "23-1", "*", "*"])
        fields[2:] = ["*", "*", "*"]
    if draw.random() < 0.05:
        fields = fields[:2] + [draw.choice(["sun,fri", "mon-wed", "Sat"])] + fields[2:4]
    if draw.random() < 0.1:
        fields = fields[:draw.randrange(1, 5)]
    return " ".join(fields) + draw.choice([""] * 9 + [" 2030"])


def turns(zone):
    """The moments, to the minute, when the clock is put forward or back."""
    days = [dt.datetime(1990, 1, 1, tzinfo=UTC) + n * DAY for n in range(366 * 47)]
    found = []
    for before, after in zip(days, days[1:]):
        offset = before.astimezone(zone).utcoffset()
        if after.astimezone(zone).utcoffset() != offset:
            found.append(bisect.bisect_left(range(1440), True, key=lambda n: (before + n * MINUTE).astimezone(zone).utcoffset() != offset) * MINUTE + before)
    return found


def drawn_times(draw, zone, of_zone, n):
    """Most of them near a moment when something happens to the clock."""
    for _ in range(n):
        near = draw.choice([dt.timedelta(hours=2), dt.timedelta(hours=30)])
        if of_zone and draw.random() < 0.7:
            yield draw.choice(of_zone) + draw.uniform(-1, 1) * near
        else:
            yield dt.datetime(1990, 1, 1, tzinfo=UTC) + dt.timedelta(minutes=draw.randrange(47 * 366 * 1440))


def ours(sql, cases):
    """What the database says of (schedule, time, zone)."""
    found = []
    for start in range(0, len(cases), 1000):
        schedules, times, zones = zip(*cases[start:start + 1000])
        found += sql.column("select work.cron_next(s, t, z) from unnest(%s, %s::timestamptz[], %s) with ordinality u (s, t, z, n) order by n",
                            list(schedules), list(times), list(zones))
    return found


# ---- the tests

@pytest.mark.parametrize("name", ZONES)
def test_it_is_due_when_a_calendar_says_that_looks_at_each_time(sql, name):
    draw, zone = random.Random("due " + name), zoneinfo.ZoneInfo(name)
    of_zone, cases = turns(zone), []
    while len(cases) < 1500:
        schedule = drawn_schedule(draw)
        try:
            Schedule(schedule)
        except Wrong:
            continue
        cases += [(schedule, time, name) for time in drawn_times(draw, zone, of_zone, 4)]
    found = ours(sql, cases)
    wrong = []
    for (schedule, after, _), next in zip(cases, found):
        wanted = due_next(Schedule(schedule), after, zone)
        if wanted != next:
            wrong.append((schedule, after.isoformat(), str(wanted), str(next)))
    assert wrong == []
    assert sum(next is not None for next in found) > 1200


def test_whoever_follows_it_step_by_step_meets_each_moment_once(sql):
    for name in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "America/Havana"):
        zone, draw = zoneinfo.ZoneInfo(name), random.Random("steps " + name)
        for turn in draw.sample(turns(zone), 3):
            for text in ("*/20 * * * *", "10,40 0-3 * * *", "30 */2 * * *", "*/30 23,0,1,2 * * *"):
                schedule, after, met = Schedule(text), turn - DAY, []
                while (after := ours(sql, [(text, after, name)])[0]) < turn + 2 * DAY:
                    met.append(after)
                day, wanted = shown(turn, zone).date() - 3 * DAY, set()
                for n in range(8):
                    wanted |= set(due_on(schedule, day + n * DAY, zone))
                assert met == sorted(m for m in wanted if turn - DAY < m < turn + 2 * DAY), (name, text, turn)


NOISE = ["*", "*", "/", "-", ",", " ", " ", "0", "1", "5", "7", "12", "31", "59", "60", "99999999999999999999", "007", "sun", "Fri", "SATUR", "jan", "december", "foo",
         "sunn", "@", "@daily", "?", "L", "#", "\u0661", "\u00fc", "\u2603", "\t", "\n", "'", "\\", "%", "%s", "{", "}", "\"", "+", ".", "~", "\ufffd", "\U0001f600", "FR\u0130"]


def test_what_is_a_schedule_and_what_is_wrong_with_one_that_is_none(sql):
    draw = random.Random("noise")
    texts = sorted({"".join(draw.choice(NOISE) for _ in range(draw.randrange(12))) for _ in range(20000)}
                   | {drawn_schedule(draw) for _ in range(5000)} | {"*," * 2000 + "*", "1" * 4000, "x" * 5000, " " * 5000, "-" * 5000, "/" * 5000, "1-2/" * 1000})
    said = sql.rows("select s, work.cron_error(s) from unnest(%s) s", texts)
    wrong = []
    for text, error in said:
        try:
            wanted = Schedule(text) and None
        except Wrong as why:
            wanted = str(why)
        if wanted != error:
            wrong.append((text, wanted, error))
    assert wrong == [] and len(said) == len(texts)
    assert 2000 < sum(error is None for _, error in said) < len(said) - 2000


def test_no_text_is_one_at_which_it_stumbles(sql):
    """A schedule that is none is never due; a zone that is none is UTC."""
    draw = random.Random("stumbles")
    texts = ["".join(chr(draw.choice([draw.randrange(1, 128), draw.randrange(160, 0xd800), draw.randrange(0x10000, 0x110000)]))
                     for _ in range(draw.randrange(20))) for _ in range(3000)]
    for error, next in sql.rows("select work.cron_error(s), work.cron_next(s, '2024-01-01', 'UTC') from unnest(%s) s", texts):
        assert (error is None) == (next is not None)
    zones = texts + ["", "x", "utc", "UTC+3", "EST5EDT", "posixrules", "../etc/passwd", "/etc/passwd", "Europe", "Europe/", "localtime", "<+03>-3", "z" * 300]
    for zone in sql.column("select distinct work.zone(z) from unnest(%s || array[null]) z", zones):
        assert ours(sql, [("0 5 * * *", dt.datetime(2024, 1, 1, tzinfo=UTC), zone)])[0] is not None
    assert sql.column("select work.zone(z) from unnest(%s) z", ["", "x", "Europe", "../etc/passwd", "Europe/Berlin"]) == ["UTC"] * 4 + ["Europe/Berlin"]
