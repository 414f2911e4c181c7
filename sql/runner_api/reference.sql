-- What moirai-runner tells of the Ansible that it has (sql/work/reference.sql).

-- runner_api.reference_seen(version) -> whether that version is known; then it was seen just now, and is the one that counts.
create or replace function runner_api.reference_seen(p_version text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	update work.ansible_reference set seen_at = clock_timestamp() where version = p_version;
	return found;
end
$$;

-- runner_api.reference_put(version, options, modules): what Ansible of that version can do (work.ansible_reference), found out just now.
create or replace function runner_api.reference_put(p_version text, p_options jsonb, p_modules jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if jsonb_typeof(p_options->'ansible') is distinct from 'object' or jsonb_typeof(p_options->'ansible-playbook') is distinct from 'object'
	   or jsonb_typeof(p_modules) is distinct from 'object' then
		raise exception 'not what Ansible % can do', p_version;
	end if;
	insert into work.ansible_reference (version, seen_at, options, modules) values (p_version, clock_timestamp(), p_options, p_modules)
	on conflict (version) do update set seen_at = excluded.seen_at, options = excluded.options, modules = excluded.modules;
end
$$;
