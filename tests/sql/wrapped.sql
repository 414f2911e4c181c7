-- outbox.wrapped() does what Python's textwrap.fill does: what is wanted here was said by Python 3.11, where | stands for the
-- end of a line and the indent of the next.
begin;
\ir lib.psql
select plan(51);

create table tests.texts (rule text, indent text, width int, text text, wanted text);
insert into tests.texts values
	('nothing', E'\t ', 60,
	 '',
	 ''),
	('a blank', E'\t ', 60,
	 ' ',
	 ''),
	('blanks only', E'\t ', 60,
	 repeat(' ', 70),
	 ''),
	('one word', E'\t ', 60,
	 'word',
	 'word'),
	('sixty letters fit', E'\t ', 60,
	 repeat('x', 60),
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'),
	('sixty-one are cut', E'\t ', 60,
	 repeat('x', 61),
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|x'),
	('a long word is cut, further lines are two shorter', E'\t ', 60,
	 repeat('abcdefghij', 15),
	 'abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij|'
	 'abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefgh|ijabcdefghijabcdefghijabcdefghij'),
	('20 words of 6 letters: 8, 8 and 4', E'\t ', 60,
	 repeat('abcdef ', 19) || 'abcdef',
	 'abcdef abcdef abcdef abcdef abcdef abcdef abcdef abcdef|'
	 'abcdef abcdef abcdef abcdef abcdef abcdef abcdef abcdef|abcdef abcdef abcdef abcdef'),
	('a sentence', E'\t ', 60,
	 'The quick brown fox jumps over the lazy dog and then some more words follow',
	 'The quick brown fox jumps over the lazy dog and then some|more words follow'),
	('sixty with the blank', E'\t ', 60,
	 repeat('x', 59) || ' y',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|y'),
	('ends at sixty', E'\t ', 60,
	 repeat('x', 55) || ' four next',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx four|next'),
	('a long word goes on behind a short one', E'\t ', 60,
	 'see https://example.com/' || repeat('a', 90) || ' there',
	 'see https://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|'
	 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|there'),
	('leading blanks stay on the first line', E'\t ', 60,
	 '   The quick brown fox jumps over the lazy dog and then some more words follow',
	 '   The quick brown fox jumps over the lazy dog and then some|more words follow'),
	('trailing blanks go', E'\t ', 60,
	 'The quick brown fox jumps over the lazy dog and then some more words follow   ',
	 'The quick brown fox jumps over the lazy dog and then some|more words follow'),
	('blanks between words stay within a line', E'\t ', 60,
	 'one  two   three    four     five      six       seven        eight',
	 'one  two   three    four     five      six       seven|eight'),
	('blanks longer than a line', E'\t ', 60,
	 'a' || repeat(' ', 150) || 'b',
	 'a|b'),
	('more leading blanks than a line', E'\t ', 60,
	 repeat(' ', 70) || 'word The quick brown fox jumps over the lazy dog and then some more words follow',
	 '          word The quick brown fox jumps over the lazy dog|and then some more words follow'),
	('tabs to the next eighth column', E'\t ', 60,
	 E'a\tbc\tdefghijk\tl',
	 'a       bc      defghijk        l'),
	('tabs at the beginning', E'\t ', 60,
	 E'\t\tindented The quick brown fox jumps over the lazy dog and then some more words follow',
	 '                indented The quick brown fox jumps over the|lazy dog and then some more words follow'),
	('a tab behind a line end counts anew', E'\t ', 60,
	 E'abcde\n\tf\r\tg',
	 'abcde         f         g'),
	('line ends are blanks', E'\t ', 60,
	 E'first line\nsecond line\r\nthird line that goes on for quite some while here\n\nlast',
	 'first line second line  third line that goes on for quite|some while here  last'),
	('other white space', E'\t ', 60,
	 E'a\x0bb\fc\rd The quick brown fox jumps over the lazy dog and then some more words follow',
	 'a b c d The quick brown fox jumps over the lazy dog and then|some more words follow'),
	('hyphens inside words', E'\t ', 60,
	 'a well-known and state-of-the-art high-availability-oriented off-by-one-error',
	 'a well-known and state-of-the-art high-availability-oriented|off-by-one-error'),
	('a word that ends in a hyphen', E'\t ', 60,
	 'pre- and post- ' || repeat('x', 40) || ' re-use re-do',
	 'pre- and post- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx re-|use re-do'),
	('no break behind one letter', E'\t ', 60,
	 repeat('x', 50) || ' an e-mail-address and an x-ray',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx an|e-mail-address and an x-ray'),
	('numbers are no words', E'\t ', 60,
	 repeat('x', 50) || ' 2015-06-01 12-34 a1-b2 ab-1c',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|2015-06-01 12-34 a1-b2 ab-1c'),
	('options', E'\t ', 60,
	 'use --dry-run --no-wait-for-anything -v -b --and-this-as-well here',
	 'use --dry-run --no-wait-for-anything -v -b --and-this-as-|well here'),
	('dashes between words', E'\t ', 60,
	 repeat('x', 48) || ' something--or other---and--so--on yyyyyyyyyyyyyyyyyyyy',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx something--|or other---and--so--on yyyyyyyyyyyyyyyyyyyy'),
	('dashes alone', E'\t ', 60,
	 repeat('-', 130),
	 '------------------------------------------------------------|'
	 '----------------------------------------------------------|------------'),
	('a dash at the end', E'\t ', 60,
	 repeat('x', 58) || '--yes',
	 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx--|yes'),
	('dashes with blanks', E'\t ', 60,
	 'this -- that --- ' || repeat('x', 45) || ' -- end',
	 'this -- that ---|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx -- end'),
	('quotes before a dash', E'\t ', 60,
	 'He said "go"--and so he''ll go, (perhaps)--or not-so-much, it''s all one',
	 'He said "go"--and so he''ll go, (perhaps)--or not-so-much,|it''s all one'),
	('a long word with hyphens and numbers is cut behind the last', E'\t ', 60,
	 repeat('20150601-', 12) || 'end',
	 '20150601-20150601-20150601-20150601-20150601-20150601-|'
	 '20150601-20150601-20150601-20150601-20150601-20150601-end'),
	('a long path', E'\t ', 60,
	 '/usr/share/doc/package-name-1.2.3/examples/some-thing-very-long/README-first.txt.gz',
	 '/usr/share/doc/package-name-1.2.3/examples/some-thing-very-|long/README-first.txt.gz'),
	('umlauts count as one', E'\t ', 60,
	 'Überprüfung der Stromversorgungsgeräte — Rechenzentrum Süd, Schränke Ä–Ö, größtmögliche Vorsicht',
	 'Überprüfung der Stromversorgungsgeräte — Rechenzentrum Süd,|Schränke Ä–Ö, größtmögliche Vorsicht'),
	('hyphens between letters of any kind', E'\t ', 60,
	 repeat('ёж-ёжик ', 10),
	 'ёж-ёжик ёж-ёжик ёж-ёжик ёж-ёжик ёж-ёжик ёж-ёжик ёж-ёжик ёж-|ёжик ёж-ёжик ёж-ёжик'),
	('no blanks: cut', E'\t ', 60,
	 repeat('日本語の説明', 15),
	 '日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明|日本語の説明日本語の説明日本語の説明日本語の説明日本語の説明'),
	('beyond the basic plane', E'\t ', 60,
	 repeat('😀 ', 40),
	 '😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀 😀|😀 😀 😀 😀 😀 😀 😀 😀 😀 😀'),
	('a blank that does not break is none', E'\t ', 60,
	 repeat(E'no\u00a0break ', 10),
	 E'no\u00a0break no\u00a0break no\u00a0break no\u00a0break no\u00a0break no\u00a0break|no\u00a0break no\u00a0break no\u00a0break no\u00a0break'),
	('an ideographic blank is none, either', E'\t ', 60,
	 repeat(E'全角\u3000空白', 12),
	 E'全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白全角\u3000空白'),
	('backslashes and percent signs', E'\t ', 60,
	 E'100% of C:\\dir\\1 and \\u0001 \\n %s 100% of C:\\dir\\1 and \\u0001 \\n %s 100% of C:\\dir\\1 and '
	 '\\u0001 \\n %s ',
	 E'100% of C:\\dir\\1 and \\u0001 \\n %s 100% of C:\\dir\\1 and|\\u0001 \\n %s 100% of C:\\dir\\1 and \\u0001 \\n %s'),
	('the character that is one', E'\t ', 60,
	 repeat(E'a\x01b ', 25),
	 E'a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b|a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b a\x01b'),
	('apostrophes', E'\t ', 60,
	 'don''t can''t won''t shouldn''t couldn''t don''t can''t won''t shouldn''t couldn''t don''t can''t won''t '
	 'shouldn''t couldn''t ',
	 'don''t can''t won''t shouldn''t couldn''t don''t can''t won''t|'
	 'shouldn''t couldn''t don''t can''t won''t shouldn''t couldn''t'),
	('underscores are letters', E'\t ', 60,
	 'snake_case-name _a-b_c __init__-file snake_case-name _a-b_c __init__-file snake_case-name _a-b_c '
	 '__init__-file ',
	 'snake_case-name _a-b_c __init__-file snake_case-name _a-b_c|'
	 '__init__-file snake_case-name _a-b_c __init__-file'),
	('without an indent', '', 60,
	 'The quick brown fox jumps over the lazy dog and then some more words follow The quick brown fox jumps over '
	 'the lazy dog and then some more words follow',
	 'The quick brown fox jumps over the lazy dog and then some|'
	 'more words follow The quick brown fox jumps over the lazy|dog and then some more words follow'),
	('by a blank, seventy-six wide', ' ', 76,
	 'The quick brown fox jumps over the lazy dog and then some more words follow The quick brown fox jumps over '
	 'the lazy dog and then some more words follow The quick brown fox jumps over the lazy dog and then some '
	 'more words follow',
	 'The quick brown fox jumps over the lazy dog and then some more words follow|'
	 'The quick brown fox jumps over the lazy dog and then some more words follow|'
	 'The quick brown fox jumps over the lazy dog and then some more words follow'),
	('narrow', '', 10,
	 'The quick brown fox jumps over the lazy dog and then some more words follow',
	 'The quick|brown fox|jumps over|the lazy|dog and|then some|more words|follow'),
	('narrower than a word', '> ', 5,
	 'The quick brown fox jumps over the lazy dog and then some more words follow',
	 'The|qui|ck |bro|wn|fox|jum|ps |ove|r|the|laz|y|dog|and|the|n s|ome|mor|e w|ord|s f|oll|ow');
select is(outbox.wrapped(text, indent, width), replace(wanted, '|', E'\n' || indent), rule) from tests.texts;

select is(outbox.wrapped('a b', E'\t '), outbox.wrapped('a b'), 'the indent of mails about quests is a tab and a blank');
select is(outbox.wrapped(text), outbox.wrapped(text, E'\t ', 60), '... and their width is sixty')
  from tests.texts where rule = 'a sentence';
select is_empty($$ select rule, line
	  from tests.texts, regexp_split_to_table(outbox.wrapped(text, indent, width), E'\n')
	       with ordinality l (line, n)
	where length(line) > width or (n > 1 and not starts_with(line, indent)) $$,
	'no line is longer than it may be, and each further one is indented');

select * from finish();
rollback;
