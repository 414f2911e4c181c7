-- When a schedule is due (polemarch-behaviour.md section 11): five fields with single blanks between them, minute, hour, day of
-- the month, month and weekday, each a list of *, */STEP, A, A-B, A-B/STEP. A range whose end is before its beginning goes on over
-- the end of the field. One that is missing or empty is `*`; what comes after five is passed over. Weekdays are 0-6, 7 or
-- names, months 1-12 or names: of these three letters or more, in any case. Where the third field holds names of weekdays the
-- order is the older one: minute, hour, weekday, day of the month, month.
--
-- As Vixie's cron has it (crontab(5)):
--	days         where both the day of the month and the weekday are restricted (hold no `*`), either is enough
--	put forward  a time that the clock passes over is made up for at the first moment after the gap
--	put back     a time that comes twice counts once, when it comes first
-- But a schedule whose hour begins with `*` goes by the clock alone: what is passed over is left out, what comes twice is due
-- twice. (Vixie's looks at the minute for that, too: `*/15 2 * * *` would be left out altogether on the day of the gap.)

-- ---- reading one ----

-- work.cron_fields(schedule) -> the five, in the order of crontab(5).
create or replace function work.cron_fields(schedule text) returns text[]
language plpgsql immutable as $$
declare
	given text[] := string_to_array(schedule, ' ');
	f     text[];
begin
	f := array(select coalesce(nullif(given[n], ''), '*') from generate_series(1, 5) n);
	return case when f[3] ~* '(^|[,-])(sun|mon|tue|wed|thu|fri|sat)' then f[1:2] || f[4:5] || f[3:3] else f end;
end
$$;

-- work.cron_number(word, field) -> the number that it is or stands for in the n-th field; null: none.
create or replace function work.cron_number(word text, field int) returns int
language plpgsql immutable as $$
declare
	names text[] := (case field
		when 4 then '{"",january,february,march,april,may,june,july,august,september,october,november,december}'
		when 5 then '{sunday,monday,tuesday,wednesday,thursday,friday,saturday}' end)::text[];
begin
	if word ~ '^[0-9]+$' then
		word := ltrim(word, '0');
		return case when length(word) > 9 then 999999999 else ('0' || word)::int end;
	end if;
	return (select n - 1 from unnest(names) with ordinality u (name, n) where word ~ '^[A-Za-z]{3,}$' and starts_with(name, lower(word)));
end
$$;

-- work.cron_number_error(word, field, low, high) -> what is wrong with it there, or null.
create or replace function work.cron_number_error(word text, field int, low int, high int) returns text
language plpgsql immutable as $$
declare
	n int := work.cron_number(word, field);
begin
	return case when word like '-%' then 'negative numbers not supported'
	            when n is null then 'Invalid weekday literal ' || work.python(word) || '.'
	            when n > high then format('Invalid end range: %s > %s.', left(ltrim(word, '0'), 60), high)
	            when n < low then format('Invalid beginning range: %s < %s.', n, low) end;
end
$$;

create or replace function work.cron_step_error(word text) returns text
language plpgsql immutable as $$
begin
	return case when word = '' then 'empty filter'
	            when word !~ '^[0-9]+$' then 'invalid literal for int() with base 10: ' || work.python(word)
	            when word ~ '^0+$' then 'slice step cannot be zero' end;
end
$$;

-- work.cron_part(part, field) -> (numbers, error): those for which a part of the list in the n-th field stands.
create or replace function work.cron_part(part text, field int, out numbers int[], out error text)
language plpgsql immutable as $$
declare
	low   int    := case when field in (3, 4) then 1 else 0 end;
	n     int    := (array[60, 24, 31, 12, 7])[field];          -- how many the field has
	high  int    := case field when 5 then 7 else low + n - 1 end;
	m     text[] := coalesce(regexp_match(part, '^(?:\*|([^-/]+)-([^/]+))(?:/(.*))?$'), array[part, part, null]);
	a     int    := low;
	b     int    := low + n - 1;
begin
	if m[1] is not null then
		error := case when part = '' then 'empty part' else coalesce(work.cron_number_error(m[1], field, low, high),
		                                                             work.cron_number_error(m[2], field, low, high)) end;
		a := work.cron_number(m[1], field);
		b := work.cron_number(m[2], field);
	end if;
	error := coalesce(error, work.cron_step_error(m[3]));
	if error is null then
		if a = 7 and field = 5 then
			a := 0;
			b := b % 7;
		end if;
		numbers := array(select low + (a - low + i) % n
		                   from generate_series(0, case when b < a then b + n else b end - a, coalesce(work.cron_number(m[3], 0), 1)) i);
	end if;
end
$$;

-- work.cron_masks(schedule) -> (masks, either, wild, error)
--   masks    a text for each field, with a 1 in the place of each number that it takes, else 0
--   either   the day of the month or the weekday is enough
--   wild     it goes by the clock alone
create or replace function work.cron_masks(schedule text, out masks text[], out either boolean, out wild boolean, out error text)
language plpgsql immutable as $$
declare
	fields  text[] := work.cron_fields(schedule);
	numbers int[];
begin
	for n in 1..5 loop
		masks[n] := repeat('1', (array[60, 24, 31, 12, 7])[n]);
		continue when fields[n] = '*';
		select array_agg(distinct v), (array_agg(p.error order by i) filter (where p.error is not null))[1] into numbers, error
		  from unnest(string_to_array(fields[n], ',')) with ordinality u (part, i),
		       lateral work.cron_part(part, n) p left join lateral unnest(p.numbers) v on true;
		exit when error is not null;
		masks[n] := (select string_agg(case when i = any(numbers) then '1' else '0' end, '' order by i)
		               from generate_series(case when n in (3, 4) then 1 else 0 end, (array[59, 23, 31, 12, 6])[n]) i);
	end loop;
	either := strpos(fields[3], '*') = 0 and strpos(fields[5], '*') = 0;
	wild := fields[2] like '*%';
end
$$;

-- work.cron_error(schedule) -> what is wrong with it; null: nothing.
create or replace function work.cron_error(schedule text) returns text
language plpgsql immutable as $$
begin
	return (select c.error from work.cron_masks(schedule) c);
end
$$;

-- ---- the calendar: local times, whatever the zone ----

-- work.cron_time(masks, minute) -> the first minute of the day from that one on; null: none of this day.
create or replace function work.cron_time(masks text[], p_minute int) returns int
language plpgsql immutable as $$
declare
	hour  int := p_minute / 60;
	ahead int := strpos(substr(masks[1], p_minute % 60 + 1), '1');
begin
	if ahead > 0 and substr(masks[2], hour + 1, 1) = '1' then
		return p_minute + ahead - 1;
	end if;
	ahead := strpos(substr(masks[2], hour + 2), '1');
	return case when ahead > 0 then (hour + ahead) * 60 + strpos(masks[1], '1') - 1 end;
end
$$;

-- work.cron_day(masks, either, day) -> the first day from that one on; null: none in 41 years. (A weekday on 29 February may be
-- 40 years away, as 2100 is no leap year.)
create or replace function work.cron_day(masks text[], either boolean, p_day date) returns date
language plpgsql immutable as $$
declare
	d     date := p_day;
	month date;                 -- the next
	ahead int;
begin
	while d < p_day + 41 * 366 loop
		month := date_trunc('month', d::timestamp) + interval '1 month';
		ahead := strpos(substr(masks[3], extract(day from d)::int), '1');
		if substr(masks[4], extract(month from d)::int, 1) = '0' then
			d := month;
		elsif either or ahead = 1 then
			if either and ahead = 1 or substr(masks[5], extract(dow from d)::int + 1, 1) = '1' then
				return d;
			end if;
			d := d + 1;
		else
			d := case when ahead = 0 then month else least(d + ahead - 1, month) end;
		end if;
	end loop;
	return null;
end
$$;

-- work.cron_following(masks, either, time) -> the first local time after that; null: none.
create or replace function work.cron_following(masks text[], either boolean, p_time timestamp) returns timestamp
language plpgsql immutable as $$
declare
	t timestamp := date_trunc('minute', p_time) + interval '1 minute';
	d date      := work.cron_day(masks, either, t::date);
	m int;
begin
	if d = t::date then
		m := work.cron_time(masks, extract(hour from t)::int * 60 + extract(minute from t)::int);
		d := case when m is null then work.cron_day(masks, either, d + 1) else d end;
	end if;
	return d + coalesce(m, work.cron_time(masks, 0)) * interval '1 minute';
end
$$;

-- ---- the clock of a zone ----

-- work.zone(name) -> the zone that is called so, or UTC where there is none: a setting that is wrong shall not hinder who saves.
create or replace function work.zone(p_name text) returns text
language plpgsql stable as $$
begin
	perform now() at time zone p_name;
	return coalesce(p_name, 'UTC');
exception when data_exception then
	return 'UTC';
end
$$;

-- work.zone_ahead(time, zone) -> by how much its clock is ahead of UTC then.
create or replace function work.zone_ahead(p_time timestamptz, zone text) returns interval
language sql stable as $$
	select (p_time at time zone zone) - (p_time at time zone 'UTC')
$$;

-- work.zone_turn(from, until, zone) -> the moment between these when its clock is put forward or back; null: none.
create or replace function work.zone_turn(p_from timestamptz, p_until timestamptz, zone text) returns timestamptz
language plpgsql stable as $$
declare
	ahead interval := work.zone_ahead(p_from, zone);
	half  timestamptz;
begin
	if work.zone_ahead(p_until, zone) = ahead then
		return null;
	end if;
	while p_until - p_from > interval '1 second' loop
		half := p_from + (p_until - p_from) / 2;
		if work.zone_ahead(half, zone) = ahead then
			p_from := half;
		else
			p_until := half;
		end if;
	end loop;
	return date_trunc('second', p_until);
end
$$;

-- ---- the next time ----

-- work.cron_next(schedule, after, zone) -> when it is due next, later than `after`, by the clock of that zone; null: never, or the
-- schedule is none.
create or replace function work.cron_next(schedule text, after timestamptz, zone text) returns timestamptz
language plpgsql stable as $$
declare
	c      record;
	passed timestamp   := after at time zone zone;          -- local times until then have had their turn
	turn   timestamptz := work.zone_turn(after, after + interval '1 day', zone);
	t      timestamp;
	due    timestamptz;
begin
	select m.* into c from work.cron_masks(schedule) m;
	if c.error is not null then
		return null;
	end if;
	-- Soon put back to what has passed, which is due again then; but first comes what is left until then.
	if c.wild and (turn at time zone zone) <= passed then
		due := (work.cron_following(c.masks, c.either, passed) - work.zone_ahead(after, zone)) at time zone 'UTC';
		if due < turn then
			return due;
		end if;
		passed := (turn at time zone zone) - interval '1 microsecond';
	end if;
	loop
		t := work.cron_following(c.masks, c.either, passed);
		turn := work.zone_turn((t at time zone 'UTC') - interval '1 day', (t at time zone 'UTC') + interval '1 day', zone);
		due := case when turn is null then t at time zone zone else work.cron_near_turn(t, turn, after, zone, c.wild) end;
		exit when due is not null or t is null;
		-- On where the clock of before and that of since have both arrived.
		passed := (turn at time zone 'UTC') - interval '1 microsecond'
		          + greatest(work.zone_ahead(turn - interval '1 second', zone), work.zone_ahead(turn, zone));
	end loop;
	return due;
end
$$;

-- work.cron_near_turn(time, turn, after, zone, wild) -> when that local time is due, later than `after`, where the clock is put
-- forward or back a day away or less; null: not at all.
create or replace function work.cron_near_turn(p_time timestamp, turn timestamptz, after timestamptz, zone text, wild boolean)
returns timestamptz
language plpgsql stable as $$
declare
	by_old timestamptz := (p_time - work.zone_ahead(turn - interval '1 second', zone)) at time zone 'UTC';
	by_new timestamptz := (p_time - work.zone_ahead(turn, zone)) at time zone 'UTC';
begin
	return case when by_old < turn and by_old > after then by_old
	            when by_new >= turn and by_new > after and (wild or by_old >= turn) then by_new
	            when by_old >= turn and by_new < turn and not wild then turn end;
end
$$;
