#!/usr/bin/env bash
# One issue, found by its label: made when something is wrong, rewritten each night, closed when all is well.
set -euo pipefail
body="$RUNNER_TEMP/secure-sdlc-issue.md"
{
  echo "Last look: $SDLC_RUN"
  echo
  if [ -s "$SDLC_RESULTS/results.md" ]; then
    # An issue holds 65,536 characters.
    head -c 60000 "$SDLC_RESULTS/results.md" | iconv -c -f utf-8 -t utf-8
  else
    echo "The monitor could not answer: the jobs that gather the evidence failed. Absence of findings is not absence of faults."
  fi
} > "$body"
gh label create "$SDLC_LABEL" --repo "$GH_REPO" --force --description "Kept up to date by secure-sdlc" > /dev/null
number="$(gh issue list --repo "$GH_REPO" --label "$SDLC_LABEL" --state all --limit 1 --json number --jq '.[0].number // ""')"
if [ "$SDLC_VERDICT" = pass ]; then
  if [ -n "$number" ]; then
    gh issue edit "$number" --repo "$GH_REPO" --body-file "$body"
    gh issue close "$number" --repo "$GH_REPO"
  fi
  exit 0
fi
if [ -z "$number" ]; then
  gh issue create --repo "$GH_REPO" --title "secure-sdlc: what is released or to be released needs attention" \
    --label "$SDLC_LABEL" --body-file "$body"
else
  gh issue edit "$number" --repo "$GH_REPO" --body-file "$body"
  gh issue reopen "$number" --repo "$GH_REPO"
fi
echo "verdict: ${SDLC_VERDICT:-none}"
exit 1
