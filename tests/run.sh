#!/bin/bash
# Runs every test of Portreeve, on Debian 12, as root; installs what that needs and builds what it tests.
#
#   tests/run.sh                                            everything
#   tests/run.sh asan|tsan|simulation|lint|release|conformance|labs|image|fuzz|unit|properties... [-k PATTERN]
#                                                           some parts; of unit tests, BGP cases, labs and fuzz targets
#                                                           only those whose name contains PATTERN
#
# asan runs the unit and kernel tests under the sanitizers, and tsan those of the rooms that have threads; unit and
# properties (the configuration manager's alone), which are not part of everything, run them without.
# Closes with one line `N passed, N failed`, where each unit test (of CppUTest, by sanitizer run), BGP case (by program),
# lab, check of the released program and fuzz target counts as one, and so does each build and lint. What is missing, a
# tool or a privilege, is a failure. Logs are in build/logs.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
readonly all_parts=(asan tsan simulation lint release conformance labs image fuzz)
readonly schedules=${PORTREEVE_SCHEDULES:-10000}
readonly fuzz_seconds=${PORTREEVE_FUZZ_SECONDS:-20}
passed=0 failed=0 pattern='' parts=() matched=0

usage() { sed -n '4,9s/^# *//p' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    -k) [ $# -ge 2 ] || usage; pattern=$2; shift ;;
    unit | properties | asan | tsan | simulation | lint | release | conformance | labs | image | fuzz) parts+=("$1") ;;
    *) usage ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${all_parts[@]}")

# report NAME SECONDS PASSED FAILED LOG: one line; for a failure also what CppUTest found, and the log's end.
report() {
  passed=$((passed + $3)) failed=$((failed + $4))
  printf '%-34s %4d passed %4d failed %5d s\n' "$1" "$3" "$4" "$2"
  [ "$4" != 0 ] || return 0
  echo "---- of $5"
  grep -A 4 ': error: Failure in ' "$5" | head -n 40
  echo "---- end of $5"
  tail -n 40 "$5"
  echo "----"
}

# step NAME COMMAND...: counts as one test.
step() {
  local name=$1 log=build/logs/$1.log start=$SECONDS
  shift
  if "$@" >"$log" 2>&1 </dev/null; then report "$name" $((SECONDS - start)) 1 0 "$log"
  else report "$name" $((SECONDS - start)) 0 1 "$log"; return 1; fi
}

# suite NAME COMMAND...: a command that counts for itself, in its last line. One that ends without is one failure.
suite() {
  local name=$1 log=build/logs/$1.log start=$SECONDS status counts
  shift
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  read -r -a counts <<<"$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)"
  if [ ${#counts[@]} != 2 ] || { [ $status != 0 ] && [ "${counts[1]}" = 0 ]; }; then counts=("${counts[0]:-0}" 1); fi
  matched=$((matched + counts[0] + counts[1]))
  report "$name" $((SECONDS - start)) "${counts[0]}" "${counts[1]}" "$log"
  grep '^unsteady: ' "$log"
  return 0
}

# ctest of a preset, of the tests that FILTER matches, counting those inside each runner (see count_tests.awk); all are
# given the same time to end.
#   unit_tests PRESET [FILTER]
unit_tests() {
  local status none=error filter=${2:-}
  [ -z "$pattern" ] || none=ignore filter="$filter.*$pattern"
  ctest --preset "$1" -j "$(nproc)" --timeout 300 --no-tests=$none ${filter:+-R "$filter"}
  status=$?
  awk -f tests/count_tests.awk "build/$1/Testing/Temporary/LastTest.log"
  return $status
}

build() {
  local preset=$1
  shift
  cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}
}
build_step() {
  [ -z "${built[$*]:-}" ] || return "${built[$*]}"
  step "build-$1${2:+-part}" build "$@"
  built[$*]=$?
  return "${built[$*]}"
}
declare -A built

scripts() {
  shellcheck -S warning image/*.sh image/update image/root/usr/lib/portreeve/* tests/*.sh tests/*/*.sh .ci/run
}
# What the units leave Portreeve of the machine, and what makes virtual functions for it, in tenths: at most 2.0.
sandbox() {
  local unit
  for unit in portreeve portreeve-virtual-functions; do
    systemd-analyze security --offline=yes --threshold=20 "image/root/usr/lib/systemd/system/$unit.service" || return
  done
}
same_image_again() {
  local again=build/image-again same=0
  PORTREEVE_IMAGE=$again image/build.sh && (cd build/image && sha256sum disk.img portreeve.update portreeve.spdx.json) |
    (cd $again && sha256sum -c) || same=1
  rm -rf $again
  return $same
}
conformance() { python3 tests/conformance/run.py --program "$1" ${pattern:+-k "$pattern"}; }
format() {
  find hal netlink dsc firmware tests \( -name '*.cc' -o -name '*.h' \) -print0 |
    xargs -0 clang-format-14 --dry-run -Werror
}

run_part() {
  case $1 in
    unit) build_step dev && suite unit unit_tests dev ;;
    asan) build_step asan && suite asan unit_tests asan ;;
    tsan)
      build_step tsan unit_bfd kernel_bfd kernel_hal unit_runtime unit_bus &&
        suite tsan unit_tests tsan '^(unit|kernel)\.(bfd|bus|runtime)\.|^kernel\.hal\.VirtualFunction$'
      ;;
    properties)
      build_step dev unit_dsc || return
      step properties build/dev/tests/unit/dsc/unit_dsc -sg ManagerProperties
      ;;
    simulation)
      # Without sanitizers, as what counts is how many: of schedules, and of octets at which a session is handed over.
      build_step dev simulate_bgp unit_simulation || return
      suite hand-over unit_tests dev '^unit\.simulation\.BgpHandOver$'
      [ -n "$pattern" ] || step simulation build/dev/tests/simulation/simulate_bgp "$schedules"
      ;;
    lint)
      step include-direction python3 tests/lint/include_direction.py
      step format format
      step scripts scripts
      step sandbox sandbox
      step compile-commands cmake --preset dev && step tidy python3 tests/lint/tidy.py
      ;;
    release) build_step release && suite release tests/release.sh ;;
    conformance)
      build_step release && suite conformance conformance build/release/portreeve
      build_step asan && suite conformance-asan conformance build/asan/portreeve
      ;;
    labs)
      build_step release || return
      [ -n "$pattern" ] || step demo image/demo.sh
      suite labs python3 tests/lab/run.py ${pattern:+-k "$pattern"}
      ;;
    image)
      build_step release && step image image/build.sh || return
      [ -n "$pattern" ] || step image-again same_image_again
      suite image-labs python3 tests/lab/run.py --in tests/image ${pattern:+-k "$pattern"}
      ;;
    fuzz) build_step asan && suite fuzz tests/fuzz/run.sh "$fuzz_seconds" "$pattern" ;;
  esac
}

mkdir -p build/logs
mapfile -t packages < <(grep -v '^#' tests/packages.txt)
if [ "$(id -u)" != 0 ]; then
  echo "tests/run.sh needs root: it installs packages and makes network namespaces"
  failed=1
elif step packages image/packages.sh "${packages[@]}" && step dependencies image/dependencies.sh; then
  for part in "${parts[@]}"; do run_part "$part"; done
fi
if [ -n "$pattern" ] && [ "$matched" = 0 ]; then
  echo "no test has '$pattern' in its name"
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
