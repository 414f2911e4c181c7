import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it } from 'vitest';
import { session } from '#lib/api/session.svelte.ts';
import { anna } from '#lib/testing/session.ts';
import OwnerName from './OwnerName.svelte';

afterEach(cleanup);
const page = () => screen.queryByRole('link')?.getAttribute('href');

it('an owner is a link only where who looks has a page of him', () => {
	const ben = { id: 8, username: 'ben' };
	session.me = anna; // 7
	render(OwnerName, { owner: ben });
	expect([screen.getByText('ben').tagName, page()]).toEqual(['DIV', undefined]);
	cleanup();
	render(OwnerName, { owner: { id: 7, username: 'anna' } });
	expect(page()).toBe('/me');
	cleanup();
	session.me = { ...anna, superuser: true };
	render(OwnerName, { owner: ben });
	expect(page()).toBe('/users/8');
	cleanup();
	render(OwnerName, { owner: null });
	expect(screen.getByText('nobody')).toBeTruthy();
});
