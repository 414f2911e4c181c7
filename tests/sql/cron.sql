-- Schedules (sql/work/cron.sql; polemarch-behaviour.md section 11). Against a calendar of its own: tests/http/test_cron.py.
begin;
\ir lib.psql
select plan(143);

-- tests.next(schedule, after, zone, n) -> the n times after which it is due, as the clock of the zone shows them, with its distance to UTC.
create function tests.next(schedule text, after timestamptz, zone text default 'UTC', n int default 1) returns text
language plpgsql as $$
declare
	said text;
	at   timestamptz := after;
begin
	for i in 1..n loop
		at := work.cron_next(schedule, at, zone);
		said := concat_ws(' ', said, coalesce(to_char(at at time zone zone, 'YYYY-MM-DD"T"HH24:MI'), 'never'));
	end loop;
	return said;
end
$$;
create function tests.masks(schedule text) returns text
language sql as $$ select concat_ws(' ', array_to_string(masks, ' '), either::text, wild::text) from work.cron_masks(schedule) $$;

-- ---- what is one ----
select is(work.cron_error(s), null, format('a schedule: "%s"', s)) from unnest(array['', '*', '30 */4', '* * * * *', '0 0 1 1 0',
	'59 23 31 12 6', '0 0 * * 7', '* */2 1-15 * sun,fri', '* */2 sun,fri 1-15 *', '0,15,30-40/5 0-23/2 * jan,Dec MON-fri', '50-10 * * * fri-mon',
	'007 00 01 012 *', '*/99 * * * *', '1-5/99', '0 0 * december sunday', '0 0 * * thur', '0 0 1 1 1 2030 whatever', '1,1,1 * * * *', '  3 *',
	'* * 30 2 *', '*,5 * * * *', '0 0 mon', '0 0 * * 5-7/2', '*/5 * * * 0-7', '0 22-3 * 11-2 6-1']) s;
select is(work.cron_error(s), error, format('none: "%s"', s)) from (values
	('30 */4 foo', 'Invalid weekday literal ''foo''.'), ('60* */2 sun,fri 1-15 *', 'Invalid weekday literal ''60*''.'),
	('60', 'Invalid end range: 60 > 59.'), ('0 24', 'Invalid end range: 24 > 23.'), ('0 0 32', 'Invalid end range: 32 > 31.'),
	('0 0 0', 'Invalid beginning range: 0 < 1.'), ('0 0 * 0', 'Invalid beginning range: 0 < 1.'), ('0 0 * 13', 'Invalid end range: 13 > 12.'),
	('0 0 * * 8', 'Invalid end range: 8 > 7.'), ('1-60', 'Invalid end range: 60 > 59.'), ('0 0 31-0', 'Invalid beginning range: 0 < 1.'),
	('000099', 'Invalid end range: 99 > 59.'), ('99999999999999999999', 'Invalid end range: 99999999999999999999 > 59.'),
	('*/0', 'slice step cannot be zero'), ('1-5/00', 'slice step cannot be zero'), ('*/x', 'invalid literal for int() with base 10: ''x'''),
	('1-5/2/3', 'invalid literal for int() with base 10: ''2/3'''), ('*/-2', 'invalid literal for int() with base 10: ''-2'''),
	('*/', 'empty filter'), ('1-5/', 'empty filter'), ('1,,2', 'empty part'), (',', 'empty part'), ('1,', 'empty part'),
	('-1', 'negative numbers not supported'), ('1--5', 'negative numbers not supported'), ('1-', 'Invalid weekday literal ''1-''.'),
	('5/10', 'Invalid weekday literal ''5/10''.'), ('1-2-3', 'Invalid weekday literal ''2-3''.'), ('1.5', 'Invalid weekday literal ''1.5''.'),
	('+5', 'Invalid weekday literal ''+5''.'), ('@daily', 'Invalid weekday literal ''@daily''.'), ('L', 'Invalid weekday literal ''L''.'),
	(E'1\t2', E'Invalid weekday literal ''1\t2''.'), ('sun', 'Invalid weekday literal ''sun''.'), ('0 mon', 'Invalid weekday literal ''mon''.'),
	('0 0 jan', 'Invalid weekday literal ''jan''.'), ('0 0 * mon', 'Invalid weekday literal ''mon''.'),
	('0 0 * * jan', 'Invalid weekday literal ''jan''.'), ('0 0 * * su', 'Invalid weekday literal ''su''.'),
	('0 0 * * sunny', 'Invalid weekday literal ''sunny''.'), ('0 0 * * mon*', 'Invalid weekday literal ''mon*''.'),
	('0 0 sun,foo 1 1', 'Invalid weekday literal ''foo''.'), ('0 0 sun jan 1', 'Invalid weekday literal ''jan''.'),
	('''', 'Invalid weekday literal ''\''''.'), ('1 2 3 x foo', 'Invalid weekday literal ''x''.'),
	(repeat('x', 100), 'Invalid weekday literal ''' || repeat('x', 60) || '''.')) v (s, error);

-- ---- what it means ----
select is(tests.masks('*/20 1-3 */15 11-1 5-7'),
	repeat('1' || repeat('0', 19), 3) || ' 0111' || repeat('0', 20) || ' 1' || repeat('0', 14) || '1' || repeat('0', 14) || '1'
	' 100000000011 1000011 false false', 'each number of a field is 1 where it is taken; steps count from the first');
select is(tests.masks(a), tests.masks(b), format('"%s" is "%s"', a, b)) from (values
	('', '* * * * *'), ('30  1', '30 * 1 * *'), ('0 0 * * 7', '0 0 * * 0'), ('0 0 * * 0-7', '0 0 * * 0-6'), ('0 0 * * 7-2', '0 0 * * 0-2'),
	('0 0 * * 7-7', '0 0 * * 0'), ('0 0 * * 5-7', '0 0 * * fri,sat,sun'), ('0 0 * * 5-7/2', '0 0 * * 5,0'), ('0 0 * * sun-sat', '0 0 * * 0-6'),
	('0 0 * * sat-sun', '0 0 * * 6,0'), ('0 0 * * 6-1', '0 0 * * 6,0,1'), ('0 0 * nov-feb *', '0 0 * 11,12,1,2 *'),
	('50-10/10 * * * *', '50,0,10 * * * *'), ('5-5 * * * *', '5 * * * *'), ('*/40 * * * *', '0,40 * * * *'), ('*/99 */99', '0 */99'),
	('1-10/3 * * * *', '1,4,7,10 * * * *'), ('0 0 31-2 * *', '0 0 31,1,2 * *'), ('* */2 sun,fri 1-15 *', '* */2 1-15 * sun,fri'),
	('0 0 MON', '0 0 * * mon'), ('1 2 3 4 5 2030', '1 2 3 4 5'), ('59,1-3,* 4', '* 4')) v (a, b);

-- ---- when it is due ----
select is(tests.next(s, after::timestamptz, n => n), wanted, format('"%s" after %s', s, after)) from (values
	('* * * * *', '2023-01-01 00:00', 2, '2023-01-01T00:01 2023-01-01T00:02'), ('* * * * *', '2023-12-31 23:59:59.999', 1, '2024-01-01T00:00'),
	('0 0 * * *', '2023-01-01 00:00', 1, '2023-01-02T00:00'), ('0 0 * * *', '2022-12-31 23:59:59.999999', 1, '2023-01-01T00:00'),
	('*/7 * * * *', '2023-01-01 00:50', 3, '2023-01-01T00:56 2023-01-01T01:00 2023-01-01T01:07'),
	('30 */4 * * *', '2023-01-01 20:30', 2, '2023-01-02T00:30 2023-01-02T04:30'),
	('15 22-1 * * *', '2023-01-01 00:00', 5, '2023-01-01T00:15 2023-01-01T01:15 2023-01-01T22:15 2023-01-01T23:15 2023-01-02T00:15'),
	('0 12 31 * *', '2023-01-31 12:00', 3, '2023-03-31T12:00 2023-05-31T12:00 2023-07-31T12:00'),
	('0 0 1,31 * *', '2023-01-31 00:00', 3, '2023-02-01T00:00 2023-03-01T00:00 2023-03-31T00:00'),
	('0 0 29 2 *', '2023-01-01 00:00', 2, '2024-02-29T00:00 2028-02-29T00:00'), ('0 0 29 2 *', '2096-02-29 00:00', 1, '2104-02-29T00:00'),
	('0 0 29 2 */7', '2088-02-29 00:00', 1, '2128-02-29T00:00'), ('0 0 30 2 *', '2023-01-01 00:00', 1, 'never'),
	('0 0 31 2,4,6,9,11 *', '2023-01-01 00:00', 1, 'never'), ('0 0 31 11,12 *', '2023-01-01 00:00', 1, '2023-12-31T00:00'),
	('0 0 13 * fri', '2023-10-01 00:00', 4, '2023-10-06T00:00 2023-10-13T00:00 2023-10-20T00:00 2023-10-27T00:00'),
	('0 0 13 * mon', '2023-10-10 00:00', 2, '2023-10-13T00:00 2023-10-16T00:00'), ('0 0 13 * */5', '2023-10-01 00:00', 1, '2023-10-13T00:00'),
	('0 0 */2 * mon', '2023-10-01 00:00', 3, '2023-10-09T00:00 2023-10-23T00:00 2023-11-13T00:00'),
	('0 0 * * 7', '2023-10-01 00:00', 1, '2023-10-08T00:00'), ('0 0 * * 0', '2023-10-01 00:00', 1, '2023-10-08T00:00'),
	('0 0 1 jan sun', '2023-12-31 00:00', 3, '2024-01-01T00:00 2024-01-07T00:00 2024-01-14T00:00'),
	('60', '2023-01-01 00:00', 1, 'never')) v (s, after, n, wanted);

-- ---- by a clock that is put forward and back ----
select is(tests.next(s, after::timestamptz, zone, n), wanted, format('"%s" after %s in %s', s, after, zone)) from (values
	-- Berlin, at 01:00 UTC: from 02:00 to 03:00 on 31 March, from 03:00 to 02:00 on 27 October 2024.
	('30 2 * * *', '2024-03-30 12:00Z', 'Europe/Berlin', 2, '2024-03-31T03:00 2024-04-01T02:30'),
	('0,15,30 2 * * *', '2024-03-30 12:00Z', 'Europe/Berlin', 2, '2024-03-31T03:00 2024-04-01T02:00'),
	('*/30 2-3 * * *', '2024-03-31 00:00Z', 'Europe/Berlin', 2, '2024-03-31T03:00 2024-03-31T03:30'),
	('30 * * * *', '2024-03-31 00:00Z', 'Europe/Berlin', 2, '2024-03-31T01:30 2024-03-31T03:30'),
	('0 */2 * * *', '2024-03-30 23:00Z', 'Europe/Berlin', 1, '2024-03-31T04:00'),
	('30 2 31 3 *', '2024-03-30 12:00Z', 'Europe/Berlin', 2, '2024-03-31T03:00 2025-03-31T02:30'),
	('30 2 * * *', '2024-10-26 12:00Z', 'Europe/Berlin', 2, '2024-10-27T02:30 2024-10-28T02:30'),
	('0 3 * * *', '2024-10-27 01:30Z', 'Europe/Berlin', 1, '2024-10-27T03:00'),
	('30 2 * * *', '2024-10-27 01:10Z', 'Europe/Berlin', 1, '2024-10-28T02:30'),
	('30 * * * *', '2024-10-26 23:00Z', 'Europe/Berlin', 4, '2024-10-27T01:30 2024-10-27T02:30 2024-10-27T02:30 2024-10-27T03:30'),
	('*/30 2 * * *', '2024-10-26 23:00Z', 'Europe/Berlin', 3, '2024-10-27T02:00 2024-10-27T02:30 2024-10-28T02:00'),
	('0 */2 * * *', '2024-10-26 23:00Z', 'Europe/Berlin', 3, '2024-10-27T02:00 2024-10-27T02:00 2024-10-27T04:00'),
	('0 5 * * *', '2024-03-30 12:00Z', 'Europe/Berlin', 1, '2024-03-31T05:00'), ('0 5 * * *', '2024-10-26 12:00Z', 'Europe/Berlin', 1, '2024-10-27T05:00'),
	-- By half an hour; at midnight; back to the day before; a day that there never was.
	('15 2 * * *', '2024-10-05 00:00Z', 'Australia/Lord_Howe', 2, '2024-10-06T02:30 2024-10-07T02:15'),
	('45 * * * *', '2024-04-06 14:00Z', 'Australia/Lord_Howe', 3, '2024-04-07T01:45 2024-04-07T01:45 2024-04-07T02:45'),
	('0 0 * * *', '2018-11-03 12:00Z', 'America/Sao_Paulo', 2, '2018-11-04T01:00 2018-11-05T00:00'),
	('0 0,23 * * *', '2010-11-06 12:00Z', 'America/St_Johns', 3, '2010-11-06T23:00 2010-11-07T00:00 2010-11-07T23:00'),
	('30 * * * *', '2010-11-07 01:59Z', 'America/St_Johns', 3, '2010-11-06T23:30 2010-11-06T23:30 2010-11-07T00:30'),
	('0 12 30 12 *', '2011-12-29 12:00Z', 'Pacific/Apia', 2, '2011-12-31T00:00 2012-12-30T12:00'),
	('0 12 * * *', '2011-12-29 12:00Z', 'Pacific/Apia', 3, '2011-12-29T12:00 2011-12-31T00:00 2011-12-31T12:00')) v (s, after, zone, n, wanted);
select is(work.cron_next('0 3 * * *', '2024-07-01 00:00Z', z), wanted::timestamptz, 'its clock is that of ' || z) from (values
	('UTC', '2024-07-01 03:00Z'), ('Europe/Berlin', '2024-07-01 01:00Z'), ('America/New_York', '2024-07-01 07:00Z'),
	('Asia/Kathmandu', '2024-07-01 21:15Z')) v (z, wanted);
select is(array(select work.zone(z) from unnest(array['Europe/Berlin', 'UTC', '', 'nowhere', '../etc/passwd', null, E'\n']) z),
	'{Europe/Berlin,UTC,UTC,UTC,UTC,UTC,UTC}', 'a zone that is none is UTC');

select * from finish();
rollback;
