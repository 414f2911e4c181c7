-- work.check() -> a row for each thing that is not as the law says, like fate.check(); none when all is well.
create or replace function work.check() returns table (rule text, id text, found text)
language sql stable as $$
	with numbered as (
		select l.run_id, l.day, count(*) as n, min(l.n) as first, max(l.n) as last from work.lines l group by 1, 2
	)
	select 'lines of a run are numbered from 1, without a gap', concat_ws(' ', 'run', coalesce(r.id, l.run_id)),
	       format('%s lines from %s to %s, should be %s', coalesce(l.n, 0), l.first, l.last, r.lines)
	  from (select r.id, r.output_day, r.lines from work.runs r where r.lines > 0) r
	  full join numbered l on l.run_id = r.id and l.day = r.output_day
	 where r.id is null or l.n is distinct from r.lines or l.first <> 1 or l.last <> r.lines
	union all
	select 'a run that is over has nobody, and no secrets', concat_ws(' ', 'run', r.id), concat_ws(' ', r.status, r.token, o.kind)
	  from work.runs r left join inventory.objects o on o.kind = 'run' and o.id = r.id
	 where r.status not in ('DELAY', 'RUN') and (r.token is not null or o.id is not null)
	union all
	select 'a run that is at work has somebody', concat_ws(' ', 'run', r.id), concat_ws(' ', r.runner, r.token, r.lease_until)
	  from work.runs r where (r.status = 'RUN') <> (r.token is not null and r.lease_until is not null)
	union all
	select 'of each host of a run that is over it is known what came of it', concat_ws(' ', 'run', h.run_id, h.name), r.status
	  from work.run_hosts h join work.runs r on r.id = h.run_id
	 where h.outcome is null and r.status <> 'RUN'
	union all
	select 'secrets are those of a run or a periodic task that is there', concat_ws(' ', o.kind, o.id), o.name
	  from inventory.objects o
	 where o.kind = 'run' and not exists (select from work.runs r where r.id = o.id)
	    or o.kind = 'periodic_task' and not exists (select from work.periodic_tasks t where t.id = o.id)
	union all
	select 'a run keeps machines busy only while it is at work', concat_ws(' ', 'run', b.run_id), b.name
	  from work.busy b join work.runs r on r.id = b.run_id where r.status <> 'RUN'
	union all
	select 'a periodic task that is not enabled is never due', concat_ws(' ', 'periodic task', t.id), t.schedule
	  from work.periodic_tasks t where not t.enabled and t.next_at is not null
	union all
	select 'runs that are shown are counted', 'run', format('%s, should be %s', fate.count('run'), r.n)
	  from (select count(*) as n from work.runs where save_result) r where fate.count('run') <> r.n
	union all
	select 'a project has a name and an owner', concat_ws(' ', 'project', coalesce(p.id, o.id)), concat_ws(' ', p.repository, o.name)
	  from work.projects p full join (select * from inventory.objects where kind = 'project') o using (id)
	 where p.id is null or o.id is null or not exists (select from people.objects w where w.kind = 'project' and w.id = p.id)
$$;
