# Counts the tests in ctest's LastTest.log, and prints `N passed, N failed`.
#
# A runner of CppUTest says itself how many of its tests ran and failed. Its second, shuffled run of the same tests,
# like everything else, counts as one; so does a runner that ended without saying. An ignored test is a failed one.
/^[0-9]+\/[0-9]+ Testing: / { name = $3; ran = bad = 0 }
/^(OK|Errors) \(/ && name !~ /\.shuffled$/ {
  for (i = 2; i <= NF; i++) {
    word = $i; gsub(/[(,]/, "", word)
    count = $(i - 1); gsub(/[(,]/, "", count)
    if (word == "ran") ran = count
    if (word == "failures" || word == "ignored") bad += count
  }
}
/^Test (Passed|Failed)\.|^Test (timed out|was not run)|\*\*\*/ {
  if (name == "") next
  if (ran == 0) ran = 1
  if (!/Passed/ && bad == 0) bad = 1
  passed += ran - bad; failed += bad
  name = ""
}
END { printf "%d passed, %d failed\n", passed, failed }
