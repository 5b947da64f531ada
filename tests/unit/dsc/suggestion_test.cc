#include "dsc/suggestion.h"

#include <CppUTest/TestHarness.h>

#include <array>
#include <string>

using namespace portreeve::dsc;

namespace {
constexpr std::array<std::string_view, 4> kNames = {"SwitchName", "PeerAddress", "PeerAsn", "SelfAsn"};
}

TEST_GROUP(Suggestion){};

TEST(Suggestion, FindsTheNameThatWasMeant) {
  struct Case {
    const char* found;
    const char* meant;
  };
  for (const Case& c : {Case{"SwitchNam", "SwitchName"}, Case{"switchname", "SwitchName"}, Case{"Switch", ""},
                        Case{"PeerAns", "PeerAsn"}, Case{"PeerAdress", "PeerAddress"}, Case{"SelfAsnn", "SelfAsn"},
                        Case{"Hostname", ""}, Case{"", ""}, Case{"x", ""}}) {
    STRCMP_EQUAL_TEXT(c.meant, std::string(nearest(c.found, kNames)).c_str(), c.found);
  }
}

TEST(Suggestion, LeavesOverlongNamesAlone) { CHECK(nearest(std::string(100'000, 'P'), kNames).empty()); }

TEST(Suggestion, ListsWhatIsAllowed) {
  const std::array<std::string_view, 2> words = {"Local", "Given"};
  STRCMP_EQUAL("; did you mean 'Local'? Allowed: Local, Given", did_you_mean("local", words).c_str());
  STRCMP_EQUAL("; allowed: Local, Given", did_you_mean("Elsewhere", words).c_str());
}
