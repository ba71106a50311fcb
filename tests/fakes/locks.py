"""One product's locks as Poetry, PDM and Pipenv write them, with something of everything that they can say."""

from __future__ import annotations

import json
from typing import Any

DIGEST, OTHER = "a" * 64, "b" * 64
FILES = f'files = [{{file = "x.whl", hash = "sha256:{DIGEST}"}}, {{file = "x.tar.gz", hash = "sha256:{OTHER}"}}]'
POETRY = f"""\
# This file is @generated

[[package]]
name = "H_11"
version = "0.16.0"
optional = false
groups = ["main", "dev"]
{FILES}

[package.source]
type = "legacy"
url = "https://index.example/simple"
reference = "x"

[[package]]
name = "tomli"
version = "2.0"
groups = ["main"]
markers = "python_version == \\"3.11\\""
{FILES}

[[package]]
name = "speed"
version = "3.0"
optional = true
groups = ["main"]
markers = "sys_platform == \\"linux\\" and extra == \\"fast\\""
{FILES}

[[package]]
name = "tester"
version = "9.0"
groups = ["dev"]
{FILES}

[[package]]
name = "several"
version = "1.0"
groups = ["main", "dev"]
markers = {{main = "os_name == \\"nt\\"", dev = "os_name == \\"posix\\""}}
{FILES}

[[package]]
name = "local"
version = "0.1"
groups = ["main"]
files = []

[package.source]
type = "directory"
url = "local"

[[package]]
name = "repository"
version = "0.2"
groups = ["main"]
files = []

[package.source]
type = "git"
url = "https://user:token@code.example/r.git"
reference = "main"
resolved_reference = "{"c" * 40}"

[extras]
fast = ["speed"]

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "{DIGEST}"
"""
PDM = f"""\
[metadata]
groups = ["default", "fast", "dev"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:{DIGEST}"

[[metadata.targets]]
requires_python = ">=3.11"

[[package]]
name = "H_11"
version = "0.16.0"
groups = ["default"]
dependencies = ["idna"]
{FILES}

[[package]]
name = "H_11"
version = "0.16.0"
extras = ["more"]
groups = ["default"]
marker = "python_version < \\"3.12\\""
files = [{{file = "x.whl", hash = "sha256:{"c" * 64}"}}]

[[package]]
name = "speed"
version = "3.0"
groups = ["fast"]
{FILES}

[[package]]
name = "tester"
version = "9.0"
groups = ["dev"]
{FILES}

[[package]]
name = "repository"
version = "0.2"
git = "https://code.example/r.git"
ref = "main"
revision = "{"c" * 40}"
groups = ["default"]

[[package]]
name = "local"
version = "0.1"
path = "./local"
editable = true
groups = ["default"]

[[package]]
name = "direct"
version = "1.0"
url = "https://index.example/direct.whl"
groups = ["default"]
files = [{{url = "https://index.example/direct.whl", hash = "sha256:{DIGEST}"}}]
"""
PIPFILE: dict[str, Any] = {
    "_meta": {"hash": {"sha256": DIGEST}, "pipfile-spec": 6, "requires": {}, "sources": []},
    "default": {
        "H_11": {
            "hashes": [f"sha256:{OTHER}", f"sha256:{DIGEST}"],
            "markers": "os_name == 'posix'",
            "version": "==0.16.0",
        },
        "local": {"editable": True, "path": "./local"},
        "repository": {"git": "https://code.example/r.git", "ref": "c" * 40},
        "direct": {"file": "https://index.example/direct.whl", "hashes": [f"sha256:{DIGEST}"]},
        "loose": {"hashes": [f"sha256:{DIGEST}"], "version": ">=1.0"},
    },
    "develop": {"tester": {"hashes": [f"sha256:{DIGEST}"], "version": "==9.0"}},
}
PIPFILE_TEXT = json.dumps(PIPFILE, indent=4)
ALL = {"poetry.lock": POETRY, "pdm.lock": PDM, "Pipfile.lock": PIPFILE_TEXT}
