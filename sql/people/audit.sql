-- The audit: who did what to which object, when, by which way of sign-in. Events are not told here: the journal does,
-- with who really asked beside the name.

-- people.audited(req, verb, kind, ids, details): the request does that to these. No secret may be in `details`.
create or replace function people.audited(req jsonb, verb text, kind text, ids bigint[], details jsonb default '{}') returns void
language plpgsql as $$
begin
	insert into people.audit (at, user_id, username, via, address, verb, kind, ids, n, details)
	select clock_timestamp(), u.id, u.username, req->>'via', req->>'address', verb, kind, coalesce(ids[1:100], '{}'),
	       coalesce(cardinality(ids), 0), jsonb_strip_nulls(details)
	  from people.users u where u.id = (req->>'actor')::bigint;
end
$$;

-- people.audited_by(id, via, address, ...): the same, where no endpoint is at work: who is signing in, or an administrator
-- at the command line (id null).
create or replace function people.audited_by(p_id bigint, via text, address text, verb text, kind text, ids bigint[],
                                             details jsonb default '{}') returns void
language plpgsql as $$
begin
	insert into people.audit (at, user_id, username, via, address, verb, kind, ids, n, details)
	values (clock_timestamp(), p_id, coalesce((select username from people.users where id = p_id), session_user), via, address,
	        verb, kind, ids, cardinality(ids), details);
end
$$;

-- Nobody changes what was done, not even the owner by accident.
create or replace function people.audit_stays() returns trigger
language plpgsql as $$
begin
	raise exception 'the audit is only ever added to';
end
$$;
create or replace trigger audit_stays before update or delete or truncate on people.audit
	execute function people.audit_stays();
