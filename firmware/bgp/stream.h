// The two octet streams of a connection as values: what has been received and is not yet a whole message, and what is
// to be written. Both are plain data, so a connection can be stored at any octet of either (DESIGN, decision 3).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "firmware/bgp/message.h"
#include "firmware/bgp/notification.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

// Splits what arrives into messages. Never holds more than one message less an octet.
class Inbox {
 public:
  // Takes the octets that were received and calls `take(MessageType, Bytes body) -> bool` for each whole message in
  // turn, until it says false: what is behind is then left in `rest`. An unsound header ends it with the NOTIFICATION
  // to send.
  template <class Take>
  std::optional<Notification> feed(Bytes received, Take take, Bytes* rest = nullptr);

  [[nodiscard]] Bytes unfinished() const { return Bytes(partial_).first(held_); }
  void clear() { held_ = 0; }

  void store(Octets& octets) const;
  static Result<Inbox, Malformed> restore(Bytes octets);

 private:
  // Judges a message's beginning; a length of 0 means that the header is not whole yet.
  static Result<Header, Notification> judge(Bytes beginning);
  void hold(Bytes octets);

  std::array<std::byte, kMessageOctetsMax> partial_{};
  std::size_t held_ = 0;
};

// Whole UPDATEs, back to back, built once and shared by all sessions that they are for (DESIGN, decision 4). The marks
// around a table sent once more (RFC 7313) come as chunks of their own, as they must keep their place among UPDATEs.
struct UpdateChunk {
  Octets octets;
  std::uint32_t messages = 0;       // UPDATEs
  std::uint32_t refresh_marks = 0;  // ROUTE-REFRESHes
  std::uint32_t announced = 0;
  std::uint32_t withdrawn = 0;
};

// What is to be written. OPEN, KEEPALIVE, NOTIFICATION and ROUTE-REFRESH overtake every UPDATE that has not begun; of
// UPDATEs there is never more than one chunk, so that what waits for a slow peer is not yet built.
class Outbox {
 public:
  void push(Bytes message);
  void push(std::shared_ptr<const UpdateChunk> chunk);  // only when !has_updates()

  // What to write next, up to where something else may have to go in between; empty: nothing waits.
  [[nodiscard]] Bytes next() const;
  void wrote(std::size_t octets);

  [[nodiscard]] bool empty() const { return !has_updates() && control_at_ == control_.size(); }
  [[nodiscard]] bool has_updates() const { return chunk_ != nullptr; }

  // Gives away what must still be written before the connection may end: the rest of the message that has begun, and
  // the messages that overtake. The UPDATEs behind are forgotten.
  Octets last_words();

  // What has not been written yet, a chunk that is shared by value.
  void store(Octets& octets) const;
  static Result<Outbox, Malformed> restore(Bytes octets);

 private:
  Octets control_;
  std::size_t control_at_ = 0;
  std::shared_ptr<const UpdateChunk> chunk_;
  std::size_t chunk_at_ = 0;
  std::size_t begun_until_ = 0;  // end of the last UPDATE of the chunk that has begun; chunk_at_ where it is whole
};

template <class Take>
std::optional<Notification> Inbox::feed(Bytes received, Take take, Bytes* rest) {
  if (rest != nullptr) *rest = {};
  while (!received.empty()) {
    // A message that lies whole in what was received is handed on in place; only a broken one is copied.
    if (held_ == 0) {
      const auto header = judge(received);
      if (!header) return header.error();
      if (header->length == 0 || header->length > received.size()) {
        hold(received);
        return std::nullopt;
      }
      const Bytes body = received.subspan(kHeaderOctets, header->length - kHeaderOctets);
      received = received.subspan(header->length);
      if (take(header->type, body)) continue;
      if (rest != nullptr) *rest = received;
      return std::nullopt;
    }
    auto header = judge(unfinished());
    if (!header) return header.error();
    const std::size_t wanted = (header->length == 0 ? kHeaderOctets : header->length) - held_;
    const std::size_t now = std::min(wanted, received.size());
    hold(received.first(now));
    received = received.subspan(now);
    header = judge(unfinished());
    if (!header) return header.error();
    if (header->length == 0 || held_ < header->length) continue;
    const std::size_t length = std::exchange(held_, 0);
    if (take(header->type, Bytes(partial_).subspan(kHeaderOctets, length - kHeaderOctets))) continue;
    if (rest != nullptr) *rest = received;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace portreeve::bgp
