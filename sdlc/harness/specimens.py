"""
Short texts and bytes of well-known formats, from which a search goes on.

A search that begins with nothing has to find brackets, headers and checksums by chance. Each specimen shows the marks
of its format once. Bombs are what is known to grow when it is read: compressed zeros, entities in entities.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from contextlib import suppress
from functools import cache
from itertools import pairwise

ZEROS = 1 << 20
"""Bytes that a bomb of about a thousand grows to: enough for a limit of proportion, harmless for the machine."""

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
)

BYTES = (
    b"\x30\x0b\x02\x01\x01\x04\x01a\x06\x03\x2a\x03\x04",
    b"\x30\x80\x02\x01\x01\x00\x00",
    b"\xa1\x61a\x82\x01\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00",
    b"\x81\xa1a\x93\x01\xc3\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
    b"\x08\x96\x01\x12\x01a\x1d\x00\x00\x80\x3f",
    b"\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x01b",
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00"
    b"data\x02\x00\x00\x00\x80\x80",
    b"\x00" * 128 + b"DICM\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\x00",
)


@cache
def specimens() -> tuple[bytes, ...]:
    """All of them, texts first; the same in every run."""
    texts = (*TIMES_AND_NUMBERS, *NAMES, *PROTOCOLS, *DATA, *CODE)
    return (*(text.encode() for text in texts), *BYTES, *_archives(), *_bombs())


def _archives() -> list[bytes]:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a/b"), b"c")
    with tarfile.open(fileobj=tarred, mode="w") as bundle:
        bundle.addfile(tarfile.TarInfo("a"))
    return [zipped.getvalue(), tarred.getvalue()[:1024]]


def _bombs() -> list[bytes]:
    zeros = bytes(ZEROS)
    found = []
    for wbits in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16, -zlib.MAX_WBITS):  # zlib, gzip, and neither head nor sum
        press = zlib.compressobj(9, zlib.DEFLATED, wbits)
        found.append(press.compress(zeros) + press.flush())
    with suppress(ImportError):  # not every Python was built with them
        import bz2

        found.append(bz2.compress(zeros))
    with suppress(ImportError):
        import lzma

        found.append(lzma.compress(zeros))
    laughs, aliases = "", ""
    for of, name in pairwise("abcdefghi"):
        laughs += f'<!ENTITY {name} "{f"&{of};" * 10}">'
        aliases += f"{name}: &{name} [{', '.join([f'*{of}'] * 9)}]\n"
    entities = f'<!DOCTYPE x [<!ENTITY a "a">{laughs}]><x>&i;</x>'
    return [*found, entities.encode(), f"a: &a [a]\n{aliases}".encode()]
