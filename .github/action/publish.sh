#!/usr/bin/env bash
# Verifies the bundle as a customer would, then publishes it and the artifacts that it holds.
set -euo pipefail
cd "$RUNNER_TEMP"
bundle="$SDLC_FOLDER/evidence-bundle.zip"
echo "$SDLC_BUNDLE_DIGEST  $bundle" | sha256sum --check --quiet --strict
echo "$SDLC_TRUST_DIGEST  $SDLC_FOLDER/trust.json" | sha256sum --check --quiet --strict
python=("$RUNNER_TEMP/secure-sdlc/bin/python" -I)
"${python[@]}" -m sdlc.cli verify "$bundle" --trust "$SDLC_FOLDER/trust.json" --purpose install
"${python[@]}" -m zipfile -e "$bundle" "$RUNNER_TEMP/secure-sdlc-published"
gh release create "$SDLC_TAG" --repo "$GH_REPO" --verify-tag --title "$SDLC_TAG" \
  --notes "Verify with: sdlc verify evidence-bundle.zip --trust trust.json" \
  "$bundle" "$RUNNER_TEMP/secure-sdlc-published/artifacts/"*
