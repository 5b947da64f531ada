#include "firmware/services/lease_record.h"

#include <array>

#include "firmware/services/crc32c.h"
#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

namespace {

Service web() {
  return {"default/web", "compute", "", {ip("10.126.77.205"), ip("2001:db8::5")}, false, Owner::Document};
}

}  // namespace

TEST_GROUP(LeaseRecord) {
  std::vector<std::byte> journal;
  std::vector<std::size_t> ends;  // of each record

  void put(const Service& service) {
    append_put(service, journal);
    ends.push_back(journal.size());
  }
  void put(const std::string& name) { put({name, "compute", "", {ip("10.0.0.1")}}); }
};

TEST(LeaseRecord, ChecksumIsTheOneOfRfc3720) {
  // RFC 3720 §B.4: 32 octets of zero; and the check value of the polynomial.
  LONGS_EQUAL(0x8A9136AA, crc32c(std::vector<std::byte>(32)));
  LONGS_EQUAL(0xE3069283, crc32c(as_bytes("123456789")));
}

TEST(LeaseRecord, ReadsBackWhatItWrote) {
  put(web());
  append_removal("default/mail", journal);
  const JournalContent content = read_journal(journal);
  CHECK(content.whole);
  LONGS_EQUAL(2, content.records.size());
  const Service& read = content.records[0].service;
  STRCMP_EQUAL("default/web", read.name.c_str());
  STRCMP_EQUAL("compute", read.pool.c_str());
  CHECK(read.addresses == web().addresses);
  CHECK_FALSE(read.local_address);
  CHECK(read.owner == Owner::Document);
  CHECK(content.records[1].type == LeaseRecord::Type::Remove);
  STRCMP_EQUAL("default/mail", content.records[1].service.name.c_str());
}

TEST(LeaseRecord, HasTheLayoutThatItsHeaderStates) {
  append_put({"a", "p", "", {ip("10.0.0.1")}}, journal);
  const std::vector<unsigned> expected = {
      0x50, 0x52, 0x56, 0x53,     // marker
      0x00, 0x0D,                 // payload length
      0x00, 0x00, 0x00, 0x00,     // CRC-32C, compared below
      1,    1,                    // version, Put
      1,    'a',  1,    'p',      // name, pool
      1,    1,                    // flags: LocalAddress; one address
      4,    10,   0,    0,    1,  // IPv4
  };
  LONGS_EQUAL(expected.size(), journal.size());
  LONGS_EQUAL(expected.size(), put_size({"a", "p", "", {ip("10.0.0.1")}}));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i < 6 || i >= 10) LONGS_EQUAL(expected[i], std::to_integer<unsigned>(journal[i]));
  }
  std::vector<std::byte> covered(journal.begin() + 4, journal.begin() + 6);
  covered.insert(covered.end(), journal.begin() + 10, journal.end());
  LONGS_EQUAL(crc32c(covered), Reader(Bytes(journal).subspan(6, 4)).u32());
}

TEST(LeaseRecord, TheLongestNamesFit) {
  put({std::string(253, 'n'), std::string(255, 'p'), "", web().addresses});
  LONGS_EQUAL(1, read_journal(journal).records.size());
}

TEST(LeaseRecord, CutAnywhereKeepsEveryRecordBeforeTheCut) {
  for (const char* name : {"a", "default/web", "c"}) put(name);
  for (std::size_t cut = 0; cut <= journal.size(); ++cut) {
    const JournalContent content = read_journal(Bytes(journal).first(cut));
    std::size_t complete = 0;
    while (complete < ends.size() && ends[complete] <= cut) ++complete;
    LONGS_EQUAL(complete, content.records.size());
    LONGS_EQUAL(0, content.damage.size());
    CHECK_EQUAL(cut == 0 || (complete > 0 && ends[complete - 1] == cut), content.whole);
  }
}

TEST(LeaseRecord, DamageOfAnyOctetLosesNoOtherRecordAndIsReported) {
  for (const char* name : {"a", "default/web", "c"}) put(name);
  for (std::size_t at = 0; at < ends[1]; ++at) {
    std::vector<std::byte> damaged = journal;
    damaged[at] ^= std::byte{0x40};
    const JournalContent content = read_journal(damaged);
    LONGS_EQUAL(2, content.records.size());
    STRCMP_EQUAL("c", content.records[1].service.name.c_str());
    LONGS_EQUAL(1, content.damage.size());
    CHECK_FALSE(content.whole);
  }
}

TEST(LeaseRecord, SaysWhichOctetsAreDamaged) {
  put("a");
  journal.insert(journal.end(), 7, std::byte{0});
  put("b");
  STRCMP_EQUAL("octets 29 to 35 are damaged; what was recorded there is lost",
               read_journal(journal).damage.front().c_str());
}

TEST(LeaseRecord, AFileThatEndsInZerosIsTorn) {
  put("a");
  journal.insert(journal.end(), 4096, std::byte{0});
  const JournalContent content = read_journal(journal);
  LONGS_EQUAL(1, content.records.size());
  LONGS_EQUAL(0, content.damage.size());
  CHECK_FALSE(content.whole);
}

TEST(LeaseRecord, ReportsOnlyTheFirstFewDamagedPlaces) {
  for (int i = 0; i < 100; ++i) {
    put("a");
    journal.push_back(std::byte{0xFF});
  }
  put("b");
  const JournalContent content = read_journal(journal);
  LONGS_EQUAL(101, content.records.size());
  LONGS_EQUAL(9, content.damage.size());
  STRCMP_EQUAL("there is more damage behind it", content.damage.back().c_str());
}

TEST(LeaseRecord, LeavesOutAndReportsWhatItDoesNotUnderstand) {
  const struct {
    const char* what;
    std::vector<unsigned> payload;
  } cases[] = {
      {"a later version", {2, 2, 1, 'a'}},
      {"an unknown type", {1, 3, 1, 'a'}},
      {"no name", {1, 2, 0}},
      {"a name that is not printable", {1, 2, 1, 7}},
      {"octets behind the end", {1, 2, 1, 'a', 0}},
      {"a name longer than the payload", {1, 2, 2, 'a'}},
      {"no address", {1, 1, 1, 'a', 0, 1, 0}},
      {"three addresses", {1, 1, 1, 'a', 0, 1, 3, 4, 1, 1, 1, 1, 4, 1, 1, 1, 2, 4, 1, 1, 1, 3}},
      {"two of a family", {1, 1, 1, 'a', 0, 1, 2, 4, 1, 1, 1, 1, 4, 1, 1, 1, 2}},
      {"an unknown family", {1, 1, 1, 'a', 0, 1, 1, 5, 1, 1, 1, 1}},
      {"nothing", {}},
  };
  for (const auto& each : cases) {
    std::vector<std::byte> covered = {std::byte{0}, static_cast<std::byte>(each.payload.size())};
    for (const unsigned octet : each.payload) covered.push_back(static_cast<std::byte>(octet));
    std::array<std::byte, 64> buffer{};
    Writer out(buffer);
    out.u32(0x50525653);
    out.bytes(Bytes(covered).first(2));
    out.u32(crc32c(covered));
    out.bytes(Bytes(covered).subspan(2));
    const JournalContent content = read_journal(out.written());
    LONGS_EQUAL_TEXT(0, content.records.size(), each.what);
    LONGS_EQUAL_TEXT(1, content.damage.size(), each.what);
    STRCMP_EQUAL_TEXT("the record at octet 0 is of a version that this program does not know; it is left out",
                      content.damage[0].c_str(), each.what);
  }
}
