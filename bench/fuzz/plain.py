"""
Plain atheris on one harness, as its manual shows it: `plain.py HARNESS_FILE PACKAGE,… CPU_SECONDS [libFuzzer flags]`.

It ends at its first crash, or after that much CPU time.
"""

import importlib.util
import os
import sys
import time

import atheris

file, packages, seconds, *flags = sys.argv[1:]
with atheris.instrument_imports(include=packages.split(",")):
    spec = importlib.util.spec_from_file_location("harness", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
[harness] = [value.__sdlc_harness__ for value in vars(module).values() if hasattr(value, "__sdlc_harness__")]
function, raises, ends = harness.function, harness.raises, float(seconds)
calls = 0


def one_input(data: bytes) -> None:
    """What the harness declares is a proper answer."""
    global calls
    calls += 1
    if calls % 16 == 0 and time.process_time() > ends:
        os._exit(0)
    try:
        function(data)
    except raises:
        return


atheris.Setup([sys.argv[0], *flags], one_input)
atheris.Fuzz()
