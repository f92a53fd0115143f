#!/bin/sh
# Judges a candidate in any CI, without a container: needs Node 20.19 or newer, npm, git and a shell. Copy it to bench/, set the
# variables in the CI's settings, keep verdict.xml as a test report and verdict.html as an artefact. Ends with 0 pass, 1
# fail, 2 inconclusive; docs/ci.md explains it. It can be run again in the same workspace.
set -eu
: "${MASKBENCH:?what npm installs: maskbench@0.1.0, a tarball or the address of one}"
: "${TARGET:=main}" # the branch that the change is for: gate and baseline are taken from there
: "${CONFIG:=bench/candidate.yaml}"
: "${GATE:=bench/gate.yaml}"
: "${BASELINE:=baselines/production}"
export MASKBENCH_CACHE="${MASKBENCH_CACHE:-$PWD/.cache/maskbench}"

# A clone of one branch has no other; a shallow one stays so.
shallow=$(git rev-parse --is-shallow-repository)
if [ "$shallow" = true ]; then depth=--depth=1; else depth=; fi
git fetch --quiet $depth origin "+refs/heads/$TARGET:refs/remotes/origin/$TARGET"
rules=origin/$TARGET

npm install --prefix .maskbench --ignore-scripts --no-audit --no-fund --loglevel=error "$MASKBENCH"
PATH=$PWD/.maskbench/node_modules/.bin:$PATH

rm -rf runs/candidate verdict.xml verdict.md verdict.html
maskbench check --self-test --gate "$rules:$GATE"
maskbench run "$CONFIG" --no-time --out runs/candidate
maskbench check --baseline "$rules:$BASELINE" --candidate runs/candidate --gate "$rules:$GATE" \
  --junit verdict.xml --markdown verdict.md --html verdict.html
