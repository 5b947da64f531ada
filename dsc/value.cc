#include "dsc/value.h"

#include <algorithm>
#include <utility>

#include "dsc/suggestion.h"
#include "hal/base/community.h"
#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/number.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

using Checked = Result<std::string, ValueFault>;

constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::size_t kLongestShown = 64;
constexpr std::size_t kLongestPart = 63;  // of a name, as a DNS label
constexpr std::uint64_t kLongestText = 1024;

std::string quoted(std::string_view text) { return "'" + printable(text, kLongestShown) + "'"; }

ValueFault refuse(const Property& property, std::string_view text, const char* why, const char* code = "InvalidValue") {
  return {code, quoted(text) + " " + why + "; allowed: " + allowed_values(property)};
}

// UTF-8 without control characters and without those two that XML cannot hold (§2.2).
bool is_plain(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) return true;
  return printable(text, text.size()) == text && text.find("\xEF\xBF\xBE") == std::string_view::npos &&
         text.find("\xEF\xBF\xBF") == std::string_view::npos;
}

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_collapsed(std::string_view text) {
  bool before = true;
  for (const char c : text) {
    if (is_white(c) && (c != ' ' || before)) return false;
    before = c == ' ';
  }
  return text.empty() || !before;
}

// Nearly every value is: then nothing is left to be done to it.
bool is_without_blanks(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_name_part(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

bool is_path(std::string_view text) {
  if (text.size() > kLongestValue) return false;
  while (true) {
    const std::size_t slash = text.find('/');
    const std::string_view part = text.substr(0, slash);
    if (part.size() > kLongestPart || !is_name_part(part)) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

Checked check_name(const Property& property, std::string_view text) {
  const auto [minimum, maximum] = text_length(property);
  const bool good =
      property.slashes ? is_path(text) : is_name_part(text) && text.size() >= minimum && text.size() <= maximum;
  if (!good) return refuse(property, text, "is not a name");
  return std::string(text);
}

Checked check_text(const Property& property, std::string_view text) {
  const auto [minimum, maximum] = text_length(property);
  const std::size_t length = characters(text);
  if (length < minimum || length > maximum) {
    return refuse(property, text, ("has " + std::to_string(length) + " characters").c_str(), "OutOfRange");
  }
  return std::string(text);
}

Checked check_boolean(const Property& property, std::string_view text) {
  if (text == "true" || text == "1") return std::string("true");
  if (text == "false" || text == "0") return std::string("false");
  return refuse(property, text, "is neither true nor false");
}

Checked check_number(const Property& property, std::string_view text) {
  if (property.or_zero && text == "0") return std::string("0");
  if (parse_number(text, property.minimum, property.maximum)) return std::string(text);
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return refuse(property, text, "is not a whole number");
  if (text.size() > 1 && text[0] == '0') return refuse(property, text, "has a leading zero");
  return refuse(property, text, "is out of range", "OutOfRange");
}

bool is_word(const Property& property, std::string_view text) {
  return std::find(property.words.begin(), property.words.end(), text) != property.words.end();
}

std::string words_of(const Property& property) {
  std::string words;
  for (const std::string_view word : property.words) words += (words.empty() ? "" : ", ") + std::string(word);
  return words;
}

Checked check_asn(const Property& property, std::string_view text) {
  if (is_word(property, text)) return std::string(text);
  if (auto asn = Asn::parse(text)) return asn->to_string();
  const bool number = parse_number(text, 0, UINT64_MAX).has_value();
  return refuse(property, text, "is not an AS number that can be used", number ? "OutOfRange" : "InvalidValue");
}

// What base refuses, it explains; its messages begin with the quoted text as ours do.
Checked explained(Error error) { return ValueFault{"InvalidValue", std::move(error.message)}; }

Checked check_address(std::string_view text) {
  auto address = IpAddress::parse(text);
  if (!address) return explained(std::move(address).error());
  return address->to_string();
}

Checked check_router_id(const Property& property, std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address || !address->is_v4() || address->is_unspecified()) return refuse(property, text, "is not a router id");
  return address->to_string();
}

Checked check_path(const Property& property, std::string_view text) {
  constexpr std::string_view kOthers = "_.-+@%=:,~/";
  const bool good = text.starts_with('/') && !text.ends_with('/') && text.find("//") == std::string_view::npos &&
                    std::all_of(text.begin(), text.end(), [&](char c) {
                      return is_name_part(std::string_view(&c, 1)) || kOthers.find(c) != std::string_view::npos;
                    });
  if (!good) return refuse(property, text, "is not an absolute path");
  return std::string(text);
}

Checked check_community(std::string_view text) {
  auto community = Community::parse(text);
  if (!community) return explained(std::move(community).error());
  return community->to_string();
}

Checked check_large_community(std::string_view text) {
  auto community = LargeCommunity::parse(text);
  if (!community) return explained(std::move(community).error());
  return community->to_string();
}

Checked check_extended_community(std::string_view text) {
  auto community = ExtendedCommunity::parse(text);
  if (!community) return explained(std::move(community).error());
  return std::move(community->text);
}

Checked check_prefix(std::string_view text) {
  auto prefix = IpPrefix::parse(text);
  if (!prefix) return explained(std::move(prefix).error());
  return prefix->to_string();
}

Checked check_range(std::string_view text) {
  auto range = IpRange::parse(text);
  if (!range) return explained(std::move(range).error());
  // A prefix stays one: it is shown as it was written, without host bits.
  if (const auto prefix = IpPrefix::parse(text)) return IpPrefix{prefix->first(), prefix->length}.to_string();
  return range->to_string();
}

Checked check_mac(std::string_view text) {
  auto mac = MacAddress::parse(text);
  if (!mac) return explained(std::move(mac).error());
  return mac->to_string();
}

Checked check_pci(const Property& property, std::string_view text) {
  constexpr std::string_view kShape = "hhhh:hh:hh.d";
  std::string address(text);
  bool good = text.size() == kShape.size();
  for (std::size_t i = 0; good && i < kShape.size(); ++i) {
    char& c = address[i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (kShape[i] == 'h') {
      good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    } else if (kShape[i] == 'd') {
      good = c >= '0' && c <= '7';
    } else {
      good = c == kShape[i];
    }
  }
  if (!good) return refuse(property, text, "is not a PCI address");
  return address;
}

Checked check_port_place(const Property& property, std::string_view text) {
  constexpr std::uint64_t kLastLink = 255;  // of a PCI function
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (equals == std::string_view::npos || !is_name_part(name) || name.size() > kLongestPart) {
    return refuse(property, text, "is not a port and its place");
  }
  const std::string_view place = text.substr(equals + 1);
  if (const auto mac = MacAddress::parse(place)) return std::string(name) + "=" + mac->to_string();
  const std::size_t slash = place.find('/');
  auto address = check_pci(property, place.substr(0, slash));
  const bool has_link = slash != std::string_view::npos;
  const auto link = has_link ? parse_number(place.substr(slash + 1), 0, kLastLink) : std::optional(std::uint64_t{0});
  if (!address || !link) return refuse(property, text, "is not a port and its place");
  return std::string(name) + "=" + *address + (*link == 0 ? "" : "/" + std::to_string(*link));
}

Checked check_word(const Property& property, std::string_view text) {
  if (is_word(property, text)) return std::string(text);
  return ValueFault{"InvalidValue", quoted(text) + " is not a known word" + did_you_mean(text, property.words)};
}

Checked check_reference(const Property& property, std::string_view text) {
  if (text.empty() || text.size() > kLongestValue || text.find(' ') != std::string_view::npos) {
    return refuse(property, text, "cannot name a resource");
  }
  return std::string(text);
}

Checked check_collapsed(const Property& property, std::string_view text) {
  switch (property.kind) {
    case ValueKind::Name:
      return check_name(property, text);
    case ValueKind::Text:
      return check_text(property, text);
    case ValueKind::Boolean:
      return check_boolean(property, text);
    case ValueKind::Number:
      return check_number(property, text);
    case ValueKind::Asn:
      return check_asn(property, text);
    case ValueKind::IpAddress:
      return check_address(text);
    case ValueKind::RouterId:
      return check_router_id(property, text);
    case ValueKind::IpPrefix:
      return check_prefix(text);
    case ValueKind::IpRange:
      return check_range(text);
    case ValueKind::MacAddress:
      return check_mac(text);
    case ValueKind::PciAddress:
      return check_pci(property, text);
    case ValueKind::PortPlace:
      return check_port_place(property, text);
    case ValueKind::Path:
      return check_path(property, text);
    case ValueKind::Community:
      return check_community(text);
    case ValueKind::LargeCommunity:
      return check_large_community(text);
    case ValueKind::ExtendedCommunity:
      return check_extended_community(text);
    case ValueKind::Enumeration:
      return check_word(property, text);
    case ValueKind::Reference:
      return check_reference(property, text);
  }
  return refuse(property, text, "cannot be checked");
}

}  // namespace

std::pair<std::uint64_t, std::uint64_t> text_length(const Property& property) {
  const bool stated = property.maximum != 0;
  if (property.kind == ValueKind::Text) {
    return {property.minimum, stated ? property.maximum : kLongestText};
  }
  return {stated ? std::max<std::uint64_t>(property.minimum, 1) : 1, stated ? property.maximum : kLongestPart};
}

std::string collapse(std::string_view text) {
  if (is_collapsed(text)) return std::string(text);
  std::string collapsed;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kWhiteSpace);
    if (begin == std::string_view::npos) return collapsed;
    const std::size_t end = std::min(text.find_first_of(kWhiteSpace, begin), text.size());
    if (!collapsed.empty()) collapsed += ' ';
    collapsed += text.substr(begin, end - begin);
    text.remove_prefix(end);
  }
}

Checked check_value(const Property& property, std::string_view text) {
  if (is_without_blanks(text) && text.size() <= kLongestValue) return check_collapsed(property, text);
  const std::string collapsed = collapse(text);
  if (!is_plain(collapsed)) return refuse(property, collapsed, "holds unprintable characters");
  // Messages of base quote the whole text: what is too long to be shown is refused before.
  if (property.kind != ValueKind::Text && collapsed.size() > kLongestValue) {
    return refuse(property, collapsed, "is too long");
  }
  return check_collapsed(property, collapsed);
}

std::string allowed_values(const Property& property) {
  const auto between = [](std::uint64_t minimum, std::uint64_t maximum) {
    return std::to_string(minimum) + "-" + std::to_string(maximum);
  };
  const auto [shortest, longest] = text_length(property);
  switch (property.kind) {
    case ValueKind::Name:
      if (property.slashes) {
        return "names of 1-63 letters, digits, '_', '.' and '-', joined by '/', at most 253 characters in all";
      }
      return between(shortest, longest) + " letters, digits, '_', '.' and '-'";
    case ValueKind::Text:
      return between(shortest, longest) + " characters";
    case ValueKind::Boolean:
      return "true, false";
    case ValueKind::Number:
      return (property.or_zero ? "0 or " : "") + between(property.minimum, property.maximum);
    case ValueKind::Asn:
      return Asn::allowed() + (property.words.empty() ? "" : ", " + words_of(property));
    case ValueKind::IpAddress:
      return "an IPv4 or IPv6 address, as 192.0.2.1 or 2001:db8::1";
    case ValueKind::RouterId:
      return "an IPv4 address other than 0.0.0.0, as 192.0.2.1";
    case ValueKind::IpPrefix:
      return "an address with its prefix length, as 192.0.2.1/24 or 2001:db8::1/64";
    case ValueKind::IpRange:
      return "addresses as 192.0.2.10-192.0.2.20, 192.0.2.0/28 or 192.0.2.1";
    case ValueKind::MacAddress:
      return "six octets, as 02:00:5e:10:00:01";
    case ValueKind::PciAddress:
      return "a PCI address, as 0000:3b:00.1";
    case ValueKind::PortPlace:
      return "a name, '=' and a PCI address, with /1 for its second link, or a MAC address, as Port1=0000:3b:00.1, "
             "Port2=0000:3b:00.1/1 or Port3=02:00:5e:10:00:01";
    case ValueKind::Path:
      return "an absolute path of letters, digits and _.-+@%=:,~ between its slashes, as /etc/portreeve/peer.key";
    case ValueKind::Community:
      return Community::allowed();
    case ValueKind::LargeCommunity:
      return LargeCommunity::allowed();
    case ValueKind::ExtendedCommunity:
      return ExtendedCommunity::allowed();
    case ValueKind::Enumeration:
      return words_of(property);
    case ValueKind::Reference:
      return "the name of a resource of type " + property.referenced_in_words();
  }
  return {};
}

}  // namespace portreeve::dsc
