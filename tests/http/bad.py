"""What no endpoint of either family takes."""

THINGS = [[], {}, ["a"], {"a": 1}]          # where a single value is wanted

NOT_JSON = [
    b"not json", b"{", b"}", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{'a':1}", b'{"a":1} x', b'{"a":1}{"a":1}', b'{"a":01}',
    b'{"a":.5}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":tru}', b" ", b"\n", b"\0", b'{"a":1}\0', b'{"a":"\x01"}',
    b'{"a":"\n"}',
    b'{"a":"\\x41"}', b"\xef\xbb\xbf{}", '{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-32-le"),
    b'{"a":1,"a":2}', b'{"x":{"a":1,"b":2,"a":1}}', b'{"a":1,"\\u0061":2}',
    b'{"a":"\\u0000"}', b'{"\\u0000":1}', b'{"a":"x\\u0000y"}', b'{"x":["\\u0000"]}', b'{"a":"\0"}',
    b'{"a":"\\ud800"}', b'{"a":"\\udc00"}', b'{"a":"\\ud800\\u0041"}', b'{"\\udfff":1}', b'{"a":"\\ud83d"}',
    b'{"a":"\xff"}', b'{"a":"\xc3"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xf4\x90\x80\x80"}',
    b'{"\xfe":1}', b'{"a":9223372036854775808}', b'{"a":-9223372036854775809}', b'{"a":1e400}', b'{"a":-1e400}',
    b'{"a":' + b"9" * 5000 + b"}", b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", b'{"a":' * 65 + b"1" + b"}" * 65,
    b'{"a":' + b"[" * 100000, b"[" * 3000 + b"]" * 3000,
]
# JSON, but no object: and what it is, as Polemarch calls it.
NOT_OBJECTS = {b"[]": "list", b"[1]": "list", b"[{}]": "list", b"null": "NoneType", b"true": "bool", b"1": "int",
               b'"x"': "str", b"-1.5": "float"}

# Parameters that are not UTF-8 text, or hold NUL.
NOT_TEXT = ["a=%00", "%00=a", "a=%ff", "%ff", "a=%c0%af", "a=%ed%a0%80", "limit=%00", "a=%f4%90%80%80", "x&y=%C3",
            "a=1&b=%E2%98"]

NOT_HOSTS = ["a b", "evil.example/x", "a@b", '"><script>', "x" * 400, "", "a\\b", "%41"]
