"""
What functions outside of the tree do with the data that they are given, as their documentation says.

Of a function that nobody knows it is assumed that its result holds the data: the flow goes on, and is no longer sure.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT = frozenset(name for kind in (str, bytes, bytearray) for name in dir(kind) if not name.startswith("_"))

NO_DATA = _words(
    "len isinstance issubclass hasattr callable id hash bool type range print any all vars super object "
    "os.path.exists os.path.isfile os.path.isdir os.path.getsize time.time time.sleep"
)
"""Functions whose result holds nothing of what they are given."""

NO_DATA_METHODS = frozenset(name for name in _TEXT if name.startswith("is")) | _words(
    "startswith endswith count index find rfind rindex exists is_file is_dir is_relative_to is_absolute match_any "
    "append extend add insert update remove discard clear sort reverse commit rollback close flush"
)
"""Methods of text, paths and collections whose result holds nothing of them; those that fill are known apart."""

KEEPS = _words(
    "str bytes bytearray list tuple dict set frozenset sorted reversed iter next zip enumerate map filter repr ascii "
    "format max min sum getattr open int float memoryview input "
    "copy.copy copy.deepcopy json.loads json.dumps json.load base64.b64decode base64.b64encode "
    "base64.urlsafe_b64decode base64.urlsafe_b64encode base64.standard_b64decode base64.b32decode binascii.unhexlify "
    "binascii.hexlify urllib.parse.unquote urllib.parse.unquote_plus urllib.parse.quote urllib.parse.quote_plus "
    "urllib.parse.urljoin urllib.parse.urlparse urllib.parse.urlsplit urllib.parse.urlunparse urllib.parse.urlunsplit "
    "urllib.parse.parse_qs urllib.parse.parse_qsl urllib.parse.urlencode os.path.join os.path.normpath os.path.abspath "
    "os.path.realpath os.path.expanduser os.path.expandvars os.path.dirname os.path.basename os.path.splitext "
    "os.path.split os.path.relpath os.fspath os.fsdecode os.fsencode pathlib.Path pathlib.PurePath "
    "pathlib.PurePosixPath pathlib.PosixPath io.BytesIO io.StringIO io.TextIOWrapper shlex.split shlex.join "
    "textwrap.dedent textwrap.indent textwrap.fill string.Template re.sub re.split re.findall html.unescape "
    "html.escape itertools.chain itertools.islice functools.reduce operator.itemgetter typing.cast "
    "collections.OrderedDict collections.defaultdict collections.deque types.SimpleNamespace asyncio.wait_for "
    "asyncio.gather asyncio.shield zlib.decompress gzip.decompress bz2.decompress codecs.decode codecs.encode "
    "unicodedata.normalize django.utils.encoding.force_str django.utils.encoding.smart_str"
)
"""Functions whose result holds what they are given."""

KEEPS_METHODS = _TEXT | _words(
    "get pop getlist getall items values keys setdefault popitem copy to_dict read readline readlines getvalue "
    "joinpath resolve absolute with_suffix with_name with_stem expanduser as_posix relative_to rglob glob substitute "
    "safe_substitute group groups groupdict get_json get_data json text form body geturl __getitem__ tobytes "
    "getfirst getone multi_items dict model_dump"
)
"""Methods whose result holds what their object holds."""

FILLS = {"append": 0, "extend": 0, "add": 0, "insert": 1, "appendleft": 0, "put": 0, "put_nowait": 0, "write": 0}
"""Methods that put an argument, counted from 0, into their object."""

CALLS = {
    "map": (0, 1, True),
    "filter": (0, 1, True),
    "functools.reduce": (0, 1, True),
    "asyncio.to_thread": (0, 1, False),
    "asyncio.run": (0, 1, False),
    "anyio.to_thread.run_sync": (0, 1, False),
    "asgiref.sync.sync_to_async": (0, 1, False),
    "starlette.concurrency.run_in_threadpool": (0, 1, False),
    "fastapi.concurrency.run_in_threadpool": (0, 1, False),
    "itertools.starmap": (0, 1, True),
}
"""Functions that call one: the place of that function, of its first argument, and whether it gets the entries of it."""

CALLS_METHODS = {
    "submit": (0, 1, False),
    "run_in_executor": (1, 2, False),
    "apply_async": (0, 1, True),
    "call_soon": (0, 1, False),
    "call_later": (1, 2, False),
    "add_task": (0, 1, False),
    "enqueue": (0, 1, False),
    "start_soon": (0, 1, False),
}
"""Methods that call a function, in the same form."""

TASKS = frozenset({"delay", "apply_async", "si", "s", "send", "enqueue", "starmap", "remote"})
"""Methods of a function of the tree that call it later: those of the task queues."""

ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "flask.abort", "abort", "bottle.abort"})
"""Functions that do not come back."""
