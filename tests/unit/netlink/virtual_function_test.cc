#include "netlink/virtual_function.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "netlink/attribute.h"
#include "netlink/message.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

namespace {

// Attributes as rtnl_fill_vfinfo writes them (net/core/rtnetlink.c), after the ifinfomsg.
class Answer {
 public:
  Answer() : octets_(sizeof(ifinfomsg)) {}

  template <class T>
  void put(std::uint16_t type, const T& value, std::size_t length = sizeof(T)) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + length), type};
    append(&header, sizeof header);
    append(&value, length);
    octets_.resize(NLA_ALIGN(octets_.size()));
  }
  template <class Fill>
  void nested(std::uint16_t type, Fill fill) {
    const std::size_t at = octets_.size();
    put(type, 0, 0);
    fill();
    const nlattr header{static_cast<std::uint16_t>(octets_.size() - at), type};
    std::memcpy(octets_.data() + at, &header, sizeof header);
  }
  [[nodiscard]] Bytes body() const { return octets_; }

 private:
  void append(const void* data, std::size_t length) {
    const auto* const from = static_cast<const std::byte*>(data);
    octets_.insert(octets_.end(), from, from + length);
  }

  std::vector<std::byte> octets_;
};

// What a driver like ixgbe tells of one: all of its settings, and its counters, which are nobody's here.
void put_function(Answer& answer, std::uint32_t number, std::uint32_t vlan, std::uint32_t setting) {
  answer.nested(IFLA_VF_INFO, [&] {
    answer.put(IFLA_VF_MAC, ifla_vf_mac{number, {0x02, 0, 0, 0, 0, static_cast<std::uint8_t>(number)}});
    answer.put(IFLA_VF_BROADCAST, ifla_vf_broadcast{});
    answer.put(IFLA_VF_VLAN, ifla_vf_vlan{number, vlan, 3});
    answer.put(IFLA_VF_RATE, ifla_vf_rate{number, 0, 0});
    answer.put(IFLA_VF_TX_RATE, ifla_vf_tx_rate{number, 0});
    answer.put(IFLA_VF_SPOOFCHK, ifla_vf_spoofchk{number, setting});
    answer.put(IFLA_VF_LINK_STATE, ifla_vf_link_state{number, IFLA_VF_LINK_STATE_ENABLE});
    answer.put(IFLA_VF_TRUST, ifla_vf_trust{number, setting});
    answer.nested(IFLA_VF_STATS, [&] { answer.put(IFLA_VF_STATS_RX_PACKETS, std::uint64_t{7}); });
  });
}

// IFLA_VFINFO_LIST { IFLA_VF_INFO { attribute … } }: what stands in the request, past the headers of the two.
Bytes settings_of(const Request& request) {
  MessageReader reader(request.octets());
  CHECK(reader.next());
  CHECK_EQUAL(RTM_SETLINK, reader.message().type);
  AttributeReader list(reader.message().body.subspan(sizeof(ifinfomsg)));
  CHECK(list.next());
  CHECK_EQUAL(IFLA_VFINFO_LIST, list.type());
  AttributeReader info(list.bytes());
  CHECK(info.next());
  CHECK_EQUAL(IFLA_VF_INFO, info.type());
  return info.bytes();
}

}  // namespace

TEST_GROUP(VirtualFunction) { Answer answer; };

TEST(VirtualFunction, IsReadWithAllThatItIsSetTo) {
  answer.put(IFLA_NUM_VF, std::uint32_t{2});
  answer.nested(IFLA_VFINFO_LIST, [&] {
    put_function(answer, 1, 100, 1);
    put_function(answer, 0, 0, 0);
  });
  const auto functions = parse_virtual_functions(answer.body());
  CHECK(functions.has_value());
  CHECK_EQUAL(2, functions->size());
  const VirtualFunction expected{.number = 1,
                                 .mac = *MacAddress::parse("02:00:00:00:00:01"),
                                 .vlan = 100,
                                 .priority = 3,
                                 .spoof_check = true,
                                 .trusted = true,
                                 .link = VirtualLink::Up};
  CHECK((*functions)[1] == expected);
  CHECK_EQUAL(0, (*functions)[0].number);
  CHECK((*functions)[0].spoof_check == false);
}

TEST(VirtualFunction, WhatTheDriverDoesNotTellIsNotKnown) {
  answer.nested(IFLA_VFINFO_LIST, [&] { put_function(answer, 0, 0, UINT32_MAX); });
  const auto functions = parse_virtual_functions(answer.body());
  CHECK(functions.has_value());
  CHECK(!functions->front().spoof_check.has_value());
  CHECK(!functions->front().trusted.has_value());
}

TEST(VirtualFunction, APortWithoutOneHasNone) {
  const auto functions = parse_virtual_functions(answer.body());
  CHECK(functions.has_value());
  CHECK(functions->empty());
}

TEST(VirtualFunction, AStructureOfANewerKernelMayBeLonger) {
  struct {
    ifla_vf_mac mac{5, {2, 0, 0, 0, 0, 9}};
    std::uint32_t more = 1;
  } longer;
  answer.nested(IFLA_VFINFO_LIST, [&] { answer.nested(IFLA_VF_INFO, [&] { answer.put(IFLA_VF_MAC, longer); }); });
  const auto functions = parse_virtual_functions(answer.body());
  CHECK(functions.has_value());
  CHECK_EQUAL(5, functions->front().number);
  STRCMP_EQUAL("02:00:00:00:00:09", functions->front().mac.to_string().c_str());
}

TEST(VirtualFunction, WhatIsCutShortIsRefusedAtEveryOctet) {
  answer.nested(IFLA_VFINFO_LIST, [&] { put_function(answer, 0, 100, 1); });
  const Bytes whole = answer.body();
  CHECK(parse_virtual_functions(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const bool is_whole_message = length == sizeof(ifinfomsg);
    CHECK_EQUAL(is_whole_message, parse_virtual_functions(whole.first(length)).has_value());
  }
}

TEST(VirtualFunction, AStructureThatIsTooShortIsRefused) {
  for (const std::uint16_t type : {IFLA_VF_MAC, IFLA_VF_VLAN, IFLA_VF_SPOOFCHK, IFLA_VF_TRUST, IFLA_VF_LINK_STATE}) {
    Answer shorter;
    shorter.nested(IFLA_VFINFO_LIST, [&] {
      shorter.nested(IFLA_VF_INFO, [&] {
        if (type != IFLA_VF_MAC) shorter.put(IFLA_VF_MAC, ifla_vf_mac{});
        shorter.put(type, std::uint32_t{});
      });
    });
    CHECK(!parse_virtual_functions(shorter.body()).has_value());
  }
}

TEST(VirtualFunction, OneWithoutItsNumberIsRefused) {
  answer.nested(IFLA_VFINFO_LIST, [&] {
    answer.nested(IFLA_VF_INFO, [&] { answer.put(IFLA_VF_VLAN, ifla_vf_vlan{0, 100, 0}); });
  });
  CHECK(!parse_virtual_functions(answer.body()).has_value());
}

TEST(VirtualFunction, IsSetByWhatIsGivenAlone) {
  const Request request = change_virtual_function(IfIndex{6}, {.number = 2, .vlan = {{100, 3}}});
  CHECK(request.good());
  const Bytes settings = settings_of(request);
  AttributeReader reader(settings);
  CHECK(reader.next());
  CHECK_EQUAL(IFLA_VF_VLAN, reader.type());
  const auto vlan = host_value<ifla_vf_vlan>(reader.bytes());
  CHECK(vlan.vf == 2 && vlan.vlan == 100 && vlan.qos == 3);
  CHECK(!reader.next());
}

TEST(VirtualFunction, ItsMacAddressAndSpoofCheckAreSetAsTheKernelLaysThemOut) {
  const auto mac = *MacAddress::parse("02:00:5e:00:00:01");
  const Request request = change_virtual_function(IfIndex{6}, {.number = 7, .mac = mac, .spoof_check = false});
  AttributeReader reader(settings_of(request));
  CHECK(reader.next());
  CHECK_EQUAL(IFLA_VF_MAC, reader.type());
  CHECK_EQUAL(sizeof(ifla_vf_mac), reader.bytes().size());
  const auto given = host_value<ifla_vf_mac>(reader.bytes());
  CHECK_EQUAL(7, given.vf);
  MEMCMP_EQUAL(mac.octets.data(), given.mac, 6);
  CHECK(std::all_of(given.mac + 6, given.mac + sizeof given.mac, [](std::uint8_t octet) { return octet == 0; }));
  CHECK(reader.next());
  CHECK_EQUAL(IFLA_VF_SPOOFCHK, reader.type());
  const auto check = host_value<ifla_vf_spoofchk>(reader.bytes());
  CHECK(check.vf == 7 && check.setting == 0);
}
