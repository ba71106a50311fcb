#!/usr/bin/env bash
# Installs this very checkout of secure-sdlc, and the locked packages that it needs, outside of the workspace.
# Nothing is taken that has no hash, and nothing of the workspace is on the way of the interpreter.
set -euo pipefail
target="$RUNNER_TEMP/secure-sdlc"
if [ -x "$target/bin/sdlc" ]; then
  exit 0
fi
cd "$RUNNER_TEMP"
python=""
for name in python3.13 python3.12 python3.11 python3 python; do
  if command -v "$name" > /dev/null && "$name" -I -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
    python="$name"
    break
  fi
done
if [ -z "$python" ]; then
  echo "::error title=secure-sdlc::no Python 3.11 to 3.13 on this runner; add a step with actions/setup-python before"
  exit 2
fi
"$python" -I -m venv "$target"
install=("$target/bin/python" -I -m pip install --quiet --disable-pip-version-check)
# The lock is complete: nothing is resolved. pip before 23.3 does not see that `name==1` pins `name[extra]` too, and would
# refuse this very lock on the day when a newer release of such a package appears.
"${install[@]}" --no-deps --require-hashes --only-binary :all: -r "$SDLC_ACTION/requirements/action.txt"
"${install[@]}" --no-deps --no-build-isolation --no-index "$SDLC_ACTION"
"$target/bin/python" -I -m pip --disable-pip-version-check check
"$target/bin/sdlc" --version
