#!/usr/bin/env bash
# Runs one share of a plan; the command itself puts out the digest.
set -euo pipefail
folder="$RUNNER_TEMP/secure-sdlc-share"
words=(share "$SDLC_SHARE" "$SDLC_PATH" --plan "$SDLC_PLAN" --out "$folder")
while read -r share; do
  if [ -n "$share" ]; then
    words+=(--share "$share")
  fi
done <<< "$SDLC_SHARES"
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli "${words[@]}"
echo "folder=$folder" >> "$GITHUB_OUTPUT"
