-- What may be said to Ansible (polemarch-behaviour.md sections 9 and 9.1). Arguments are an object {OPTION: value}, a long option of
-- the tool without its `--`; the runner makes the command line of it (fcgi-app/runner). Those that are secrets come sealed, apart.

-- work.old_options() -> {OPTION: {"type"}}: what Ansible had once, and the document and old templates still say. The runner translates
-- those of su and sudo, and leaves the others out.
create or replace function work.old_options() returns jsonb
language sql immutable as $$
	select '{"su": {"type": "boolean"}, "sudo": {"type": "boolean"}, "su-user": {"type": "text"}, "sudo-user": {"type": "text"},
	         "new-vault-id": {"type": "text"}, "new-vault-password-file": {"type": "textfile"}}'::jsonb
$$;

-- work.names_hosts(pattern) -> does it name any? Ansible takes one of which nothing is left for all hosts: of blanks, commas
-- and colons, of brackets without a partner, of `!`, `&` and `~` with nothing behind them.
create or replace function work.names_hosts(pattern text) returns boolean
language sql immutable as $$
	select coalesce(pattern ~ '[^][[:space:][:cntrl:]\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000,:!&~]', false)
$$;

-- work.python(value) -> a JSON value as Python writes it in an error: 'abc', with quotes.
create or replace function work.python(value text) returns text
language sql immutable as $$
	select '''' || replace(replace(left(value, 60), '\', '\\'), '''', '\''') || ''''
$$;

-- work.value_error(type, option, value) -> what is wrong with the value of that option, or null. One word of a command line has no more
-- than 128 KiB.
create or replace function work.value_error(p_type text, p_option text, value jsonb) returns text
language plpgsql immutable as $$
declare
	word text := coalesce(inventory.word(value), '');
begin
	return case when p_type = 'boolean' and word <> '' then 'This argument shouldn''t have value'
	            when p_type = 'integer' and (word !~ '^\s*[+-]?[0-9]{1,18}\s*$' or jsonb_typeof(value) not in ('number', 'string'))
	            then 'invalid literal for int() with base 10: ' || work.python(word)
	            when octet_length(word) > 100000 then 'This argument is longer than 100000 bytes'
	            when p_option in ('limit', 'group') and not work.names_hosts(word) then 'It names no hosts'
	            when p_option = 'group' and word like '-%' then 'It begins with -' end;
end
$$;

-- work.argument_error(tool, arguments, sealed) -> {"argument": OPTION, "why": text}, the first that is wrong, or null. All together
-- have no more than a megabyte: a command line has two.
--   tool       ansible, which takes `group` besides, or ansible-playbook
--   sealed     {OPTION: box} of those that are secrets; an option that takes a file which is none of them can't be kept
--   fails  WE503 no runner has told yet which options there are
create or replace function work.argument_error(tool text, arguments jsonb, sealed jsonb) returns jsonb
language plpgsql stable as $$
declare
	options jsonb := work.options_of(tool) || work.old_options()
	                 || case tool when 'ansible' then '{"group": {"type": "text"}}'::jsonb else '{}' end;
	wrong   jsonb;
begin
	select jsonb_build_object('argument', left(a.key, 200), 'why', a.why) into wrong
	  from (select key, case when options->key is null or options->key->>'type' in ('keyfile', 'textfile') then work.python(key)
	                         else work.value_error(options->key->>'type', key, value) end as why
	          from jsonb_each(arguments) g (key, value)
	        union all
	        select key, case when options->key->>'type' in ('keyfile', 'textfile') or (key = 'extra-vars' and options ? key)
	                         then case when octet_length(box->>'sealed') > 140000 then 'This argument is longer than 100000 bytes' end
	                         else work.python(key) end
	          from jsonb_each(sealed) g (key, box)) a
	 where a.why is not null order by a.key collate "C" limit 1;
	if wrong is null and octet_length(arguments::text) > 1000000 then
		select jsonb_build_object('argument', key, 'why', 'All arguments are longer than 1000000 bytes') into wrong
		  from jsonb_each(arguments) g (key, value) order by octet_length(value::text) desc limit 1;
	end if;
	return wrong;
end
$$;

-- work.path_is_inside(path) -> may it be a file of a project, by what is written? Where links lead is seen when the run begins.
create or replace function work.path_is_inside(path text) returns boolean
language sql immutable as $$
	select path !~ '^[/~]' and path !~ '(^|/)\.\.(/|$)' and path !~ '[[:cntrl:]]'
$$;

-- work.inventory_has_hosts(id) -> is there any host in it, or in a group of it?
create or replace function work.inventory_has_hosts(p_id bigint) returns boolean
language plpgsql stable as $$
begin
	return exists (select from people.parts where kind = 'inventory' and id = p_id and part_kind = 'host')
	    or exists (select from unnest(inventory.groups_below(inventory.parts_of('inventory', p_id, 'group'))) g
	                where exists (select from people.parts p where p.kind = 'group' and p.id = g and p.part_kind = 'host'));
end
$$;
