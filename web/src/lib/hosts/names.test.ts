import { describe, expect, it } from 'vitest';
import { parseNames, visible } from './names.ts';

const names = (text: string) => parseNames(text).names;

describe('names are told apart', () => {
	it.each([
		['by commas', 'web-1,web-2, web-3'],
		['by blanks', 'web-1 web-2\tweb-3'],
		['by lines', 'web-1\nweb-2\r\nweb-3\r\n'],
		['by semicolons', 'web-1;web-2;web-3;'],
		['by blanks that one does not see as such', 'web-1\u00a0web-2\u2028\ufeffweb-3'],
		['as JSON tells them', '["web-1", "web-2",\n "web-3"]'],
		['by all of these at once', ' "web-1",\n\n;web-2 ,;\t\'web-3\'']
	])('%s', (_, text) => expect(names(text)).toEqual(['web-1', 'web-2', 'web-3']));

	it.each([
		['one by one', `'web-1' "web-2",\`web-3\``],
		['all together', `"web-1, web-2 web-3"`]
	])('and may be in quotes, %s', (_, text) => expect(names(text)).toEqual(['web-1', 'web-2', 'web-3']));

	it('and keep all else that they hold', () => {
		expect(names('Web_1.example.net:22 a/b@c web[1:3]')).toEqual(['Web_1.example.net:22', 'a/b@c', 'web[1:3]']);
		expect(names(`r1-"quoted" r1-it's "r2 r3' \`r4`)).toEqual(['r1-"quoted"', "r1-it's", '"r2', "r3'", '`r4']);
	});

	it('and are none in nothing', () => expect(parseNames(' ,\n')).toEqual({ names: [], bad: [], given: 0 }));
});

describe('of a table the first column counts', () => {
	it('where its title says what it is', () =>
		expect(names('hostname,owner,tags\nweb-1,team-web,"a,b"\nweb-2,,\n')).toEqual(['web-1', 'web-2']));
	it('with cells in quotes, and lines within them', () =>
		expect(names('"host";"note"\r\n"web-1";"one\r\ntwo ""three"""\r\n"web-2";""\r\n')).toEqual(['web-1', 'web-2']));
	it('behind a byte order mark, with tabs', () =>
		expect(names('\ufeffName\tOwner\nweb-1\tanna\nweb-2\tbert')).toEqual(['web-1', 'web-2']));
	it('without a title where the file is called a table', () =>
		expect(parseNames('web-1,anna\nweb 2,bert\n', { table: true }).names).toEqual(['web-1', 'web 2']));
	it('also if it is the only one', () => expect(parseNames('host\nweb-1\n', { table: true }).names).toEqual(['web-1']));
	it.each([
		['inch marks', 'host,about\nweb-1,19" rack\nweb-2,plain\nweb-3,24" rack\nweb-4,x\n'],
		['a quote that nobody closed', 'host,about\nweb-1,"x\nweb-2,y"z\nweb-3,"\nweb-4,1'],
		['quotes around a part', 'host\tabout\nweb-1\t"blue" rack\nweb-2\t"a" and "b\nweb-3\tc" d\r\nweb-4\t"""e"""'],
		['blanks beside quotes', 'host; about\n"web-1" ; "a\nb" \nweb-2 ;c\n "web-3";""\nweb-4'],
		['quotes doubled in their midst', 'host,about\nweb-1,"19"" rack"\nweb-2,"a""\nweb-3,b""c\nweb-4,']
	])('with no host lost behind %s', (_, text) => expect(names(text)).toEqual(['web-1', 'web-2', 'web-3', 'web-4']));
	it('with quotes within a name as they are', () =>
		expect(parseNames('web-1"2,x\n"web-3\n', { table: true }).names).toEqual(['web-1"2', '"web-3']));
	it('but a list that begins with a name is none', () =>
		expect(names('web-1,web-2\nweb-3')).toEqual(['web-1', 'web-2', 'web-3']));
});

describe('a name', () => {
	it('that comes twice counts once', () => {
		expect(parseNames('b a b\nB a')).toEqual({ names: ['b', 'a', 'B'], bad: [], given: 5 });
	});

	it('of a file that is not UTF-8 is none where letters of it are lost', async () => {
		const file = new Blob([new Uint8Array([0x77, 0x65, 0x62, 0x2c, 0x6d, 0xfc, 0x6c, 0x6c])]); // "web,müll" in Latin 1
		expect(parseNames(await file.text())).toEqual({
			names: ['web'],
			bad: [{ text: 'm\uFFFDll', why: 'holds a character that is not UTF-8' }],
			given: 2
		});
	});

	it('has at most 128 characters, however many bytes', () => {
		expect(names('ü'.repeat(128))).toHaveLength(1);
		expect(names('😀'.repeat(128))).toHaveLength(1);
		const long = 'x'.repeat(129);
		expect(parseNames(`web-1 ${long} ${long}`)).toEqual({
			names: ['web-1'],
			bad: [{ text: long, why: 'is longer than 128 characters' }],
			given: 3
		});
	});

	it.each([
		['a control character', 'web\u0007-1'],
		['one of width zero, as chats put it into what they wrap', 'web\u200b-1'],
		['half of one', 'web\ud800-1']
	])('holds no character that nobody sees: %s', (_, text) => {
		expect(parseNames(`web-2,${text}`).names).toEqual(['web-2']);
		expect(parseNames(`web-2,${text}`).bad).toEqual([{ text, why: 'holds a character that can’t be seen' }]);
	});
});

it('what nobody sees is shown by a sign', () => expect(visible('web\u0007-1\u200b\u0085 ü')).toBe('web□-1□□ ü'));

describe('a hundred thousand names', () => {
	const many = Array.from({ length: 100_000 }, (_, i) => `web-${i}.ams1.example.net`);
	const racks = ['19" rack', '"19"" rack"', '""""', ''];
	it.each([
		['out of a list', many.join('\n')],
		['out of one line in quotes', many.map((name) => `'${name}'`).join()],
		['out of a table', 'host,owner\n' + many.map((name) => `"${name}","team"\n`).join('')],
		['out of a table with quotes of all kinds', 'host,rack\n' + many.map((name, i) => `${name},${racks[i % 4]}\n`).join('')]
	])('are had %s', (_, text) => expect(names(text)).toEqual(many));

	it('are had where quotes are never closed', () =>
		expect(names(many.map((name, i) => `${`"'`[i % 2]}${name}`).join(' '))).toHaveLength(100_000));
});
