"""
Short texts and bytes of well-known formats, from which a search goes on.

A search that begins with nothing has to find brackets, headers and checksums by chance. Each specimen shows the marks
of its format once. Bombs are what is known to grow when it is read: compressed zeros, entities in entities.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from sdlc.harness.containers import bombs, containers

TIMES_AND_NUMBERS = (
    "2001-02-03T04:05:06.789Z",
    "2001-02-03 04:05:06 +01:00",
    "Sat, 03 Feb 2001 04:05:06 +0100",
    "3 February 2001 4:05 pm",
    "02/03/01",
    "20010203T040506",
    "2001-W05-6",
    "2001-034",
    "04:05:06.7",
    "P1Y2M3DT4H5M6.7S",
    "R3/2001-02-03T04:05:06/P1D",
    "1d 2h 3m 4s",
    "next monday at 5",
    "*/5 0-3 1,15 * MON",
    "EST5EDT,M3.2.0,M11.1.0",
    "-1.5e+10",
    "0x1F",
    "1,234.56",
    "1/3",
    "1+2j",
    "1.5 GiB",
    "$1.50",
    "MCMXCIV",
    "two hundred and one",
    "+1 (555) 010-0000",
    "rgba(1, 2%, 3, .5)",
    "#1a2b3c",
    "40°26'46\"N 79°58'56\"W",
    "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "9999-12-31T23:59:60.9999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "Mon, 31 Dec 9999 24:00:00 -9999",
    "00/00/0000",
    "P99999999999Y9999999999999D",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR;COUNT=3;UNTIL=20010203T040506Z",
    "CRON_TZ=UTC 0 0 L */2 MON#1",
    "@yearly",
    "-12:34:56.789",
)

NAMES = (
    "http://user:pw@host.example:80/a/../b;c?d=e&f=%20#g",
    "//[2001:db8::1]:80/a",
    "data:text/plain;base64,YWJj",
    "C:\\a\\..\\b.txt",
    "../a/./b",
    "**/a?[b-d]*.{e,f}",
    '"A B" <a.b+c@host.example>, d@[192.0.2.1]',
    "192.0.2.1/24",
    "fe80::1%eth0",
    "xn--nxasmq6b.example",
    "00000000-0000-4000-8000-000000000000",
    "1.2.840.10008.1",
    "CN=a,OU=b\\, c,DC=d",
    "(&(a=b)(!(c=d*)))",
    "1!2.0rc1.post2.dev3+a.4",
    "^1.2.3-rc.1+b || ~2",
    "a[b,c]>=1.0,!=1.5; python_version < '3.8' and os_name == 'nt'",
    "pkg-1.0-1-cp311-cp311-manylinux_2_17_x86_64.whl",
    "MIT OR (Apache-2.0 AND BSD-3-Clause)",
    "en-Latn-US-x-a",
    "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.",
)

PROTOCOLS = (
    "GET /a?b=c HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "a=b; Path=/; Max-Age=1; Expires=Sat, 03 Feb 2001 04:05:06 GMT; HttpOnly",
    'text/html; charset="utf-8"; q=0.5, */*',
    "attachment; filename=\"a\"; filename*=UTF-8''a%20b",
    "bytes=0-1,-5",
    'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=MD5',
    '--b\r\nContent-Disposition: form-data; name="a"; filename="c"\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--\r\n',
    "a=1&b=%20&c[]=2&d[e]=3;f",
    "From: A <a@b.example>\nSubject: =?utf-8?q?c=20?= =?utf-8?b?YQ==?=\nMIME-Version: 1.0\n\nd\n",
    '192.0.2.1 - a [03/Feb/2001:04:05:06 +0000] "GET / HTTP/1.1" 200 1 "-" "b/1.0 (c; d)"',
    '<34>1 2001-02-03T04:05:06Z a b 1 ID1 [c@1 d="e"] f',
    "MSH|^~\\&|A|B|||20010203||ADT^A01|1|P|2.5\rPID|1||2^^^C||D^E\r",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=A/B:20010203T040506\r\nRRULE:FREQ=DAILY;COUNT=2;BYDAY=MO\r\n"
    "SUMMARY:c\\, d\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:a;b\r\nTEL;TYPE=c:1\r\nEND:VCARD\r\n",
    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n"
    "--a\nContent-Type: message/rfc822\n\nb: c\n\nd\n--a--\n",
    'Content-Disposition: form-data; name="a[b][c]"; filename="d.e"',
    "v=0\r\no=a 1 1 IN IP4 b.example\r\ns=c\r\nt=0 0\r\nm=audio 1 RTP/AVP 0\r\na=d:e\r\n",
    "INVITE sip:a@b.example SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=d\r\nFrom: <sip:e@f>;tag=g\r\n\r\n",
    '* LIST (\\a) "/" {1}\r\nb',
    "*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
)

DATA = (
    '{"a": [1, -2.5e3, true, null, {"b": "\\u00e9\\n"}]}',
    "// a\n{b: 'c', d: [+1, .5, 0x1f, Infinity,],}",
    "a: 1\nb:\n  - c\n  - {d: [e, 'f']}\ng: &h !!str i\nj: *h\nk: |\n  l\n<<: {m: ~}\n",
    '[a]\nb = "c"\nd = [1, 2.5, true]\ne = {f = \'g\'}\n[[h.i]]\nj = 1979-05-27T07:32:00Z\nk = """l"""\n',
    "[a]\nb = c\nd: %(b)s\n; f\n",
    "a=b\\\n  c\n! d\n",
    'a,b\r\n"c ""d""",1\r\n',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a xmlns:d="e" f=\'g\'><!--h--><d:i/>&b;&#65;<![CDATA[j]]></a>',
    '<!DOCTYPE html><html><body><p class="b" style="color:red">c<br>&amp;&#x41;</p><table><tr><td>d</td></tr></table>'
    "<a href='#'>e</a><script>f</script></body></html>",
    "%PDF-1.4\n1 0 obj <</A [/B (c) <64> 1 0 R]>> stream\nBT /F 1 Tf (a) Tj ET\nendstream endobj\nxref\n0 1\n"
    "0000000000 65535 f \ntrailer <</Root 1 0 R /Size 1>>\nstartxref\n9\n%%EOF",
    "--- a/b\n+++ a/b\n@@ -1,2 +1 @@\n-c\n d\n",
    "begin 644 a\n#86)C\n`\nend\n",
    "-----BEGIN A-----\nYWJj\n-----END A-----\n",
    "1\n00:00:01,000 --> 00:00:02,000\n<i>a</i>\n",
    "d1:ali1e3:bcdee",
    '(a (b . c) \'(d #t "e"))',
    '<plist version="1.0"><dict><key>a</key><array><integer>1</integer><data>YWJj</data></array></dict></plist>',
    "<methodCall><methodName>a</methodName><params><param><value><array><data><value><int>1</int></value></data>"
    "</array></value></param></params></methodCall>",
    '<svg xmlns="http://www.w3.org/2000/svg"><g transform="scale(2)"><path d="M0,0 l1-1 A1 1 0 0 1 2,2z"/></g></svg>',
    '{"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#"}}}, "required": ["a"]}',
    '[{"op": "add", "path": "/a/0", "value": {"b": 1}}, {"op": "move", "from": "/a", "path": "/b"}]',
    '[{"a": [{"b": 1}, {"b": 2}], "c": 1}, {"a": [{"b": 1}], "c": {}}]',
    'a:3:{i:0;s:1:"b";i:1;O:1:"c":0:{}i:2;d:0.5;}',
    '@a{b, c = {d {E}}, f = "g" # h}\n',
    'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n',
    "server { listen 80; location ~ ^/a { set $b 'c'; } }\n",
    'a { b = "c" d = [1, { e = "f" }] }\nresource "g" "h" { i = "${j.k}" }\n',
    '$TTL 1\n@ IN SOA a b ( 1 2 3 4 5 )\nc IN TXT "d" ; e\n',
    "HEAD\n1 SOUR a\n0 @I1@ INDI\n1 NAME b /c/\n0 TRLR\n",
)

CODE = (
    "# a\n\n- b\n  1. c\n\n> d\n\n```py\ne\n```\n\n| f | g |\n|---|:-:|\n| *h* | **i** |\n\n"
    '[j](http://k.example "l") ![m](n) `o` <b>p</b>\n\n[q]: r\n',
    "a\n=\n\n.. note:: b\n   :c: d\n\n* *e* ``f`` `g`_\n\n.. _g: http://h.example\n",
    "\\section{a} $x^{2}_i$ \\frac{1}{2} % b\n\\begin{c}d\\end{c}\n",
    'h1. a\n\n* b\n"c":http://d.example !e.png!\n|_. f|g|\n',
    "== a ==\n'''b''' [[c|d]] {{e|f=g}}\n{| \n| h\n|}\n",
    "[b]a[/b] [url=http://b.example]c[/url] [list][*]d[/list]",
    "def f(a, *b, c=1):\n    return [x for x in a if x] + {'d': -1}['d']\n",
    "int f(int *a, char b[2]) { for (;;) { if (a) return b[0] ? 1 : 2; } }\nstruct s { int x : 3; };\n",
    "var a = function(b) { return b ? {c: /d/g} : [1, 'e']; }; // f\n",
    "SELECT a, b.c AS d FROM e b LEFT JOIN f ON f.g = b.g WHERE h = 'i' AND j IN (1, 2) ORDER BY k DESC; -- l\n",
    '@media (min-width: 1px) { a.b#c > d[e="f"]:not(:hover)::before { color: #fff; margin: -1px calc(2% + 3em) } }',
    "a=\"$b\" c -d 'e' | f > g && h; $(i) `j` ${k:-l} # m\n",
    '{% for a in b %}{{ a.c|d:"e" }}{% endfor %}{# f #}<% g %>${h}',
    "^(?P<a>[b-d]+?)(?:e|f)*\\d{2,3}(?=g)\\1$",
    "//a[@b='c' and position()=1]/d/text()",
    "$.a[?(@.b > 1)]..c[0:2,'d']",
    "%-5.2f %(a)s {0!r:>10} {b[1].c}",
    "((a + 2) * -b ** 3 / c(d, e)) >= 1 and not f or g ? h : i",
    '{ a(b: 1, c: "d") { ...e @f } } fragment e on G { h }',
    'syntax = "proto3"; message A { repeated int32 b = 1 [packed=true]; oneof c { string d = 2; } }',
    'digraph { a -> b [c="d"]; subgraph e { f } }',
    "module a (input b, output [1:0] c); assign c = {b, ~b}; endmodule\n",
    "for a in b { if a.c == 1 && d { return e(|x| x + 1) } else { f[0] } }\n",
    "(fn a b) => match a { Some(c) => c, _ => #{d: 1} };\n",
    "a := b | c+ ('d' / [e-f])* !g -> h ;\n",
    '<!--# a --><t:if test="${b}"><%= c %></t:if>{{#d}}{{{e}}}{{/d}}{{> f}}',
    "{% macro a(b=1) %}{% if b is defined and not c %}{{ d|e(f)[0].g }}{% else %}"
    "{% block h %}{% endblock %}{% endif %}{% endmacro %}",
    "= a\n:b: c\n\n[NOTE]\n====\nd _e_ *f* <<g>>\n====\n\n|===\n|h |i\n|===\n",
    "* a :b:\n  SCHEDULED: <2001-02-03 Sat>\n- [ ] c\n#+BEGIN_SRC d\ne\n#+END_SRC\n",
    "SELECT * FROM (SELECT a FROM b WHERE c = (SELECT 1)) d CROSS JOIN LATERAL e "
    "UNION ALL SELECT CASE WHEN f THEN 1 ELSE 2 END;\n",
    "WITH a AS (SELECT 1) INSERT INTO b (c) VALUES ('d', ?), (:e, $1) ON CONFLICT DO NOTHING;\n",
)


@cache
def specimens() -> tuple[bytes, ...]:
    """All of them, texts first; the same in every run."""
    texts = (*TIMES_AND_NUMBERS, *NAMES, *PROTOCOLS, *DATA, *CODE)
    return (*(text.encode() for text in texts), *containers(), *bombs(), *_growing())


def _growing() -> list[bytes]:
    """Texts that grow by what they name again and again, to ten thousand times, and to a hundred million."""
    found = []
    for names in ("abcde", "abcdefghi"):
        laughs, aliases = "", ""
        for of, name in pairwise(names):
            laughs += f'<!ENTITY {name} "{f"&{of};" * 10}">'
            aliases += f"{name}: &{name} [{', '.join([f'*{of}'] * 9)}]\n"
        word = "a" * 60
        entities = f'<!DOCTYPE x [<!ENTITY a "{word}">{laughs}]><x>&{names[-1]};</x>'
        found += [entities.encode(), f"a: &a [a]\n{aliases}".encode()]
    return found
