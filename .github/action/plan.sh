#!/usr/bin/env bash
# Plans the jobs. Every input comes through the environment; `-I` keeps files of the workspace off Python's path.
set -euo pipefail
folder="$RUNNER_TEMP/secure-sdlc-plan"
words=(plan "$SDLC_PATH" --profile "$SDLC_PROFILE" --run "$SDLC_RUN" --out "$folder")
if [ -n "$SDLC_SINCE" ]; then
  words+=(--since "$SDLC_SINCE")
fi
while read -r gate; do
  if [ -n "$gate" ]; then
    words+=(--gate "$gate")
  fi
done <<< "$SDLC_GATES"
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli "${words[@]}"
{
  echo "folder=$folder"
  echo "digest=$(sha256sum < "$folder/plan.json" | cut -d ' ' -f 1)"
} >> "$GITHUB_OUTPUT"
