#!/usr/bin/env bash
# Signs the candidate when the decisions in the branch of decisions suffice. Runs nothing but the toolkit.
set -euo pipefail
result="$RUNNER_TEMP/secure-sdlc-bundle"
mkdir -p "$result"
if [[ ! "$SDLC_CANDIDATE" =~ ^[0-9a-f]{64}$ ]]; then
  echo "::error title=secure-sdlc::no candidate was named to be signed"
  exit 2
fi
echo "$SDLC_TRUST_DIGEST  $SDLC_FOLDER/trust.json" | sha256sum --check --quiet --strict
# Who let this job into its environment, and whether somebody may without asking. A record, not the quorum.
gh api "repos/$GH_REPO/actions/runs/$SDLC_RUN/approvals" > "$result/approvals.json" || echo '[]' > "$result/approvals.json"
gh api "repos/$GH_REPO/environments/release" > "$result/environment.json" || echo '{}' > "$result/environment.json"
if ! grep -q '"required_reviewers"' "$result/environment.json"; then
  echo "::warning title=secure-sdlc::the environment release has no required reviewers; the signed decisions alone count"
fi
chain="$SDLC_FOLDER/release/$SDLC_CANDIDATE"
if [ -d "$SDLC_DECISIONS/$SDLC_CANDIDATE" ]; then
  cp "$SDLC_DECISIONS/$SDLC_CANDIDATE"/[0-9][0-9][0-9][0-9].dsse.json "$chain/"
fi
cp "$SDLC_FOLDER/trust.json" "$result/trust.json"
cd "$RUNNER_TEMP"
"$RUNNER_TEMP/secure-sdlc/bin/python" -I -m sdlc.cli release sign --from "$SDLC_FOLDER" --candidate "$SDLC_CANDIDATE" \
  --trust "$result/trust.json" --key "$SDLC_KEY" --out "$result/evidence-bundle.zip"
{
  echo "bundle=$(sha256sum < "$result/evidence-bundle.zip" | cut -d ' ' -f 1)"
  echo "folder=$result"
} >> "$GITHUB_OUTPUT"
