-- What the house knows of itself. This file alone runs at every install: it is what remembers the others.
create schema if not exists house;
create table if not exists house.migration (
	number     int primary key,
	name       text not null,
	applied_at timestamptz not null default now()
);
-- 'private': this is script/server's own instance, which script/reset may empty.
create table if not exists house.mark (
	name text primary key
);
