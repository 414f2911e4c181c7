/** Secrets that the server has and does not tell (fcgi-app/lib/hidden.c). */

/** Stands for one; sent back, it keeps what there is. */
export const MASK = '[~~ENCRYPTED~~]';

/** The variables and options that are some. */
export const HIDDEN: readonly string[] = (
	'ansible_ssh_pass ansible_ssh_private_key_file ansible_become_pass ansible_password ansible_become_password ansible_sudo_pass ' +
	'ansible_su_pass ansible_ssh_password ansible_paramiko_pass ansible_paramiko_password ansible_winrm_pass ansible_winrm_password ' +
	'ansible_psrp_password ansible_httpapi_pass ansible_httpapi_password ansible_runas_pass repo_password repo_key key-file ' +
	'private-key vault-password-file new-vault-password-file vault-pass-file become-password-file become-pass-file ' +
	'connection-password-file conn-pass-file'
).split(' ');
