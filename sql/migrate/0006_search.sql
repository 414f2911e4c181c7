-- What is looked for by parts of it (fate/search.sql). Expressions, for case does not count.
create index on fate.hosts (lower(hostname) text_pattern_ops);
create index on fate.hosts using gin (lower(hostname) trigrams.gin_trgm_ops);
create index on fate.quests using gin (lower(description) trigrams.gin_trgm_ops);

-- Each owner and each tag of hosts once, and how many hosts have it; kept by triggers (fate/hosts.sql).
create table fate.host_words (
	kind  text not null check (kind in ('owner', 'tag')),
	word  text not null,
	hosts bigint not null,
	primary key (kind, word)
);
create index on fate.host_words (kind, lower(word) text_pattern_ops);

insert into fate.host_words (kind, word, hosts)
select kind, word, count(*)
  from (select 'owner' as kind, owner as word from fate.hosts
        union all select 'tag', t from fate.hosts, lateral (select distinct unnest(tags)) u (t)) w
 where word is not null group by 1, 2;

-- Now api.containing.
drop function if exists polemarch_api.containing(text);
