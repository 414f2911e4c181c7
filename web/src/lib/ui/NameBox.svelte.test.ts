import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import NameBox from './NameBox.svelte';

afterEach(cleanup);
const offered = () => [...document.querySelectorAll<HTMLOptionElement>('datalist option')].map((option) => option.value);

it('offers each name once, in order, also those that the chosen one hides; any other can be typed', async () => {
	const onname = vi.fn();
	const { rerender } = render(NameBox, { label: 'By creator', value: '', names: ['bert', 'anna', 'bert'], onname });
	await rerender({ value: 'bert', names: ['bert'] });
	expect(offered()).toEqual(['anna', 'bert']);
	await fireEvent.change(screen.getByLabelText('By creator'), { target: { value: ' carl ' } });
	expect(onname).toHaveBeenLastCalledWith('carl');
	await fireEvent.click(screen.getByRole('button', { name: 'By creator: any' }));
	expect(onname).toHaveBeenLastCalledWith('');
});
