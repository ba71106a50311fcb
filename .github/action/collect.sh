#!/usr/bin/env bash
# Decides over the shares of all jobs; whatever happens, the verdict is said.
set -euo pipefail
cd "$RUNNER_TEMP"
results="$RUNNER_TEMP/secure-sdlc-results"
words=(collect --plan "$SDLC_PLAN" --out "$results")
while read -r share; do
  if [ -n "$share" ]; then
    words+=(--share "$share")
  fi
done <<< "$SDLC_SHARES"
sdlc=("$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli)
code=0
"${sdlc[@]}" "${words[@]}" --format github || code=$?
if ! grep -q '^verdict=' "$GITHUB_OUTPUT"; then
  echo "verdict=error" >> "$GITHUB_OUTPUT"
fi
if [ -f "$results/check.json" ]; then
  "${sdlc[@]}" "${words[@]}" --format sarif > "$results/results.sarif" || true
  "${sdlc[@]}" "${words[@]}" --format markdown > "$results/results.md" || true
fi
echo "results=$results" >> "$GITHUB_OUTPUT"
if [ "$code" -eq 1 ] && [ "$SDLC_FAIL" = "false" ]; then
  echo "secure-sdlc: blocked; the step passes because fail is false"
  exit 0
fi
exit "$code"
