"""
Native libraries that Python wheels carry: by which names they go, and how their own files tell their release.

Written from what the files of such wheels show. A shared object's number (`libjpeg.so.62.4.0`) is that of its interface
and only for some libraries the release too; where it is, the library says so here, and never otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """One library.

    `names` are others that manifests and files know it by, compared with `folded`; `release` makes its release of the
    number behind ``.so.`` (an empty text: it cannot be told); `strings` find it inside of binaries.
    """

    name: str
    names: tuple[str, ...] = ()
    release: Callable[[str], str] | None = None
    strings: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A text that a library compiles into whatever links it; its first group, if any, is the version.

    `expression` begins with letters that stand for themselves, which keeps the search fast; where it cannot, it is only
    looked for in the neighborhood of the text `given`. `release` makes the version of what the group holds.
    """

    expression: re.Pattern[bytes]
    confidence: float = 0.9
    given: bytes = b""
    release: Callable[[str], str] = str


def folded(name: str) -> str:
    """`name` without what names of one library differ in: case, ``lib`` in front, signs."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain.removeprefix("lib") or plain


def known(name: str) -> Library | None:
    """The library that goes by `name`, or None."""
    return _BY_NAME.get(folded(name))


def _says(expression: str, confidence: float = 0.9) -> Pattern:
    return Pattern(re.compile(expression.encode()), confidence)


def _opencv(line: str) -> Pattern:
    """OpenCV lists what it was built with: this `line` of its list, when it is not another file."""
    return Pattern(re.compile(line.encode()), 0.9)


def _xml(number: str) -> str:
    return f"{number[0]}.{int(number[1:3])}.{int(number[3:5])}"


def _same(number: str) -> str:
    """Files that are numbered like their release: with at least two dots, or it is the interface's number after all."""
    return number if number.count(".") >= 2 else ""


def _png(number: str) -> str:
    matched = re.fullmatch(r"(\d)(\d)\.(\d+)\.\d+", number)
    return f"{matched[1]}.{matched[2]}.{matched[3]}" if matched else ""


def _lcms(number: str) -> str:
    matched = re.fullmatch(r"2\.0\.(\d+)", number)
    return f"2.{matched[1]}" if matched else ""


def _harfbuzz(number: str) -> str:
    matched = re.fullmatch(r"0\.6(\d\d)(\d)(\d)\.0", number)
    return f"{int(matched[1])}.{matched[2]}.{matched[3]}" if matched else ""


def _avif(number: str) -> str:
    matched = re.fullmatch(r"16\.(\d+)\.(\d+)", number)
    return f"1.{matched[1]}.{matched[2]}" if matched else ""


_WEBP = {
    "7.1.6": "1.3.0",
    "7.1.7": "1.3.1",
    "7.1.8": "1.3.2",
    "7.1.9": "1.4.0",
    "7.1.10": "1.5.0",
    "7.2.0": "1.6.0",
    "2.0.12": "1.3.0",
    "2.0.13": "1.3.1",
    "2.0.14": "1.3.2",
    "2.0.15": "1.4.0",
    "2.0.16": "1.5.0",
    "2.0.17": "1.6.0",
    "3.0.11": "1.3.0",
    "3.0.12": "1.3.1",
    "3.0.13": "1.3.2",
    "3.1.0": "1.4.0",
    "3.1.1": "1.5.0",
    "3.1.2": "1.6.0",
}
_FREETYPE = {
    "6.19.0": "2.13.0",
    "6.20.0": "2.13.1",
    "6.20.1": "2.13.2",
    "6.20.2": "2.13.3",
    "6.20.4": "2.14.1",
    "6.20.6": "2.14.3",
}
"""As twelve releases of Pillow from 9.5 to 12.0 answer when they are asked for the versions of what they carry."""


def _postgresql(number: str) -> str:
    matched = re.fullmatch(r"5\.(\d\d)", number)
    return matched[1] if matched else ""


KNOWN: tuple[Library, ...] = (
    Library(
        "openssl",
        ("openssl-libs", "crypto", "ssl"),
        lambda number: number if re.fullmatch(r"1\.[01]\.\d[a-z]?", number) else "",
        (_says(r"OpenSSL (\d+\.\d+\.\d+[\w.-]{0,20}) +\d{1,2} [A-Z][a-z]{2} \d{4}"),),
    ),
    Library(
        "libpng",
        ("png16", "png"),
        _png,
        (_says(r"libpng version (\d+\.\d+\.\d+)"), _opencv(r"PNG: +build \(ver (\d+\.\d+\.\d+)\)")),
    ),
    Library(
        "libjpeg-turbo",
        ("jpeg", "turbojpeg", "libjpeg / libjpeg-turbo"),
        strings=(
            _says(r"libjpeg-turbo version (\d+\.\d+\.[\d.]+)"),
            _opencv(r"JPEG: +build-libjpeg-turbo \(ver (\d+\.\d+\.\d+)"),
        ),
    ),
    Library(
        "libtiff",
        ("tiff",),
        strings=(
            _says(r"LIBTIFF, Version (\d+\.\d+\.\d+)"),
            _opencv(r"TIFF: +build \(ver \d+ - (\d+\.\d+\.\d+)\)"),
        ),
    ),
    Library(
        "openblas",
        ("scipy_openblas", "scipy_openblas64_", "openblasp", "openblas64_", "openblas-threads"),
        strings=(_says(r"OpenBLAS (\d+\.\d+\.\d+(?:\.\d+)*)"),),
    ),
    Library(
        "zlib",
        ("z", "zlib1"),
        _same,
        (
            _says(r"deflate (\d+\.\d+[\d.]*) Copyright"),
            _says(r"inflate (\d+\.\d+[\d.]*) Copyright"),
            _opencv(r"ZLib: +(?:build|zlib) \(ver (\d+\.\d+[\d.]*)\)"),
        ),
    ),
    Library("zlib-ng", ("z-ng",), _same, (_says(r"zlib-ng (\d+\.\d+\.\d+)"), _says(r"zlib-ng", 0.8))),
    Library("bzip2", ("bz2", "bzip2-libs"), None, (_says(r"(1\.0\.\d), \d{1,2}-[A-Z][a-z]{2}-20\d\d", 0.7),)),
    Library("xz", ("lzma", "xz-libs", "xz utils"), _same),
    Library("zstd", ("zstandard",), _same),
    Library("lz4", (), _same),
    Library("snappy", (), _same),
    Library("brotli", ("brotlicommon", "brotlidec", "brotlienc"), _same),
    Library(
        "openjpeg",
        ("openjp2", "openjpeg2"),
        _same,
        (_opencv(r"JPEG 2000: +build \(ver (\d+\.\d+\.\d+)\)"),),
    ),
    Library("openexr", ("IlmImf",), None, (_opencv(r"OpenEXR: +build \(ver (\d+\.\d+\.\d+)\)"),)),
    Library("freetype", ("freetype2", "freetype6"), lambda number: _FREETYPE.get(number, "")),
    Library("harfbuzz", ("harfbuzz-subset", "harfbuzz-icu"), _harfbuzz),
    Library("fribidi"),
    Library("raqm"),
    Library("lcms2", ("lcms", "littlecms2", "Little CMS", "Little CMS 2"), _lcms),
    Library(
        "libwebp",
        ("webpmux", "webpdemux", "webpdecoder", "sharpyuv"),
        lambda number: _WEBP.get(number, ""),
        (_opencv(r"WEBP: +build \(ver"),),
    ),
    Library("libavif", ("avif16",), _avif),
    Library("libaom", (), _same, (_says(r"AOMedia Project AV1 Encoder v?(\d+\.\d+[\w.-]*)"),)),
    Library("dav1d"),
    Library("libheif", (), _same),
    Library("libvpx"),
    Library("libxcb", ("xcb-shm", "xcb-render")),
    Library("libxau"),
    Library("libdrm"),
    Library(
        "ffmpeg",
        ("avcodec", "avformat", "avutil", "avdevice", "avfilter", "swresample", "swscale"),
        strings=(_says(r"FFmpeg version (\d+\.\d+[\d.]*)"),),
    ),
    Library("expat", (), None, (_says(r"expat_(\d+\.\d+\.\d+)"),)),
    Library(
        "libxml2",
        ("xml2",),
        lambda number: _same(number) if number.startswith("2.") else "",
        (Pattern(re.compile(rb"\x00(2\d{4})(?:-GIT[\w.-]{0,40})?\x00"), 0.8, b"/etc/xml/catalog", _xml),),
    ),
    Library("libxslt", ("xslt", "exslt")),
    Library(
        "sqlite",
        ("sqlite3", "sqlite-libs"),
        strings=(Pattern(re.compile(rb"\x00(3\.\d{1,2}\.\d{1,2})\x00"), 0.8, b"SQLite format 3\0"),),
    ),
    Library("curl", ("curl", "libcurl"), None, (_says(r"libcurl/(\d+\.\d+\.\d+)"),)),
    Library("libssh2", (), None, (_says(r"SSH-2\.0-libssh2_(\d+\.\d+\.\d+)"),)),
    Library("libssh", (), None, (_says(r"SSH-2\.0-libssh_(\d+\.\d+\.\d+)"),)),
    Library("mbedtls", ("mbed tls", "mbedcrypto", "mbedx509"), None, (_says(r"[Mm]bed TLS (\d+\.\d+\.\d+)"),)),
    Library("hdf5", ("hdf5_hl", "hdf5_cpp"), None, (_says(r"HDF5 Version: +(\d+\.\d+\.\d+[\w.-]*)"),)),
    Library("libaec", ("aec", "sz")),
    Library("dcmtk", ("dcmdata", "dcmimgle", "ofstd"), None, (_says(r"\$dcmtk: \w{1,20} v(\d+\.\d+\.\d+)"),)),
    Library("gdcm", ("gdcmCommon", "gdcmDSED", "gdcmMSFF"), None, (_says(r"GDCM (\d+\.\d+\.\d+)"),)),
    Library("postgresql", ("pq", "postgresql-libs"), _postgresql, (_says(r"PostgreSQL (\d\d\.\d+)", 0.7),)),
    Library("krb5", ("krb5-libs", "k5crypto", "krb5support", "gssapi_krb5")),
    Library("e2fsprogs", ("com_err",)),
    Library("libselinux"),
    Library("keyutils", ("keyutils-libs",)),
    Library("pcre", ("pcreposix",)),
    Library("pcre2", ("pcre2-8", "pcre2-16", "pcre2-32")),
    Library("cyrus-sasl", ("sasl2", "cyrus-sasl-lib")),
    Library("openldap", ("ldap", "lber", "ldap_r", "ldap-2.4", "lber-2.4")),
    Library("libxcrypt", ("crypt",)),
    Library("libsodium"),
    Library("zeromq", ("zmq",), lambda number: "4.3.5" if number == "5.2.5" else ""),
    Library("libyaml", ("yaml-0",)),
    Library("libffi"),
    Library("libgcc", ("gcc_s",)),
    Library("libgfortran"),
    Library("libquadmath"),
    Library("libgomp"),
    Library("libstdc++"),
    Library("lua", (), None, (_says(r"Lua (5\.\d\.\d+)  Copyright"),)),
    Library("onemkl", ("mkl_rt",), None, (_says(r"Math Kernel Library Version (\d{4}\.\d[\d.]*)"),)),
)


def _by_name(libraries: Iterable[Library]) -> dict[str, Library]:
    found: dict[str, Library] = {}
    for library in libraries:
        for name in (library.name, *library.names):
            other = found.setdefault(folded(name), library)
            if other is not library:
                raise ValueError(f"{name} is the name of {other.name} and of {library.name}")
    return found


_BY_NAME = _by_name(KNOWN)
