/**
 * The real thing for the e2e tests: one script/server with its demo, on a port and in a folder of its own.
 *
 *	MOIRAI_E2E=http://127.0.0.1:8080   asks this one instead, which runs already; its admin's password: MOIRAI_ADMIN_PASSWORD
 *	MOIRAI_BUILD, MOIRAI_CONFIGURE     as script/server takes them: the build below var/ (or MOIRAI_VAR) is used, and made if need be
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
	export interface ProvidedContext {
		server: Server;
	}
}

export interface Server {
	url: string;
	password: string;
	/** script/server's process and folder; not told of one that ran already. */
	pid?: number;
	var?: string;
}

const root = resolve(import.meta.dirname, '../..');
const READY = 300_000;

const freePort = () =>
	new Promise<number>((found) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => found(port));
		});
	});

export default async function setup(project: TestProject) {
	mkdirSync(join(import.meta.dirname, 'out'), { recursive: true });
	const running = process.env['MOIRAI_E2E'];
	if (running) {
		project.provide('server', { url: running.replace(/\/$/, ''), password: process.env['MOIRAI_ADMIN_PASSWORD'] ?? '' });
		return;
	}
	const folder = mkdtempSync(join(tmpdir(), 'moirai-e2e.'));
	chmodSync(folder, 0o755);
	const name = process.env['MOIRAI_BUILD'] ? `build-${process.env['MOIRAI_BUILD']}` : 'build';
	const build = join(process.env['MOIRAI_VAR'] ?? join(root, 'var'), name);
	mkdirSync(build, { recursive: true });
	symlinkSync(build, join(folder, name));
	const port = await freePort();
	const server = { url: `http://127.0.0.1:${port}`, password: 'secret', var: folder };
	const log = join(folder, 'server.err');
	// Mail is written, and kept: no relay takes it.
	const settings = join(folder, 'mail.yaml');
	writeFileSync(settings, 'environment: prod\nemail_notifications: true\nsmtp_server: "127.0.0.1:1"\n');
	const own = {
		MOIRAI_VAR: folder,
		MOIRAI_PORT: String(port),
		MOIRAI_ADMIN_PASSWORD: server.password,
		MOIRAI_SETTINGS: settings
	};
	const child = spawn(join(root, 'script/server'), {
		env: { ...process.env, ...own },
		stdio: ['ignore', 'pipe', openSync(log, 'w')]
	});
	const ended = new Promise<void>((over) => child.once('exit', () => over()));
	const stop = async () => {
		child.kill('SIGTERM');
		await ended;
		rmSync(folder, { recursive: true, force: true });
	};
	await new Promise<void>((ready, failed) => {
		const timer = setTimeout(() => failed(new Error('script/server was not ready in time')), READY);
		createInterface(child.stdout!).on('line', (line) => line === `ready ${server.url}` && (clearTimeout(timer), ready()));
		void ended.then(() => failed(new Error(`script/server ended: ${readFileSync(log, 'utf8')}`)));
	});
	project.provide('server', { ...server, pid: child.pid! });
	return stop;
}
