#!/usr/bin/env bash
# Reads a commit of a stranger beside the default branch. The commit is fetched and laid out, and nothing of it is run.
set -euo pipefail
if [[ ! "$SDLC_HEAD" =~ ^[0-9a-f]{40}$ ]]; then
  echo "::error title=secure-sdlc::the commit to look at is not known"
  exit 2
fi
base="$(git rev-parse HEAD)"
# Through the environment, so that the token stands in no list of processes and in no file.
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$SDLC_SERVER/.extraheader" \
  GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$SDLC_TOKEN" | base64 -w 0)" \
  git -c core.hooksPath=/dev/null fetch --quiet --no-tags --no-recurse-submodules origin "$SDLC_HEAD"
git -c core.hooksPath=/dev/null worktree add --quiet --detach "$RUNNER_TEMP/head" "$SDLC_HEAD"
words=(check "$RUNNER_TEMP/head/$SDLC_PATH" --since "$base" --format github --out "$RUNNER_TEMP/secure-sdlc-results")
gates=0
while read -r gate; do
  case "$gate" in
    "") ;;
    build | tests | fuzz | dynamic-analysis)
      echo "::error title=secure-sdlc::the gate $gate executes code of the change; recheck only reads it"
      exit 2
      ;;
    *) words+=(--gate "$gate") && gates=$((gates + 1)) ;;
  esac
done <<< "$SDLC_GATES"
[ "$gates" -gt 0 ]
unset SDLC_TOKEN
cd "$RUNNER_TEMP"
code=0
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli "${words[@]}" || code=$?
if ! grep -q '^verdict=' "$GITHUB_OUTPUT"; then
  echo "verdict=error" >> "$GITHUB_OUTPUT"
fi
exit "$code"
