-- The output of runs, in partitions of a week.

-- work.line_partitions_ensure(day): there is a partition for that day, and for a week later. As fate.event_partitions_ensure.
create or replace function work.line_partitions_ensure(p_day date) returns void
language plpgsql as $$
declare
	monday date;
	name   text;
begin
	foreach monday in array array[date_trunc('week', p_day)::date, date_trunc('week', p_day)::date + 7] loop
		name := 'lines_' || to_char(monday, 'IYYY_IW');
		continue when to_regclass('work.' || name) is not null;
		perform pg_advisory_xact_lock(hashtext('work.line_partitions'));
		continue when to_regclass('work.' || name) is not null;
		execute format('create table work.%I (like work.lines including defaults)', name);
		execute format('alter table work.lines attach partition work.%I for values from (%L) to (%L)', name, monday, monday + 7);
	end loop;
end
$$;

-- work.line_partitions_drop(day) -> how many were dropped: those that hold nothing younger than that day, and of no run that is at
-- work. The runs keep all but their output.
create or replace function work.line_partitions_drop(p_day date) returns int
language plpgsql as $$
declare
	part    record;
	dropped int  := 0;
	waited  text := current_setting('lock_timeout');
begin
	for part in
		select c.oid::regclass as name, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)')::date as ends
		  from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'work.lines'::regclass
	loop
		continue when part.ends > p_day
		          or exists (select from work.runs where status = 'RUN' and output_day < part.ends);
		-- Who would have to wait for readers would keep all writers waiting: then the next time.
		perform set_config('lock_timeout', '200ms', true);
		begin
			execute format('alter table work.lines detach partition %s', part.name);
			execute format('drop table %s', part.name);
			update work.runs set output_day = null, lines = 0 where output_day < part.ends;
			dropped := dropped + 1;
		exception when lock_not_available then
			null;
		end;
		perform set_config('lock_timeout', waited, true);
	end loop;
	return dropped;
end
$$;
