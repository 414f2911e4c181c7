-- api.fail(status, message): refuse the request. Class WE is the house's own SQLSTATE class; the worker's
-- status table (fcgi-app/lib/status.c) turns WE404 into 404 with this message in the family's error shape.
create or replace function api.fail(status int, message text) returns void
language plpgsql as $$
begin
	raise exception using errcode = 'WE' || status, message = message;
end
$$;
