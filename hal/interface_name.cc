#include "hal/interface_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace portreeve::hal {
namespace {

constexpr std::size_t kLongest = 15;  // IFNAMSIZ without the NUL

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_interface_name(std::string_view name) {
  // "all" and "default" are directories of /proc/sys/net/ipv4/conf that stand for no interface.
  static constexpr std::array<std::string_view, 5> kTaken = {"all", "default", "lo", ".", ".."};
  return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), is_plain) &&
         std::find(kTaken.begin(), kTaken.end(), name) == kTaken.end();
}

// FNV-1a: the same on every machine and in every version, which is all that is asked of it.
std::uint32_t hash(std::string_view text) {
  std::uint32_t value = 0x811C9DC5U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return value;
}

std::string hash_digits(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += kDigits[(hash(text) >> static_cast<unsigned>(shift)) & 0xFU];
  return digits;
}

}  // namespace

std::string interface_of_switch(const std::string& name) {
  if (is_interface_name(name)) return name;
  std::string derived = name.substr(0, kLongest - 9);
  std::replace_if(
      derived.begin(), derived.end(), [](char c) { return !is_plain(c); }, '_');
  return derived + "-" + hash_digits(name);
}

std::string team_of_switch(const std::string& interface) { return "team-" + hash_digits(interface); }

std::string port_of_vnic(VnicOwner owner, const std::string& interface) {
  return (owner == VnicOwner::VirtualNetwork ? "vnet-" : "vnic-") + hash_digits(interface);
}

}  // namespace portreeve::hal
