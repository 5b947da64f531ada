// NOTIFICATION (RFC 4271 §4.5, §6): why a session ends, as a value. What a check of the codec or of the session engine
// finds wrong is returned as the NOTIFICATION to send; what the peer sent is the same type.
//
// Also here: codes and subcodes in words (RFC 4271, 4486, 6608, 7313, 8538, 9003, 9384, 9687).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

using Octets = std::vector<std::byte>;

// The error codes of RFC 4271 §4.5, RFC 7313 and RFC 9687.
enum class ErrorCode : std::uint8_t {
  MessageHeader = 1,
  Open = 2,
  Update = 3,
  HoldTimerExpired = 4,
  StateMachine = 5,
  Cease = 6,
  RouteRefresh = 7,
  SendHoldTimerExpired = 8,
};

// Subcodes that this speaker sends, grouped by their code; each group is a plain enum so that it fits the octet.
namespace subcode {
enum Header : std::uint8_t { NotSynchronized = 1, BadMessageLength = 2, BadMessageType = 3 };
enum Open : std::uint8_t {
  Unspecific = 0,
  UnsupportedVersion = 1,
  BadPeerAs = 2,
  BadIdentifier = 3,
  UnsupportedParameter = 4,
  UnacceptableHoldTime = 6,
  UnsupportedCapability = 7,
};
enum Update : std::uint8_t {
  MalformedAttributeList = 1,
  UnrecognizedWellKnown = 2,
  MissingWellKnown = 3,
  AttributeFlags = 4,
  AttributeLength = 5,
  InvalidOrigin = 6,
  InvalidNextHop = 8,
  OptionalAttribute = 9,
  InvalidNetworkField = 10,
  MalformedAsPath = 11,
};
enum RouteRefresh : std::uint8_t { InvalidMessageLength = 1 };
// RFC 4486, RFC 8538, RFC 9384.
enum Cease : std::uint8_t {
  MaximumPrefixes = 1,
  AdministrativeShutdown = 2,
  PeerDeconfigured = 3,
  AdministrativeReset = 4,
  ConnectionRejected = 5,
  OtherConfigurationChange = 6,
  ConnectionCollision = 7,
  OutOfResources = 8,
  HardReset = 9,
  BfdDown = 10,
};
}  // namespace subcode

struct Notification {
  std::uint8_t code = 0;
  std::uint8_t subcode = 0;
  Octets data;
  std::string why;  // what exactly was met, for our own log and status; never sent

  Notification() = default;
  Notification(ErrorCode error, std::uint8_t sub, Bytes octets = {}, std::string explanation = {})
      : code(static_cast<std::uint8_t>(error)),
        subcode(sub),
        data(octets.begin(), octets.end()),
        why(std::move(explanation)) {}

  [[nodiscard]] bool is(ErrorCode error) const { return code == static_cast<std::uint8_t>(error); }
};

// Cease/2 or /4 with a text for the peer's operator (RFC 9003 §2): UTF-8, cut at 255 octets between characters.
Notification administrative_cease(subcode::Cease subcode, std::string_view text);

// The body of a received NOTIFICATION. Needs two octets, which the header check has made sure of.
Result<Notification, Malformed> decode_notification(Bytes body);

// The whole message; data beyond the largest message is cut.
Octets encode_notification(const Notification& notification);

// "Cease: Administrative Shutdown: \"maintenance\"", "Hold Timer Expired", "Open Message Error: Bad Peer AS (the peer
// says AS 65001, 64512 is configured)". Text of the peer is made printable.
std::string describe(const Notification& notification);

}  // namespace portreeve::bgp
