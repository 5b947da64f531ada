#!/bin/bash
# Lets every fuzz target of build/asan search for a while: tests/fuzz/run.sh SECONDS [PATTERN]
#
# As many at a time as there are processors. What the search finds worth keeping goes to build/fuzz-corpus/NAME, so the
# next one goes on from there; an input that fails is left in build/fuzz-failures, named after its target. To keep it as
# a test, mend the fault and move the file to tests/fuzz/corpus/NAME. Closes with `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[[ "${1:-}" =~ ^[0-9]+$ ]] || { echo "usage: tests/fuzz/run.sh SECONDS [PATTERN]" >&2; exit 2; }
seconds=$1 pattern=${2:-}
mkdir -p build/fuzz-failures build/logs

search() {
  local name=$1 log=build/logs/fuzz-$1.log
  mkdir -p "build/fuzz-corpus/$name"
  if "build/asan/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build/fuzz-failures/$name-" "build/fuzz-corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    echo "passed $name: $(sed -n 's/^Done \([0-9]*\) runs.*/\1 runs/p' "$log")"
  else
    echo "failed $name (log: $log)"
    grep -E -A 12 'ERROR:|runtime error|Test unit written' "$log" | head -n 30
  fi
}

names=$(find tests/fuzz/corpus -mindepth 1 -maxdepth 1 -type d -name "*$pattern*" -printf '%f\n' | sort)
[ -n "$names" ] || { echo "0 passed, 0 failed"; exit 0; }
results=$(for name in $names; do
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
  search "$name" &
done; wait)
echo "$results"
passed=$(grep -c '^passed ' <<<"$results")
failed=$(grep -c '^failed ' <<<"$results")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
