#!/bin/bash
# The long run: a million schedules of two BGP speakers, a hundred thousand changes of configuration, every fuzz target
# for ten minutes, the booted image with updates and 20 power cuts, then the labs again and again.
#   tests/soak.sh [FUZZ-SECONDS] [LAB-ROUNDS] [SCHEDULES]      (default: 600, 10 and 1000000)
# Closes with one line `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-600} rounds=${2:-10} schedules=${3:-1000000} passed=0 failed=0

# Runs a part of tests/run.sh, and adds up what it counted.
part() {
  local counts
  PORTREEVE_FUZZ_SECONDS=$seconds PORTREEVE_SCHEDULES=$schedules PORTREEVE_FIGHT_SECONDS=60 tests/run.sh "$@" | tee build/logs/soak-part.log
  read -r -a counts <<<"$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' build/logs/soak-part.log | tail -n 1)"
  passed=$((passed + ${counts[0]:-0})) failed=$((failed + ${counts[1]:-1}))
}

mkdir -p build/logs
part simulation
PORTREEVE_ROUNDS=20000 part properties
part fuzz
PORTREEVE_SOAK=1 PORTREEVE_POWER_CUTS=20 part image
for ((round = 1; round <= rounds; ++round)); do
  echo "== labs, round $round of $rounds"
  part labs
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
