"""Names that are found through imports of every form."""

from __future__ import annotations

import pytest
from fakes.flowing import follow, said

SINK = "import os\n\ndef run(text):\n    os.system(text)\n"
VIEW = "from flask import request\n{}\n\ndef view():\n    {}(request.args['x'])\n"

LOCAL = "from flask import request\n\ndef view():\n    from jobs import run\n    run(request.args['x'])\n"

IMPORTS = {
    "absolute": {"app.py": VIEW.format("import jobs", "jobs.run"), "jobs.py": SINK},
    "name": {"app.py": VIEW.format("from jobs import run", "run"), "jobs.py": SINK},
    "other name": {"app.py": VIEW.format("from jobs import run as go", "go"), "jobs.py": SINK},
    "module under another name": {"app.py": VIEW.format("import jobs as j", "j.run"), "jobs.py": SINK},
    "package without a file": {"pkg/app.py": VIEW.format("import pkg.jobs", "pkg.jobs.run"), "pkg/jobs.py": SINK},
    "package": {
        "pkg/__init__.py": "",
        "pkg/app.py": VIEW.format("import pkg.jobs", "pkg.jobs.run"),
        "pkg/jobs.py": SINK,
    },
    "relative": {"pkg/__init__.py": "", "pkg/app.py": VIEW.format("from .jobs import run", "run"), "pkg/jobs.py": SINK},
    "relative module": {
        "pkg/__init__.py": "",
        "pkg/app.py": VIEW.format("from . import jobs", "jobs.run"),
        "pkg/jobs.py": SINK,
    },
    "two levels up": {
        "pkg/__init__.py": "",
        "pkg/web/app.py": VIEW.format("from ..jobs import run", "run"),
        "pkg/jobs.py": SINK,
    },
    "handed on by a package": {
        "app.py": VIEW.format("from pkg import run", "run"),
        "pkg/__init__.py": "from .jobs import run\n",
        "pkg/jobs.py": SINK,
    },
    "star": {"app.py": VIEW.format("from jobs import *", "run"), "jobs.py": SINK},
    "inside of a function": {"app.py": LOCAL, "jobs.py": SINK},
    "src folder": {
        "src/pkg/__init__.py": "",
        "src/pkg/jobs.py": SINK,
        "bin/app.py": VIEW.format("from pkg.jobs import run", "run"),
    },
    "alias in a module": {"app.py": VIEW.format("from jobs import go", "go"), "jobs.py": SINK + "\ngo = run\n"},
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_name_is_found_through_imports(name: str) -> None:
    report = follow(IMPORTS[name])
    texts = said(report)
    assert len(texts) == 1, texts
    assert texts[0].startswith("command-injection ")
    assert report.found[0].sure
