// Netlink messages as they come from the kernel: several in one datagram, each a header and a body; and the verdict on
// a request, with the kernel's own words (extended ACK). Pure functions over octets.
#pragma once

#include <cstdint>
#include <string>

#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::netlink {

struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  Bytes body;  // behind the header, without padding
};

class MessageReader {
 public:
  explicit MessageReader(Bytes datagram) : rest_(datagram) {}

  bool next();  // false at the end, or when the rest is no message
  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  Bytes rest_;
  Message message_;
  bool good_ = true;
};

// What NLMSG_ERROR (0 is the ACK) and NLMSG_DONE say.
struct Verdict {
  int error = 0;     // errno, positive; 0: done
  std::string text;  // the kernel's explanation, often empty

  friend bool operator==(const Verdict&, const Verdict&) = default;
};
Result<Verdict, Malformed> parse_verdict(const Message& message);

// `doing` in words: "make bridge vSwitch1". The kind is chosen by errno: EEXIST is a Conflict, and so on.
Error refused(const std::string& doing, const Verdict& verdict);

}  // namespace portreeve::netlink
