-- Sessions and tokens: what a user holds that signs in. Only its hash is known here.

-- people.token_is_good(token, now) -> does it still sign in?
create or replace function people.token_is_good(t people.tokens, now timestamptz) returns boolean
language sql immutable as $$
	select (t.expires_at is null or t.expires_at > now) and (t.idle is null or t.seen_at + t.idle > now)
$$;

-- people.token_open(req, kind, name, read_only, idle, expires) -> the token whose hash the worker has put into the request
-- as "secret". What of the user's has ended is swept away. Who changes the user's password or state has done so, or waits.
--   fails  WE401 he has
create or replace function people.token_open(req jsonb, p_kind text, p_name text, p_read_only boolean, p_idle interval,
                                             p_expires timestamptz) returns people.tokens
language plpgsql as $$
declare
	holder bigint      := (req->>'actor')::bigint;
	now    timestamptz := clock_timestamp();
	t      people.tokens;
begin
	perform from people.users u where u.id = holder and u.stamp = (req->>'stamp')::bigint and u.active for no key update;
	if not found then
		perform api.fail(401, 'Sign in to use this resource.');
	end if;
	delete from people.tokens o where o.user_id = holder and not people.token_is_good(o, now);
	insert into people.tokens (user_id, kind, hash, name, read_only, made_at, seen_at, idle, expires_at, address, agent)
	values (holder, p_kind, decode(req->>'secret', 'hex'), p_name, p_read_only, now, now, p_idle, p_expires,
	        req->>'address', left(req->>'agent', 200))
	returning * into t;
	return t;
end
$$;

-- people.tokens_end(user, ids) -> how many of the user's tokens these were. They sign nobody in any more, anywhere: what
-- workers remember of the user must be proved again, and so must pages that they were signed in by. (The user's row first, as everywhere.)
create or replace function people.tokens_end(p_user bigint, p_ids bigint[]) returns int
language plpgsql as $$
declare
	n int;
begin
	perform from people.users where id = p_user for no key update;
	delete from people.tokens where user_id = p_user and id = any(p_ids);
	get diagnostics n = row_count;
	if n > 0 then
		perform people.must_prove_again(p_user), outbox.changed('user', array[p_user]);
	end if;
	return n;
end
$$;
