import { describe, expect, it } from 'vitest';
import { csv } from './save.ts';

describe('lines for spreadsheets', () => {
	it('quote texts and double their quotes', () => expect(csv([['a"b', 'c,d', null, 5]])).toBe('"a""b","c,d","",5\r\n'));
	it('hold no formula', () => expect(csv([['=1+1', '@x', '-5']])).toBe('"\'=1+1","\'@x","\'-5"\r\n'));
	it('keep line breaks within a cell', () => expect(csv([['a\nb']])).toBe('"a\nb"\r\n'));
});
