-- The public halves of the key pairs that secrets are sealed to (D8). Secrets are sealed to the current one; the private
-- halves are in a file that only the runner can read.
create table house.seal_keys (
	id         int generated always as identity primary key,
	public_key text not null unique,           -- base64
	made_at    timestamptz not null default now(),
	current    boolean not null
);
create unique index on house.seal_keys (current) where current;
