#!/usr/bin/env bash
# Runs the gates. Every input comes through the environment; `-I` keeps files of the workspace off Python's path.
set -euo pipefail
words=(check "$SDLC_PATH" --profile "$SDLC_PROFILE" --format github --out "$RUNNER_TEMP/secure-sdlc-results")
if [ -n "$SDLC_SINCE" ]; then
  words+=(--since "$SDLC_SINCE")
fi
while read -r gate; do
  if [ -n "$gate" ]; then
    words+=(--gate "$gate")
  fi
done <<< "$SDLC_GATES"
code=0
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli "${words[@]}" || code=$?
if ! grep -q '^verdict=' "$GITHUB_OUTPUT"; then
  echo "verdict=error" >> "$GITHUB_OUTPUT"
fi
echo "results=$RUNNER_TEMP/secure-sdlc-results" >> "$GITHUB_OUTPUT"
if [ "$code" -eq 1 ] && [ "$SDLC_FAIL" = "false" ]; then
  echo "secure-sdlc: blocked; the step passes because fail is false"
  exit 0
fi
exit "$code"
