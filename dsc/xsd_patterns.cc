#include "dsc/xsd_patterns.h"

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

std::string name_pattern(const Property& property) {
  const std::string part = kNameCharacter;
  if (property.slashes) return part + "{1,63}(/" + part + "{1,63})*";
  const bool stated = property.maximum != 0;
  return part + "{" + std::to_string(stated && property.minimum > 1 ? property.minimum : 1) + "," +
         std::to_string(stated ? property.maximum : 63) + "}";
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
  for (const Property& property : type.properties) {
    if (!property.key) continue;
    if (!pattern.empty()) pattern += "/";
    pattern += "(" + value_pattern(schema, property) + ")";
  }
  return pattern;
}

std::string value_pattern(const Schema& schema, const Property& property) {
  const std::string octet = std::string(kHex) + kHex;
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
    case ValueKind::IpPrefix:
      return either(ipv4_pattern() + kV4Length, ipv6_pattern() + kV6Length);
    case ValueKind::IpRange:
      return range_pattern();
    case ValueKind::MacAddress:
      return either(times(octet + ":", 5, 5), times(octet + "-", 5, 5)) + octet;
    case ValueKind::PciAddress:
      return "[0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]";
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
