#include "firmware/services/free_ranges.h"

#include <set>

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

TEST_GROUP(FreeRanges) {
  FreeRanges free;

  void append(const char* range, const std::vector<IpAddress>& taken = {}) {
    free.append(*IpRange::parse(range), taken);
  }
  std::string first() {
    const auto address = free.first();
    return address ? address->to_string() : "none";
  }
};

TEST(FreeRanges, GivesTheLowestOfTheFirstRangeInTheListsOrder) {
  append("10.0.9.1-10.0.9.2");
  append("10.0.1.1-10.0.1.2");
  for (const char* expected : {"10.0.9.1", "10.0.9.2", "10.0.1.1", "10.0.1.2"}) {
    STRCMP_EQUAL(expected, first().c_str());
    free.take(*free.first());
  }
  STRCMP_EQUAL("none", first().c_str());
}

TEST(FreeRanges, LeavesOutWhatIsTakenFromTheStart) {
  append("10.0.0.1-10.0.0.6", {ip("10.0.0.0"), ip("10.0.0.1"), ip("10.0.0.3"), ip("10.0.0.6"), ip("10.0.0.7")});
  for (const char* expected : {"10.0.0.2", "10.0.0.4", "10.0.0.5", "none"}) {
    STRCMP_EQUAL(expected, first().c_str());
    if (free.first()) free.take(*free.first());
  }
}

TEST(FreeRanges, JoinsWhatIsGivenBackWithItsNeighbours) {
  append("10.0.0.1-10.0.0.3");
  for (const char* each : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) free.take(ip(each));
  for (const char* each : {"10.0.0.3", "10.0.0.1", "10.0.0.2"}) free.put(ip(each));
  free.take(ip("10.0.0.2"));
  STRCMP_EQUAL("10.0.0.1", first().c_str());
  free.take(ip("10.0.0.1"));
  STRCMP_EQUAL("10.0.0.3", first().c_str());
}

TEST(FreeRanges, KeepsAdjacentRangesApart) {
  append("10.0.0.5-10.0.0.6");
  append("10.0.0.3-10.0.0.4");
  free.take(ip("10.0.0.5"));
  free.put(ip("10.0.0.5"));
  STRCMP_EQUAL("10.0.0.5", first().c_str());
}

TEST(FreeRanges, TakingTwiceAndGivingBackTwiceDoNothing) {
  append("10.0.0.1-10.0.0.2");
  free.take(ip("10.0.0.1"));
  free.take(ip("10.0.0.1"));
  STRCMP_EQUAL("10.0.0.2", first().c_str());
  free.put(ip("10.0.0.1"));
  free.put(ip("10.0.0.1"));
  free.put(ip("10.9.9.9"));
  free.take(ip("10.0.0.1"));
  STRCMP_EQUAL("10.0.0.2", first().c_str());
}

TEST(FreeRanges, HoldsTheEndsOfBothFamilies) {
  append("255.255.255.254-255.255.255.255");
  append("0.0.0.0-0.0.0.1");
  append("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  for (const char* each : {"255.255.255.255", "255.255.255.254", "0.0.0.0", "0.0.0.1"}) free.take(ip(each));
  STRCMP_EQUAL("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", first().c_str());
  free.take(*free.first());
  STRCMP_EQUAL("none", first().c_str());
  free.put(ip("255.255.255.255"));
  free.put(ip("255.255.255.254"));
  STRCMP_EQUAL("255.255.255.254", first().c_str());
}

TEST(FreeRanges, AHugeIpv6RangeIsOneInterval) {
  append("2001:db8::/32");
  free.take(ip("2001:db8::"));
  free.take(ip("2001:db8:8000::"));
  STRCMP_EQUAL("2001:db8::1", first().c_str());
  CHECK(free.covers(ip("2001:db8:ffff:ffff::1")));
  CHECK_FALSE(free.covers(ip("2001:db9::")));
}

TEST(FreeRanges, AgreesWithASetOfAddressesThroughARandomHistory) {
  append("10.0.0.32-10.0.0.47");
  append("10.0.0.0-10.0.0.15");
  std::set<std::pair<bool, IpAddress>> model;  // the second range sorts behind the first
  const auto place = [](const IpAddress& address) { return std::pair(address < ip("10.0.0.16"), address); };
  for (std::uint32_t i = 0; i < 48; ++i) {
    if (i < 16 || i >= 32) model.insert(place(IpAddress::v4(0x0A000000 + i)));
  }
  std::uint32_t random = 1;
  for (int step = 0; step < 5000; ++step) {
    random = random * 1664525 + 1013904223;
    const IpAddress address = IpAddress::v4(0x0A000000 + (random >> 16U) % 48);
    if (!free.covers(address)) continue;
    if ((random & 0x8000U) != 0) {
      free.take(address);
      model.erase(place(address));
    } else {
      free.put(address);
      model.insert(place(address));
    }
    STRCMP_EQUAL(model.empty() ? "none" : model.begin()->second.to_string().c_str(), first().c_str());
  }
}
