#!/usr/bin/env bash
# One comment, found by its first line: written when something blocks, rewritten by each run, one line when all is well.
set -euo pipefail
marker="<!-- secure-sdlc -->"
body="$RUNNER_TEMP/secure-sdlc-comment.md"
[[ "$SDLC_NUMBER" =~ ^[0-9]+$ ]]
well=false
if head -n 1 "$SDLC_RESULTS/results.md" | grep -q '^## ALLOWED '; then
  well=true
fi
{
  echo "$marker"
  if [ "$well" = true ]; then
    head -n 1 "$SDLC_RESULTS/results.md"
  else
    # A comment holds 65,536 characters.
    head -c 60000 "$SDLC_RESULTS/results.md" | iconv -c -f utf-8 -t utf-8
  fi
} > "$body"
found="$(gh api "repos/$GH_REPO/issues/$SDLC_NUMBER/comments?per_page=100" \
  --jq '[.[] | select(.user.type == "Bot" and (.body | startswith("<!-- secure-sdlc -->")))][0].id // ""')"
if [ -n "$found" ]; then
  gh api --method PATCH "repos/$GH_REPO/issues/comments/$found" -F body=@"$body" > /dev/null
elif [ "$well" = false ]; then
  gh api --method POST "repos/$GH_REPO/issues/$SDLC_NUMBER/comments" -F body=@"$body" > /dev/null
fi
