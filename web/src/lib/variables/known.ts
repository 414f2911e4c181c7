import type { Type } from './variables.ts';

/** Variables by which Ansible reaches a host: what they are for. */
export const known: readonly { name: string; type: Type; help: string }[] = [
	{ name: 'ansible_host', type: 'text', help: 'The name or address to connect to, where it is not the host’s name.' },
	{ name: 'ansible_port', type: 'number', help: 'The port, where it is not 22.' },
	{ name: 'ansible_user', type: 'text', help: 'Who signs in there.' },
	{
		name: 'ansible_ssh_private_key_file',
		type: 'text',
		help: 'The private key itself, from BEGIN to END: a run gets a file with it.'
	},
	{ name: 'ansible_password', type: 'text', help: 'The password to sign in with, where there is no key.' },
	{ name: 'ansible_connection', type: 'text', help: 'How to connect: ssh, local, winrm, network_cli and others.' },
	{ name: 'ansible_become', type: 'boolean', help: 'Become another user there, root as a rule.' },
	{ name: 'ansible_become_method', type: 'text', help: 'By what: sudo, su, doas and others.' },
	{ name: 'ansible_become_user', type: 'text', help: 'Which user to become.' },
	{ name: 'ansible_become_password', type: 'text', help: 'The password that sudo or su asks for.' },
	{ name: 'ansible_python_interpreter', type: 'text', help: 'Where Python is there, such as /usr/bin/python3.' },
	{ name: 'ansible_ssh_common_args', type: 'text', help: 'More arguments for ssh, scp and sftp, such as -o ProxyJump=bastion.' },
	{ name: 'ansible_shell_type', type: 'text', help: 'The shell there: sh, csh, fish, powershell.' }
];

const helps = new Map(known.map(({ name, help }) => [name, help]));
helps.set('ansible_ssh_pass', helps.get('ansible_password')!);
helps.set('ansible_become_pass', helps.get('ansible_become_password')!);

export const helpOf = (name: string): string | undefined => helps.get(name);

/** Texts of several lines. */
export const isLong = (name: string): boolean => /private_key_file$|^repo_key$/.test(name);
