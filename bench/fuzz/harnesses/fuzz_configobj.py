"""configobj 5.0.8."""

from configobj.validate import ValidateError, Validator, VdtParamError

from sdlc.harness import fuzz

VALIDATOR = Validator()


@fuzz(raises=(ValidateError, VdtParamError))
def fuzz_configobj(data: bytes) -> None:
    """Any check of a specification."""
    VALIDATOR.check(data.decode("utf-8", "replace"), "1")
