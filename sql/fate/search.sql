-- What somebody means by a few letters (hermes_api/search.sql): in any case, and what begins so before what contains it. It costs
-- with a million hosts what it does with ten thousand: what is frequent is met among the first rows, what is rare is found by an
-- index of trigrams. Where all trigrams of a text are common and the text itself is rare all the same, a part of what has these is
-- looked through, some ten thousands of rows, and it may be missed: gin_fuzzy_search_limit.

-- fate.has_trigrams(part) -> can such an index tell what contains it? Else it would have to be read as a whole.
create or replace function fate.has_trigrams(part text) returns boolean
language sql immutable as $$
	select part ~ '[[:alnum:]]{3}|[[:alnum:]]{2}[^[:alnum:]]|[^[:alnum:]][[:alnum:]]'
$$;

-- fate.beyond(part) -> what all that begins so comes before, byte by byte.
create or replace function fate.beyond(part text) returns text
language sql immutable as $$
	select part || chr(1114111)
$$;

-- fate.hosts_found(part, most) -> ids of at most so many hosts: those whose names begin so, by name; then those whose names contain
-- it. One or two letters are looked for within names among the first ten thousand hosts only.
create or replace function fate.hosts_found(part text, most int) returns bigint[]
language plpgsql stable set gin_fuzzy_search_limit = 10000 as $$
declare
	low  text := lower(part);
	ids  bigint[];
begin
	ids := array(select id from fate.hosts where lower(hostname) ~>=~ low and lower(hostname) ~<~ fate.beyond(low)
	              order by lower(hostname) using ~<~ limit most);
	if cardinality(ids) < most then
		ids := ids || array(select id from (select * from fate.hosts order by id limit 10000) h
		                     where lower(hostname) like api.containing(low) and id <> all(ids) order by id limit most - cardinality(ids));
	end if;
	if cardinality(ids) < most and fate.has_trigrams(low) then
		-- offset 0: by the trigrams, not by going through all ids until there are enough.
		ids := ids || array(select id from (select id from fate.hosts where lower(hostname) like api.containing(low) offset 0) h
		                     where id <> all(ids) limit most - cardinality(ids));
	end if;
	return ids;
end
$$;

-- fate.host_words_found(kind, part, most) -> at most so many owners, or tags: those that begin so, then those among the first ten
-- thousand that contain it.
create or replace function fate.host_words_found(p_kind text, part text, most int) returns text[]
language plpgsql stable as $$
declare
	low   text := lower(part);
	found text[];
begin
	found := array(select word from fate.host_words
	                where kind = p_kind and lower(word) ~>=~ low and lower(word) ~<~ fate.beyond(low)
	                order by lower(word) using ~<~ limit most);
	if cardinality(found) < most then
		found := found || array(select word from (select * from fate.host_words where kind = p_kind
		                                           order by kind, lower(word) using ~<~ limit 10000) w
		                         where lower(word) like api.containing(low) and word <> all(found)
		                         order by lower(word) using ~<~ limit most - cardinality(found));
	end if;
	return found;
end
$$;

-- fate.quests_found(words, most) -> ids of at most so many quests: the one of that number, then those whose descriptions contain
-- all the words, the newest first.
create or replace function fate.quests_found(words text, most int) returns bigint[]
language plpgsql stable set gin_fuzzy_search_limit = 10000 as $$
declare
	parts  text[] := api.words(words);
	all_of text[] := array(select api.containing(p) from unnest(parts) p);
	-- Six that have trigrams, the longest: those of all of them at once are few. (The same one twice costs nothing.)
	rare   text[] := array(select api.containing(p) from unnest(parts) p where fate.has_trigrams(p) order by length(p) desc, p limit 6);
	ids    bigint[];
begin
	ids := array(select id from fate.quests where id = substring(words from '^#?([0-9]{1,18})$')::bigint);
	ids := ids || array(select id from (select * from fate.quests order by id desc limit 500) q
	                     where lower(description) like all (all_of) and id <> all(ids) order by id desc limit most - cardinality(ids));
	if cardinality(ids) < most and rare <> '{}' then
		ids := ids || array(select id from (select id from fate.quests
		                                     where lower(description) like rare[1] and lower(description) like coalesce(rare[2], rare[1])
		                                       and lower(description) like coalesce(rare[3], rare[1])
		                                       and lower(description) like coalesce(rare[4], rare[1])
		                                       and lower(description) like coalesce(rare[5], rare[1])
		                                       and lower(description) like coalesce(rare[6], rare[1])
		                                       and lower(description) like all (all_of) offset 0) q
		                     where id <> all(ids) order by id desc limit most - cardinality(ids));
	end if;
	return ids;
end
$$;
