#!/usr/bin/env bash
# Decides over the shares of all jobs and proposes the release. Of the product only git's history is read.
set -euo pipefail
folder="$RUNNER_TEMP/secure-sdlc-results"
repository="$PWD"
if ! git -C "$repository" merge-base --is-ancestor HEAD "origin/$SDLC_BRANCH"; then
  echo "::error title=secure-sdlc::the tagged commit does not lie on the protected branch; merge it first"
  exit 1
fi
"$SDLC_ACTION/.github/action/collect.sh"
git -C "$repository" show "origin/$SDLC_BRANCH:$SDLC_TRUST" > "$folder/trust.json"
words=(release prepare "$SDLC_PATH" --out "$folder" --trust "$folder/trust.json" --key "$SDLC_KEY" --channel "$SDLC_CHANNEL")
if [ "$SDLC_FIRST" = true ]; then
  words+=(--first)
else
  mkdir -p "$RUNNER_TEMP/previous"
  gh release download --repo "$GH_REPO" --pattern evidence-bundle.zip --dir "$RUNNER_TEMP/previous"
  words+=(--previous "$RUNNER_TEMP/previous/evidence-bundle.zip")
fi
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli "${words[@]}"
{
  echo "trust=$(sha256sum < "$folder/trust.json" | cut -d ' ' -f 1)"
  echo "folder=$folder"
} >> "$GITHUB_OUTPUT"
cat >> "$GITHUB_STEP_SUMMARY" << EOF

### To approve

\`\`\`
gh run download $SDLC_RUN --name sdlc-candidate --dir candidate
sdlc approve --out candidate --as YOU --key KEY --trust TRUST --meaning approval
\`\`\`

Push the decision to the branch of decisions (\`docs/releases.md\`), then let the job *approve and sign* go on.
EOF
