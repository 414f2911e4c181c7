-- What the installed Ansible can do, as the runners have found out (fcgi-app/runner, polemarch-behaviour.md sections 17 and 18). Each
-- version that was ever seen has its row; the one that a runner has had last is the one that counts.

-- work.module_names(modules) -> their names, sorted; without those that are Ansible's own inner ones.
create or replace function work.module_names(modules jsonb) returns text[]
language plpgsql immutable as $$
begin
	return array(select m from jsonb_object_keys(modules) m where m !~ '(^|\.)_[^.]*$' order by m collate "C");
end
$$;
-- Here and not among the tables, for it needs the function. Documentation is large, and who only wants names shall not read it.
alter table work.ansible_reference add column if not exists names text[] generated always as (work.module_names(modules)) stored;

-- work.reference_known() -> the version that counts; null: no runner has been here yet.
create or replace function work.reference_known() returns text
language plpgsql stable as $$
begin
	return (select version from work.ansible_reference order by seen_at desc, version desc limit 1);
end
$$;

-- work.reference_needed() -> the same.       fails  WE503 no runner has been here yet
create or replace function work.reference_needed() returns text
language plpgsql stable as $$
declare
	known text := work.reference_known();
begin
	if known is null then
		perform api.fail(503, 'No runner has told yet what Ansible can do: try again.');
	end if;
	return known;
end
$$;

-- work.options_excluded() -> what nobody may say to Ansible: the runner says it itself, or nobody is there to answer.
create or replace function work.options_excluded() returns text[]
language sql immutable as $$
	select '{verbose, inventory, inventory-file, module-name, group, step, ask-pass, ask-su-pass, ask-sudo-pass, ask-become-pass,
	         ask-vault-pass, ask-vault-password}'::text[]
$$;

-- work.options_of(tool) -> {OPTION: {"type", "shortopts", "help"}} of `ansible` or `ansible-playbook`, but for those.
--   fails  WE503
create or replace function work.options_of(tool text) returns jsonb
language plpgsql stable as $$
declare
	known text := work.reference_needed();
begin
	return (select coalesce(r.options->tool, '{}') - work.options_excluded() from work.ansible_reference r where r.version = known);
end
$$;
