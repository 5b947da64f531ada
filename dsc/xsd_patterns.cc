#include "dsc/xsd_patterns.h"

#include "hal/base/community.h"

// A repetition with bounds never stands within another: libxml2 miscounts those ("([0-9]{1,4}:){1,7}:" takes
// "12345::").

namespace portreeve::dsc {
namespace {

std::string either(const std::string& a, const std::string& b) { return "(" + a + "|" + b + ")"; }

std::string times(const std::string& what, int least, int most) {
  const std::string range = least == most ? std::to_string(least) : std::to_string(least) + "," + std::to_string(most);
  return "(" + what + "){" + range + "}";
}

const char* const kV4Length = "/([0-9]|[12][0-9]|3[0-2])";
const char* const kV6Length = "/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])";
const char* const kHex = "[0-9A-Fa-f]";
const char* const kNameCharacter = "[A-Za-z0-9_.\\-]";

const char* const kPciAddress = "[0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]";

std::string mac_pattern() {
  const std::string octet = std::string(kHex) + kHex;
  return either(times(octet + ":", 5, 5), times(octet + "-", 5, 5)) + octet;
}

std::string name_pattern(const Property& property) {
  const std::string part = kNameCharacter;
  if (property.slashes) return part + "{1,63}(/" + part + "{1,63})*";
  const bool stated = property.maximum != 0;
  return part + "{" + std::to_string(stated && property.minimum > 1 ? property.minimum : 1) + "," +
         std::to_string(stated ? property.maximum : 63) + "}";
}

// Whole numbers from 0 to `largest`.
std::string up_to(std::uint64_t largest) {
  const std::string digits = std::to_string(largest);
  std::string all = "[0-9]";
  if (digits.size() > 2) all += "|[1-9][0-9]{1," + std::to_string(digits.size() - 2) + "}";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char least = i == 0 ? '1' : '0';
    if (digits[i] == least) continue;
    const std::size_t left = digits.size() - 1 - i;
    all += "|" + digits.substr(0, i) + "[" + least + "-" + static_cast<char>(digits[i] - 1) + "]";
    if (left > 0) all += "[0-9]{" + std::to_string(left) + "}";
  }
  return "(" + all + "|" + digits + ")";
}

std::string number16() { return up_to(0xFFFF); }

std::string number32() { return up_to(0xFFFFFFFF); }

std::string community_pattern() {
  std::string pattern = number16() + ":" + number16();
  for (const WellKnownCommunity& one : kWellKnownCommunities) {
    pattern += "|";
    for (const char c : one.name) pattern += c == '-' ? "\\-" : std::string(1, c);
  }
  return pattern;
}

std::string extended_community_pattern() {
  return "(target|origin):" + either(number16() + ":" + number32(), number32() + ":" + number16()) +
         "|link\\-bandwidth:" + number16() + ":" + up_to(ExtendedCommunity::kMostBandwidth);
}

// An IPv4 address of which at least one octet is not 0.
std::string router_id_pattern() {
  const std::string any = "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
  const std::string some = "([1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
  std::string all;
  for (int at = 0; at < 4; ++at) {
    if (at > 0) all += "|";
    for (int i = 0; i < 4; ++i) all += (i > 0 ? "\\." : "") + (i == at ? some : any);
  }
  return "(" + all + ")";
}

std::string range_pattern() {
  const auto of_family = [](const std::string& address, const char* length) {
    return address + "(-" + address + "|" + length + ")?";
  };
  return either(of_family(ipv4_pattern(), kV4Length), of_family(ipv6_pattern(), kV6Length));
}

}  // namespace

std::string ipv4_pattern() {
  const std::string octet = "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
  return times(octet + "\\.", 3, 3) + octet;
}

// RFC 4291 §2.2: eight groups; "::" for one or more of zero; an IPv4 address for the last two.
std::string ipv6_pattern() {
  const std::string hex = kHex;
  const std::string group = hex + hex + "?" + hex + "?" + hex + "?";
  const std::string lead = group + ":";  // before "::" and between
  const std::string tail = ":" + group;  // after the first colon of "::"
  const std::string v4 = ipv4_pattern();
  std::string all = times(lead, 7, 7) + group;
  all += "|" + times(lead, 1, 7) + ":";
  for (int before = 1; before <= 6; ++before) all += "|" + times(lead, before, before) + times(tail, 1, 7 - before);
  all += "|:" + either(times(tail, 1, 7), ":");
  all += "|" + times(lead, 6, 6) + v4;
  all += "|::" + times(lead, 0, 5) + v4;
  for (int before = 1; before <= 5; ++before) {
    all += "|" + times(lead, before, before) + (before < 5 ? times(tail, 0, 5 - before) : "") + ":" + v4;
  }
  return "(" + all + ")";
}

std::string key_pattern(const Schema& schema, const ResourceType& type) {
  std::string pattern;
  for (const auto& part : type.key_parts()) {
    std::string alternatives;
    for (const Property* one : part) alternatives += (alternatives.empty() ? "" : "|") + value_pattern(schema, *one);
    if (!pattern.empty()) pattern += "/";
    pattern.append("(").append(alternatives).append(")");
  }
  return pattern;
}

std::string value_pattern(const Schema& schema, const Property& property) {
  switch (property.kind) {
    case ValueKind::Name:
      return name_pattern(property);
    case ValueKind::Boolean:
      return "true|false|0|1";
    case ValueKind::Number:
    case ValueKind::Asn:
      return "0|[1-9][0-9]*";
    case ValueKind::IpAddress:
      return either(ipv4_pattern(), ipv6_pattern());
    case ValueKind::RouterId:
      return router_id_pattern();
    case ValueKind::IpPrefix:
      return either(ipv4_pattern() + kV4Length, ipv6_pattern() + kV6Length);
    case ValueKind::IpRange:
      return range_pattern();
    case ValueKind::MacAddress:
      return mac_pattern();
    case ValueKind::PciAddress:
      return kPciAddress;
    case ValueKind::PortPlace:
      return std::string(kNameCharacter) + "{1,63}=" + either(kPciAddress + ("(/" + up_to(255) + ")?"), mac_pattern());
    case ValueKind::Path:
      return "(/[A-Za-z0-9_.\\-+@%=:,~]+)+";
    case ValueKind::Community:
      return community_pattern();
    case ValueKind::LargeCommunity:
      return number32() + ":" + number32() + ":" + number32();
    case ValueKind::ExtendedCommunity:
      return extended_community_pattern();
    case ValueKind::Reference: {
      const ResourceType* const type = schema.find(property.references);
      return type == nullptr ? "[^ ]+" : key_pattern(schema, *type);
    }
    case ValueKind::Text:
    case ValueKind::Enumeration:
      break;
  }
  // Printable characters: the reader shows values on terminals and in the journal.
  return "[^&#x7F;-&#x9F;]*";
}

}  // namespace portreeve::dsc
