// What the tests of layer 2 share: ARP frames written field by field.
#pragma once

#include <CppUTest/TestHarness.h>

#include <string>
#include <vector>

#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"

namespace portreeve::layer2 {

inline IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
inline MacAddress mac(std::string_view text) { return *MacAddress::parse(text); }

inline const char* const kOurs = "02:00:00:00:00:01";
inline const char* const kTheirs = "02:00:00:00:00:99";
inline const char* const kAll = "ff:ff:ff:ff:ff:ff";
inline const char* const kNobody = "00:00:00:00:00:00";

// An ARP frame. The defaults are a neighbour's request for 10.0.0.1.
struct Frame {
  std::string destination = kAll;
  std::string source = kTheirs;
  std::uint16_t ether_type = 0x0806, hardware = 1, protocol = 0x0800;
  std::uint8_t hardware_length = 6, protocol_length = 4;
  std::uint16_t operation = 1;
  std::string sender_mac = kTheirs, sender = "10.0.0.9";
  std::string target_mac = kNobody, target = "10.0.0.1";

  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::vector<std::byte> frame(42);
    Writer out(frame);
    out.bytes(mac(destination).octets);
    out.bytes(mac(source).octets);
    for (const std::uint16_t value : {ether_type, hardware, protocol}) out.u16(value);
    out.u8(hardware_length);
    out.u8(protocol_length);
    out.u16(operation);
    out.bytes(mac(sender_mac).octets);
    out.bytes(ip(sender).octets());
    out.bytes(mac(target_mac).octets);
    out.bytes(ip(target).octets());
    return frame;
  }
};

// "02:00:00:00:00:99 < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:99 10.0.0.9"
inline std::string describe(Bytes frame) {
  Reader in(frame);
  const auto take_mac = [&] { return MacAddress::from_octets(in.take(6))->to_string(); };
  const auto take_ip = [&] { return IpAddress::from_octets(in.take(4))->to_string(); };
  std::string text = take_mac();
  text += " < " + take_mac();
  CHECK(in.u16() == 0x0806 && in.u16() == 1 && in.u16() == 0x0800 && in.u8() == 6 && in.u8() == 4);
  text += " op " + std::to_string(in.u16());
  text += " " + take_mac();
  text += " " + take_ip();
  text += " > " + take_mac();
  text += " " + take_ip();
  CHECK(in.good() && in.remaining() == 0);
  return text;
}

}  // namespace portreeve::layer2
