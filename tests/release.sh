#!/bin/bash
# What must hold for the released program itself: tests/release.sh [PROGRAM]   (default: build/release/portreeve)
# Static, small, and at work where there is nothing but itself. Closes with `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
program=$(realpath "${1:-build/release/portreeve}")
passed=0 failed=0

# check WHAT COMMAND...: a sentence, and the command that shows it to be true.
check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "passed $what"
  else
    failed=$((failed + 1))
    printf 'failed %s\n%s\n' "$what" "$output"
  fi
}

is_static() { file -b "$program" | tee /dev/stderr | grep 'statically linked'; }
is_stripped() { file -b "$program" | tee /dev/stderr | grep ', stripped' && [ -s "$program.debug" ]; }
is_small() { stat -c '%s octets of 6000000' "$program" && [ "$(stat -c %s "$program")" -le 6000000 ]; }

# In a folder that holds the program and one document, and as nobody.
alone() { chroot --userspec=65534:65534 "$empty" /portreeve "$@"; }
says_version() { alone --version | tee /dev/stderr | grep -E '^portreeve [0-9]+\.[0-9]+\.[0-9]+'; }
says_help() { alone --help | tee /dev/stderr | grep 'portreeve run'; }
prints_schema() { alone schema >"$empty/schema.xsd" && xmllint --noout "$empty/schema.xsd"; }
refuses() { alone validate /bad.xml; [ $? = 1 ]; }
names_the_place() {
  local said
  said=$(alone validate /bad.xml 2>&1)  # its status is what `refuses` looks at
  echo "$said"
  grep -E '^/bad\.xml:2:[0-9]+: error: ' <<<"$said"
}
knows_no_such_command() { alone conquer; [ $? = 2 ]; }

[ -x "$program" ] || { echo "there is no $program: cmake --preset release && cmake --build --preset release"; echo "0 passed, 1 failed"; exit 1; }
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
chmod 755 "$empty"
cp "$program" "$empty/portreeve"
cat >"$empty/good.xml" <<'XML'
<Configuration xmlns="urn:portreeve:dsc:1" Name="alone">
  <Port Name="Port2" Interface="eth1"/>
  <ExternalVirtualSwitch Name="vSwitch1"><InterfaceAlias>Port2</InterfaceAlias></ExternalVirtualSwitch>
</Configuration>
XML
cat >"$empty/bad.xml" <<'XML'
<Configuration xmlns="urn:portreeve:dsc:1" Name="alone">
  <Prot Name="Port2" Interface="eth1"/>
</Configuration>
XML

check "the program is statically linked" is_static
check "it is stripped, and its symbols lie beside it" is_stripped
check "it has at most 6 MB" is_small
check "alone in a folder and as nobody, it says its version" says_version
check "alone, it prints its help" says_help
check "alone, it prints the schema, which is well-formed" prints_schema
check "alone, it accepts a good document" alone validate /good.xml
check "alone, it refuses a bad document with exit status 1" refuses
check "alone, it names file, line and column of what is wrong" names_the_place
check "a command that there is not is wrong usage, exit status 2" knows_no_such_command
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
