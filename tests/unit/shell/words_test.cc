#include "firmware/shell/words.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve::shell;

TEST_GROUP(Words){};

TEST(Words, AreComparedWithoutCase) {
  CHECK(same_word("PeerAsn", "peerasn"));
  CHECK_FALSE(same_word("PeerAsn", "PeerAs"));
  CHECK(begins_word("PeerAsn", "pEeR"));
  CHECK_FALSE(begins_word("Peer", "PeerAsn"));
}

TEST(Words, MatchWildcards) {
  const struct {
    const char* text;
    const char* pattern;
    bool matches;
  } rows[] = {
      {"Port2", "port*", true}, {"Port2", "*2", true},          {"Port2", "p?rt2", true},
      {"Port2", "Port", false}, {"Port2", "*x*", false},        {"", "*", true},
      {"", "?", false},         {"aXbXc", "a*x*c", true},       {"abcabd", "a*abd", true},
      {"a", "a**", true},       {"vSwitch1", "vSwitch1", true}, {"ab", "?", false},
  };
  for (const auto& row : rows) CHECK_EQUAL_TEXT(row.matches, matches_wildcard(row.text, row.pattern), row.pattern);
}

TEST(Words, AreOrderedAsPeopleCount) {
  CHECK(counts_before("Port2", "Port10"));
  CHECK_FALSE(counts_before("Port10", "Port2"));
  CHECK(counts_before("10.0.0.9", "10.0.0.10"));
  CHECK(counts_before("Port", "Port1"));
  CHECK_FALSE(counts_before("Port1", "Port1"));
  CHECK_FALSE(counts_before("a01", "a1"));
  CHECK_FALSE(counts_before("a1", "a01"));
}
