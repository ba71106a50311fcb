"""
Signs without a key of one's own: an identity token becomes a certificate of ten minutes, a log keeps what was signed.

`keyless:` uses the public Sigstore instance, `keyless:FILE` the one that a client trust configuration describes. The
token comes from the job (GitHub Actions with `id-token: write`), or from SIGSTORE_ID_TOKEN.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdlc.errors import ToolError, UsageError
from sdlc.formats import strict_json
from sdlc.model.digest import Digest
from sdlc.signing.dsse import Envelope, load_envelope
from sdlc.signing.keyless import Identity

VARIABLE = "SIGSTORE_ID_TOKEN"


class KeylessSigner:
    """The `Signer` of an identity token; each signature is an entry in the instance's log."""

    def __init__(self, context: Any, token: Any) -> None:
        self._context, self._token = context, token

    @property
    def key_id(self) -> Digest:
        """The id of the identity, as the trust root names it."""
        return Identity(self._token.federated_issuer, self._token.identity).id

    def sign(self, payload: bytes) -> Envelope:
        """The Sigstore bundle around `payload`; raises ToolError when the instance does not answer as it must."""
        from sigstore.dsse import Statement

        class Exact(Statement):
            """The bytes as they are: the library's own model takes a subject named by a commit for malformed."""

            def __init__(self, contents: bytes) -> None:
                self._contents = contents

        try:
            with self._context.signer(self._token) as signer:
                bundle = signer.sign_dsse(Exact(payload))
        except Exception as error:  # the library has no one tree of errors: network, OIDC, certificate, log
            raise ToolError(
                f"keyless signing failed: {type(error).__name__}: {error}"[:300],
                hint="see whether the instance is reachable and the token still valid, then sign again",
            ) from None
        document = strict_json.loads_object(bundle.to_json().encode(), what="the Sigstore bundle")
        return load_envelope(strict_json.dumps(document), what="the Sigstore bundle")


def open_keyless(config: str, environment: Mapping[str, str]) -> KeylessSigner:
    """The signer of the job's identity; raises UsageError without one, or without the library."""
    try:
        from sigstore.errors import Error
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import IdentityError, IdentityToken, detect_credential
        from sigstore.sign import SigningContext
    except ImportError:
        raise UsageError("keyless signing is not installed", hint='pip install "secure-sdlc[keyless]"') from None

    try:
        described = ClientTrustConfig.from_json(Path(config).read_text("utf-8")) if config else None
        context = SigningContext.from_trust_config(described or ClientTrustConfig.production())
    except OSError as error:
        raise UsageError(f"keyless:{config:.100} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (Error, ValueError) as error:
        raise UsageError(
            f"keyless:{config:.100}: {type(error).__name__}: {error}"[:300],
            hint="a client trust configuration of a Sigstore instance is expected",
        ) from None
    try:
        raw = environment.get(VARIABLE) or detect_credential()
        if not raw:
            raise UsageError(
                "there is no identity token here", hint=f"permissions: id-token: write in the job, or {VARIABLE}"
            )
        return KeylessSigner(context, IdentityToken(raw))
    except IdentityError as error:
        raise UsageError(f"the identity token is not usable: {error}", hint=f"get a new one into {VARIABLE}") from None
    except Error as error:
        raise ToolError(
            f"the job's identity token cannot be had: {error}", hint="permissions: id-token: write"
        ) from None
