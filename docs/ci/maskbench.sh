#!/bin/sh
# Judges a candidate in any CI, without a container: needs Node 20.19 or newer, git, and a shell. Set the variables in the
# CI's settings, keep verdict.xml as a test report and verdict.html as an artefact. Ends with 0 pass, 1 fail, 2
# inconclusive; docs/ci.md explains it.
set -eu
: "${MASKBENCH_GIT:?the address of the Maskbench repository}"
: "${MASKBENCH_REF:=main}"
: "${CONFIG:=bench/candidate.yaml}"
: "${GATE:=bench/gate.yaml}"
: "${BASELINE:=production}"
export MASKBENCH_CACHE="${MASKBENCH_CACHE:-$PWD/.cache/maskbench}"

if [ ! -f .maskbench/dist/cli/main.js ]; then
  git clone --quiet "$MASKBENCH_GIT" .maskbench
  (cd .maskbench && git checkout --quiet "$MASKBENCH_REF" && npm ci && npm run build)
fi
maskbench() { node "$PWD/.maskbench/dist/cli/main.js" "$@"; }

maskbench check --self-test --gate "$GATE"
maskbench run "$CONFIG" --no-time --out runs/candidate
maskbench check --baseline "$BASELINE" --candidate runs/candidate --gate "$GATE" \
  --junit verdict.xml --markdown verdict.md --html verdict.html
