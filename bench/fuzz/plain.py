"""Plain atheris on one harness, as its manual shows it: `plain.py HARNESS_FILE PACKAGE,… [libFuzzer flags]`."""

import importlib.util
import sys

import atheris

file, packages, *flags = sys.argv[1:]
with atheris.instrument_imports(include=packages.split(",")):
    spec = importlib.util.spec_from_file_location("harness", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
[harness] = [value.__sdlc_harness__ for value in vars(module).values() if hasattr(value, "__sdlc_harness__")]
function, raises = harness.function, harness.raises


def one_input(data: bytes) -> None:
    """What the harness declares is a proper answer."""
    try:
        function(data)
    except raises:
        return


atheris.Setup([sys.argv[0], *flags], one_input)
atheris.Fuzz()
