#include "firmware/bgp/open.h"

#include <algorithm>
#include <array>

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kBgpVersion = 4;
constexpr std::uint8_t kCapabilitiesParameter = 2;
constexpr std::uint8_t kExtendedParameter = 255;  // RFC 9072 §2

// RFC 5492 §5 and the registry it opened; those that this file reads.
enum CapabilityCode : std::uint8_t {
  Multiprotocol = 1,
  RouteRefreshCapability = 2,
  ExtendedNextHop = 5,
  GracefulRestartCapability = 64,
  FourOctetAs = 65,
  AddPath = 69,
  EnhancedRouteRefresh = 70,
};

struct CapabilityName {
  std::uint8_t code;
  const char* name;
};

constexpr std::array<CapabilityName, 18> kCapabilityNames{{{2, "Route refresh"},
                                                           {3, "Outbound route filtering"},
                                                           {5, "Extended next hop"},
                                                           {6, "Extended message"},
                                                           {8, "Multiple labels"},
                                                           {9, "Role"},
                                                           {64, "Graceful restart"},
                                                           {65, "Four-octet AS"},
                                                           {67, "Dynamic capability"},
                                                           {69, "ADD-PATH"},
                                                           {70, "Enhanced route refresh"},
                                                           {71, "Long-lived graceful restart"},
                                                           {73, "FQDN"},
                                                           {74, "BFD strict mode"},
                                                           {75, "Software version"},
                                                           {76, "Paths limit"},
                                                           {77, "Link-local next hop"},
                                                           {128, "Route refresh (before RFC 2918)"}}};

constexpr const char* kIPv4Words = "Multiprotocol IPv4 unicast";
constexpr const char* kIPv6Words = "Multiprotocol IPv6 unicast";

std::string name_of(std::uint8_t code) {
  const auto known = std::find_if(kCapabilityNames.begin(), kCapabilityNames.end(),
                                  [&](const CapabilityName& name) { return name.code == code; });
  return known != kCapabilityNames.end() ? known->name : "Capability " + std::to_string(code);
}

template <class T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

Notification refuse(std::uint8_t code, std::string why, Bytes data = {}) {
  return {ErrorCode::Open, code, data, std::move(why)};
}

// RFC 4724 §3: flags and time, then AFI, SAFI and flags a family.
Result<GracefulRestart, Malformed> read_graceful_restart(Reader& reader) {
  constexpr unsigned kRestarted = 0x8000;
  constexpr unsigned kNotification = 0x4000;
  constexpr unsigned kTime = 0x0FFF;
  constexpr unsigned kForwarding = 0x80;
  GracefulRestart said;
  const unsigned first = reader.u16();
  said.restarted = (first & kRestarted) != 0;
  said.notification = (first & kNotification) != 0;
  said.time = std::chrono::seconds(first & kTime);
  while (reader.remaining() > 0) {
    GracefulRestart::Entry entry;
    entry.family.afi = reader.u16();
    entry.family.safi = reader.u8();
    entry.forwarding_preserved = (reader.u8() & kForwarding) != 0;
    said.families.push_back(entry);
  }
  return reader.finish(std::move(said));
}

// RFC 8950 §4: AFI, SAFI in two octets, and the next hop's AFI, of each family.
bool read_extended_next_hop(Reader& reader, Capabilities& capabilities) {
  while (reader.remaining() > 0) {
    const std::uint16_t afi = reader.u16();
    const std::uint16_t safi = reader.u16();
    const std::uint16_t next_hop = reader.u16();
    if (!reader.good()) return false;
    if (afi == kIPv4Unicast.afi && safi == kIPv4Unicast.safi && next_hop == kIPv6Unicast.afi) {
      capabilities.extended_next_hop = true;
    }
  }
  return true;
}

// One capability's value. False: its length is not one that its RFC allows.
bool read_capability(std::uint8_t code, Bytes value, Capabilities& capabilities) {
  Reader reader(value);
  add_once(capabilities.codes, code);
  switch (code) {
    case Multiprotocol: {  // RFC 4760 §8: AFI, reserved, SAFI
      AddressFamily family;
      family.afi = reader.u16();
      reader.skip(1);
      family.safi = reader.u8();
      if (!reader.finish(family)) return false;
      add_once(capabilities.multiprotocol, family);
      return true;
    }
    case FourOctetAs: {  // RFC 6793 §3
      const auto as = reader.finish(Asn{reader.u32()});
      if (as) capabilities.four_octet_as = *as;
      return as.has_value();
    }
    case GracefulRestartCapability: {
      auto said = read_graceful_restart(reader);
      if (said) capabilities.graceful_restart = std::move(*said);
      return said.has_value();
    }
    case ExtendedNextHop:
      return read_extended_next_hop(reader, capabilities);
    case AddPath:  // RFC 7911 §4: four octets a family
      return value.size() % 4 == 0;
    case RouteRefreshCapability:
      capabilities.route_refresh = true;
      return true;
    case EnhancedRouteRefresh:
      capabilities.enhanced_refresh = true;
      return true;
    default:
      return true;
  }
}

std::optional<Notification> read_capabilities(Bytes parameter, Capabilities& capabilities) {
  Reader reader(parameter);
  while (reader.remaining() > 0) {
    const std::uint8_t code = reader.u8();
    const std::uint8_t length = reader.u8();
    const Bytes value = reader.take(length);
    if (!reader.good()) return refuse(subcode::Open::Unspecific, "a capability overruns its parameter");
    if (!read_capability(code, value, capabilities)) {
      return refuse(subcode::Open::Unspecific,
                    "capability " + std::to_string(code) + " of " + std::to_string(length) + " octets");
    }
  }
  return std::nullopt;
}

// The optional parameters; `extended` (RFC 9072): lengths of two octets.
std::optional<Notification> read_parameters(Reader& reader, bool extended, Capabilities& capabilities) {
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::size_t length = extended ? reader.u16() : reader.u8();
    const Bytes value = reader.take(length);
    if (!reader.good()) break;
    if (type != kCapabilitiesParameter) {
      return refuse(subcode::Open::UnsupportedParameter, "optional parameter " + std::to_string(type));
    }
    if (auto refused = read_capabilities(value, capabilities)) return refused;
  }
  if (!reader.good()) return refuse(subcode::Open::Unspecific, "an optional parameter overruns the message");
  return std::nullopt;
}

std::optional<Notification> read_optional_part(Reader& reader, Capabilities& capabilities) {
  const std::uint8_t length = reader.u8();
  Bytes rest = reader.rest();
  // RFC 9072 §2: a first parameter of type 255 tells the extended form; the one-octet length is then ignored, but is
  // never 0.
  const bool extended = length != 0 && !rest.empty() && rest[0] == std::byte{kExtendedParameter};
  std::size_t stated = length;
  if (extended) {
    Reader prefix(rest);
    prefix.skip(1);
    stated = prefix.u16();
    if (!prefix.good()) return refuse(subcode::Open::Unspecific, "the extended parameter length is cut off");
    rest = prefix.rest();
  }
  if (stated != rest.size()) {
    return refuse(subcode::Open::Unspecific, "the parameters' length is " + std::to_string(stated) + ", " +
                                                 std::to_string(rest.size()) + " octets are there");
  }
  Reader parameters(rest);
  return read_parameters(parameters, extended, capabilities);
}

// One Multiprotocol capability a family (RFC 4760 §8).
void write_multiprotocol(Writer& writer, FamilySet families) {
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    if (!families.has(family)) continue;
    writer.u8(Multiprotocol);
    writer.u8(4);
    writer.u16(unicast(family).afi);
    writer.u8(0);
    writer.u8(unicast(family).safi);
  }
}

// Our addresses stand on `lo` whether or not this process runs, so forwarding is preserved always.
void write_graceful_restart(Writer& writer, const OpenConfig& config) {
  constexpr std::uint16_t kRestarted = 0x8000;
  constexpr std::uint16_t kNotification = 0x4000;
  constexpr std::uint8_t kForwarding = 0x80;
  writer.u8(GracefulRestartCapability);
  const std::size_t length = writer.open_u8();
  const auto time = static_cast<std::uint16_t>(config.restart_time->count());
  writer.u16(static_cast<std::uint16_t>((config.restarted ? kRestarted : 0) | kNotification | time));
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    if (!config.families.has(family)) continue;
    writer.u16(unicast(family).afi);
    writer.u8(unicast(family).safi);
    writer.u8(kForwarding);
  }
  writer.close_u8(length);
}

void write_extended_next_hop(Writer& writer) {
  writer.u8(ExtendedNextHop);
  writer.u8(6);
  writer.u16(kIPv4Unicast.afi);
  writer.u16(kIPv4Unicast.safi);
  writer.u16(kIPv6Unicast.afi);
}

}  // namespace

bool RemoteAs::allows(Asn peer, Asn ours) const {
  switch (rule) {
    case Rule::Exactly:
      return peer == as;
    case Rule::External:
      return peer != ours;
    case Rule::Internal:
      return peer == ours;
  }
  return false;
}

std::string RemoteAs::to_string() const {
  switch (rule) {
    case Rule::Exactly:
      return as.to_string();
    case Rule::External:
      return "external";
    case Rule::Internal:
      return "internal";
  }
  return {};
}

Result<Open, Notification> decode_open(Bytes body) {
  Reader reader(body);
  Open open;
  const std::uint8_t version = reader.u8();
  if (version != kBgpVersion) {
    // RFC 4271 §6.2: the data is the largest version supported.
    constexpr std::array<std::byte, 2> kLargest{std::byte{0}, std::byte{kBgpVersion}};
    return refuse(subcode::Open::UnsupportedVersion, "the peer says version " + std::to_string(version), kLargest);
  }
  open.as = Asn{reader.u16()};
  open.hold_time = reader.u16();
  const std::uint32_t identifier = reader.u32();
  open.router_id = IpAddress::v4(identifier);
  if (auto refused = read_optional_part(reader, open.capabilities)) return std::move(*refused);
  if (!reader.good()) return refuse(subcode::Open::Unspecific, "it is cut off");

  // RFC 6793 §4.1: the capability carries the AS number of a NEW speaker. RFC 7607 §2: AS 0 is nobody's, in either
  // place.
  const bool zero = open.as.value == 0;
  if (open.capabilities.four_octet_as) open.as = *open.capabilities.four_octet_as;
  if (zero || open.as.value == 0) return refuse(subcode::Open::BadPeerAs, "AS 0");
  // RFC 6286 §2.1: an identifier is any number but zero.
  if (identifier == 0) return refuse(subcode::Open::BadIdentifier, "the peer's identifier is 0.0.0.0");
  if (open.hold_time == 1 || open.hold_time == 2) {
    return refuse(subcode::Open::UnacceptableHoldTime,
                  "the peer offers " + std::to_string(open.hold_time) + " s; allowed: 0 or at least 3 s");
  }
  return open;
}

Octets encode_open(const OpenConfig& config) {
  std::array<std::byte, kMessageOctetsMax> buffer{};
  Writer writer(buffer);
  write_header(writer, MessageType::Open, 0);
  writer.u8(kBgpVersion);
  // RFC 6793 §9: AS_TRANS stands for a number that does not fit.
  writer.u16(static_cast<std::uint16_t>(config.local_as.is_two_octet() ? config.local_as.value : Asn::kTrans));
  writer.u16(config.hold_time);
  writer.bytes(config.router_id.octets());
  const std::size_t parameters = writer.open_u8();
  writer.u8(kCapabilitiesParameter);
  const std::size_t capabilities = writer.open_u8();
  write_multiprotocol(writer, config.families);
  writer.u8(RouteRefreshCapability);
  writer.u8(0);
  if (config.extended_next_hop) write_extended_next_hop(writer);
  if (config.restart_time) write_graceful_restart(writer, config);
  writer.u8(FourOctetAs);
  writer.u8(4);
  writer.u32(config.local_as.value);
  writer.u8(EnhancedRouteRefresh);
  writer.u8(0);
  writer.close_u8(capabilities);
  writer.close_u8(parameters);
  writer.patch_u16(kMarkerOctets, static_cast<std::uint16_t>(writer.size()));
  const Bytes message = writer.written();
  return {message.begin(), message.end()};
}

std::chrono::seconds keepalive_time(std::chrono::seconds hold_time,
                                    const std::optional<std::chrono::seconds>& configured) {
  const std::chrono::seconds third = hold_time / 3;
  return configured ? std::min(third, *configured) : third;
}

Result<Negotiated, Notification> negotiate(const OpenConfig& config, const Open& open) {
  if (!config.remote_as.allows(open.as, config.local_as)) {
    return refuse(subcode::Open::BadPeerAs,
                  "the peer says AS " + open.as.to_string() + ", " + config.remote_as.to_string() + " is configured");
  }
  const bool internal = open.as == config.local_as;
  if (internal && open.router_id == config.router_id) {
    return refuse(subcode::Open::BadIdentifier, "the peer's identifier is our own, " + open.router_id.to_string());
  }
  const Capabilities& theirs = open.capabilities;
  FamilySet offered{theirs.multiprotocol.empty(), false};
  for (const AddressFamily& family : theirs.multiprotocol) {
    offered.ipv4 = offered.ipv4 || family == kIPv4Unicast;
    offered.ipv6 = offered.ipv6 || family == kIPv6Unicast;
  }
  Negotiated agreed;
  agreed.families = config.families & offered;
  if (agreed.families.empty()) {
    // RFC 5492 §3: the data is the capabilities that are missing.
    std::array<std::byte, 16> missing{};
    Writer writer(missing);
    write_multiprotocol(writer, config.families);
    return refuse(subcode::Open::UnsupportedCapability, "no address family in common", writer.written());
  }
  agreed.hold_time = std::chrono::seconds(std::min(config.hold_time, open.hold_time));
  agreed.keepalive_time = keepalive_time(agreed.hold_time, config.keepalive_time);
  agreed.internal = internal;
  agreed.four_octet_as = theirs.four_octet_as.has_value();
  agreed.route_refresh = theirs.route_refresh;
  agreed.enhanced_refresh = theirs.enhanced_refresh;
  agreed.extended_next_hop = config.extended_next_hop && theirs.extended_next_hop;
  agreed.graceful_restart = config.restart_time && theirs.graceful_restart;
  agreed.graceful_notification = agreed.graceful_restart && theirs.graceful_restart->notification;
  agreed.peer_restarts = agreed.graceful_restart && !theirs.graceful_restart->families.empty();
  agreed.remote_as = open.as;
  agreed.remote_router_id = open.router_id;
  return agreed;
}

std::vector<std::string> describe(const Capabilities& capabilities) {
  std::vector<std::string> words;
  for (const AddressFamily& family : capabilities.multiprotocol) {
    if (family == kIPv4Unicast || family == kIPv6Unicast) {
      words.emplace_back(family == kIPv4Unicast ? kIPv4Words : kIPv6Words);
    } else {
      words.push_back("Multiprotocol AFI " + std::to_string(family.afi) + " SAFI " + std::to_string(family.safi));
    }
  }
  for (const std::uint8_t code : capabilities.codes) {
    if (code == Multiprotocol) continue;
    std::string word = name_of(code);
    if (code == FourOctetAs && capabilities.four_octet_as) {
      word += " (" + capabilities.four_octet_as->to_string() + ")";
    } else if (code == GracefulRestartCapability && capabilities.graceful_restart) {
      word += " (" + std::to_string(capabilities.graceful_restart->time.count()) + " s)";
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> describe(const Negotiated& agreed) {
  std::vector<std::string> words;
  if (agreed.families.ipv4) words.emplace_back(kIPv4Words);
  if (agreed.families.ipv6) words.emplace_back(kIPv6Words);
  if (agreed.route_refresh) words.push_back(name_of(RouteRefreshCapability));
  if (agreed.enhanced_refresh) words.push_back(name_of(EnhancedRouteRefresh));
  if (agreed.extended_next_hop) words.push_back(name_of(ExtendedNextHop));
  if (agreed.four_octet_as) words.push_back(name_of(FourOctetAs));
  if (agreed.graceful_restart) {
    words.push_back(name_of(GracefulRestartCapability) + (agreed.graceful_notification ? " with NOTIFICATION" : ""));
  }
  return words;
}

}  // namespace portreeve::bgp
