#include "firmware/services/range_difference.h"

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

TEST_GROUP(RangeDifference){static std::string text(const std::vector<std::string>& ranges,
                                                    const std::vector<std::string>& others){std::string parts;
for (const IpRange& part : difference(make_pool("", ranges).ranges, make_pool("", others).ranges)) {
  parts += (parts.empty() ? "" : " ") + part.to_string();
}
return parts;
}
}
;

TEST(RangeDifference, IsWhatTheOthersDoNotCover) {
  const struct {
    const char* what;
    std::vector<std::string> ranges, others;
    const char* expected;
  } cases[] = {
      {"nothing to take away", {"10.0.0.1-10.0.0.9"}, {}, "10.0.0.1-10.0.0.9"},
      {"nothing to take from", {}, {"10.0.0.1"}, ""},
      {"the same", {"10.0.0.1-10.0.0.9"}, {"10.0.0.1-10.0.0.9"}, ""},
      {"all and more", {"10.0.0.2-10.0.0.3"}, {"10.0.0.1-10.0.0.9"}, ""},
      {"the middle", {"10.0.0.1-10.0.0.9"}, {"10.0.0.4-10.0.0.5"}, "10.0.0.1-10.0.0.3 10.0.0.6-10.0.0.9"},
      {"both ends", {"10.0.0.1-10.0.0.9"}, {"10.0.0.8-10.0.0.12", "10.0.0.0-10.0.0.2"}, "10.0.0.3-10.0.0.7"},
      {"several, in any order",
       {"10.0.1.0-10.0.1.9", "10.0.0.0-10.0.0.9"},
       {"10.0.1.5", "10.0.0.5"},
       "10.0.1.0-10.0.1.4 10.0.1.6-10.0.1.9 10.0.0.0-10.0.0.4 10.0.0.6-10.0.0.9"},
      {"one over two",
       {"10.0.0.0-10.0.0.4", "10.0.0.6-10.0.0.9"},
       {"10.0.0.3-10.0.0.7"},
       "10.0.0.0-10.0.0.2 10.0.0.8-10.0.0.9"},
      {"the other family", {"10.0.0.1"}, {"::-ffff::"}, "10.0.0.1"},
      {"the very last", {"255.255.255.0-255.255.255.255"}, {"255.255.255.255"}, "255.255.255.0-255.255.255.254"},
  };
  for (const auto& each : cases) STRCMP_EQUAL_TEXT(each.expected, text(each.ranges, each.others).c_str(), each.what);
}
