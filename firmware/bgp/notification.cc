#include "firmware/bgp/notification.h"

#include <algorithm>
#include <array>
#include <span>

#include "firmware/bgp/message.h"
#include "hal/base/text.h"

namespace portreeve::bgp {
namespace {

struct Words {
  std::uint8_t number;
  const char* text;
};

constexpr std::array<Words, 8> kCodes{{{1, "Message Header Error"},
                                       {2, "Open Message Error"},
                                       {3, "Update Message Error"},
                                       {4, "Hold Timer Expired"},
                                       {5, "Finite State Machine Error"},
                                       {6, "Cease"},
                                       {7, "Route Refresh Error"},
                                       {8, "Send Hold Timer Expired"}}};

constexpr std::array<Words, 3> kHeader{
    {{1, "Connection Not Synchronized"}, {2, "Bad Message Length"}, {3, "Bad Message Type"}}};

constexpr std::array<Words, 8> kOpen{{{1, "Unsupported Version Number"},
                                      {2, "Bad Peer AS"},
                                      {3, "Bad BGP Identifier"},
                                      {4, "Unsupported Optional Parameter"},
                                      {5, "Authentication Failure"},
                                      {6, "Unacceptable Hold Time"},
                                      {7, "Unsupported Capability"},
                                      {11, "Role Mismatch"}}};

constexpr std::array<Words, 11> kUpdate{{{1, "Malformed Attribute List"},
                                         {2, "Unrecognized Well-known Attribute"},
                                         {3, "Missing Well-known Attribute"},
                                         {4, "Attribute Flags Error"},
                                         {5, "Attribute Length Error"},
                                         {6, "Invalid ORIGIN Attribute"},
                                         {7, "AS Routing Loop"},
                                         {8, "Invalid NEXT_HOP Attribute"},
                                         {9, "Optional Attribute Error"},
                                         {10, "Invalid Network Field"},
                                         {11, "Malformed AS_PATH"}}};

// RFC 6608 §3.
constexpr std::array<Words, 3> kStateMachine{{{1, "Unexpected Message in OpenSent State"},
                                              {2, "Unexpected Message in OpenConfirm State"},
                                              {3, "Unexpected Message in Established State"}}};

// RFC 4486 §3, RFC 8538 §3, RFC 9384.
constexpr std::array<Words, 10> kCease{{{1, "Maximum Number of Prefixes Reached"},
                                        {2, "Administrative Shutdown"},
                                        {3, "Peer De-configured"},
                                        {4, "Administrative Reset"},
                                        {5, "Connection Rejected"},
                                        {6, "Other Configuration Change"},
                                        {7, "Connection Collision Resolution"},
                                        {8, "Out of Resources"},
                                        {9, "Hard Reset"},
                                        {10, "BFD Down"}}};

constexpr std::array<Words, 1> kRouteRefresh{{{1, "Invalid Message Length"}}};

std::span<const Words> subcodes_of(std::uint8_t code) {
  switch (static_cast<ErrorCode>(code)) {
    case ErrorCode::MessageHeader:
      return kHeader;
    case ErrorCode::Open:
      return kOpen;
    case ErrorCode::Update:
      return kUpdate;
    case ErrorCode::StateMachine:
      return kStateMachine;
    case ErrorCode::Cease:
      return kCease;
    case ErrorCode::RouteRefresh:
      return kRouteRefresh;
    case ErrorCode::HoldTimerExpired:
    case ErrorCode::SendHoldTimerExpired:
      return {};
  }
  return {};
}

const char* find(std::span<const Words> words, std::uint8_t number) {
  const auto at = std::find_if(words.begin(), words.end(), [&](const Words& w) { return w.number == number; });
  return at == words.end() ? nullptr : at->text;
}

std::string name(std::uint8_t code, std::uint8_t subcode) {
  const char* code_words = find(kCodes, code);
  std::string text = code_words != nullptr ? code_words : "error code " + std::to_string(code);
  if (const char* words = find(subcodes_of(code), subcode)) {
    text += std::string(": ") + words;
  } else if (subcode != 0) {
    text += ": subcode " + std::to_string(subcode);
  }
  return text;
}

// RFC 9003 §2: one octet of length, then UTF-8. What does not fit that shape is not shown as text.
std::string shutdown_communication(Bytes data) {
  Reader reader(data);
  const std::uint8_t length = reader.u8();
  const auto text = reader.finish(reader.take(length));
  if (!text || text->empty()) return {};
  return ": \"" + printable(as_text(*text)) + "\"";
}

// What a Cease says beyond its name.
std::string cease_details(std::uint8_t subcode, Bytes data) {
  if (subcode == subcode::AdministrativeShutdown || subcode == subcode::AdministrativeReset) {
    return shutdown_communication(data);
  }
  if (subcode != subcode::HardReset || data.size() < 2) return {};
  // RFC 8538 §3.1: the NOTIFICATION that would have been sent is in the data.
  const auto code = std::to_integer<std::uint8_t>(data[0]);
  const auto inner = std::to_integer<std::uint8_t>(data[1]);
  const bool is_cease = code == static_cast<std::uint8_t>(ErrorCode::Cease) && inner != subcode::HardReset;
  return " (" + name(code, inner) + (is_cease ? cease_details(inner, data.subspan(2)) : "") + ")";
}

}  // namespace

Notification administrative_cease(subcode::Cease subcode, std::string_view text) {
  constexpr std::size_t kTextMost = 255;
  if (text.size() > kTextMost) {
    std::size_t end = kTextMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end);
  }
  Octets data;
  if (!text.empty()) {
    data.push_back(static_cast<std::byte>(text.size()));
    const Bytes octets = as_bytes(text);
    data.insert(data.end(), octets.begin(), octets.end());
  }
  return {ErrorCode::Cease, subcode, data};
}

Result<Notification, Malformed> decode_notification(Bytes body) {
  Reader reader(body);
  Notification notification;
  notification.code = reader.u8();
  notification.subcode = reader.u8();
  const Bytes data = reader.rest();
  notification.data.assign(data.begin(), data.end());
  return reader.finish(std::move(notification));
}

Octets encode_notification(const Notification& notification) {
  constexpr std::size_t kFixed = kHeaderOctets + 2;
  const Bytes data = Bytes(notification.data).first(std::min(notification.data.size(), kMessageOctetsMax - kFixed));
  Octets message(kFixed + data.size());
  Writer writer(message);
  write_header(writer, MessageType::Notification, static_cast<std::uint16_t>(message.size()));
  writer.u8(notification.code);
  writer.u8(notification.subcode);
  writer.bytes(data);
  return message;
}

std::string describe(const Notification& notification) {
  std::string text = name(notification.code, notification.subcode);
  if (notification.is(ErrorCode::Cease)) text += cease_details(notification.subcode, notification.data);
  if (!notification.why.empty()) text += " (" + notification.why + ")";
  return text;
}

}  // namespace portreeve::bgp
