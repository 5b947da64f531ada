// A netlink request being built: a message header, the family's fixed header, then attributes. Only what the kernel
// is asked stands here; sending it and reading the answer is request_socket.h's.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/number.h"

struct nl_msg;

namespace portreeve::netlink {

class Request {
 public:
  // `header` is the family's fixed header: ifinfomsg, ifaddrmsg, rtmsg, genlmsghdr.
  template <class Header>
  Request(std::uint16_t type, std::uint16_t flags, const Header& header)
      : Request(type, flags, std::as_bytes(std::span(&header, 1))) {}
  Request(std::uint16_t type, std::uint16_t flags, Bytes header);
  ~Request();
  Request(Request&& other) noexcept;
  Request& operator=(Request&& other) noexcept;

  Request& u8(int attribute, std::uint8_t value);
  Request& u16(int attribute, std::uint16_t value);
  Request& u32(int attribute, std::uint32_t value);
  Request& text(int attribute, std::string_view value);
  Request& bytes(int attribute, Bytes value);
  // A structure that stands before the attributes inside the one that is open.
  template <class Header>
  Request& inner_header(const Header& header) {
    return append(std::as_bytes(std::span(&header, 1)));
  }
  Request& address(int attribute, const IpAddress& value) { return bytes(attribute, value.octets()); }
  Request& mac(int attribute, const MacAddress& value) { return bytes(attribute, value.octets); }
  Request& index(int attribute, IfIndex value) { return u32(attribute, number(value)); }

  // What `fill(Request&)` adds stands inside the attribute.
  template <class Fill>
  Request& nested(int attribute, Fill fill) {
    void* const place = open(attribute);
    fill(*this);
    close(place);
    return *this;
  }

  // False when an attribute did not fit; such a request is not sent.
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] Bytes octets() const;  // the whole message
  [[nodiscard]] nl_msg* message() const { return message_.get(); }

 private:
  struct Free {
    void operator()(nl_msg* message) const;
  };
  Request& append(Bytes header);
  void* open(int attribute);
  void close(void* place);

  std::unique_ptr<nl_msg, Free> message_;
  bool good_ = true;
};

}  // namespace portreeve::netlink
