#include "netlink/request.h"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <string>

namespace portreeve::netlink {

void Request::Free::operator()(nl_msg* message) const { nlmsg_free(message); }

Request::Request(std::uint16_t type, std::uint16_t flags, Bytes header)
    : message_(nlmsg_alloc_simple(type, NLM_F_REQUEST | flags)) {
  good_ = message_ != nullptr;
  append(header);
}
Request::~Request() = default;
Request::Request(Request&& other) noexcept = default;
Request& Request::operator=(Request&& other) noexcept = default;

Request& Request::bytes(int attribute, Bytes value) {
  good_ = good_ && nla_put(message_.get(), attribute, static_cast<int>(value.size()), value.data()) == 0;
  return *this;
}
Request& Request::u8(int attribute, std::uint8_t value) {
  return bytes(attribute, std::as_bytes(std::span(&value, 1)));
}
Request& Request::u16(int attribute, std::uint16_t value) {
  return bytes(attribute, std::as_bytes(std::span(&value, 1)));
}
Request& Request::u32(int attribute, std::uint32_t value) {
  return bytes(attribute, std::as_bytes(std::span(&value, 1)));
}
Request& Request::text(int attribute, std::string_view value) {
  const std::string terminated(value);
  return bytes(attribute, std::as_bytes(std::span(terminated.c_str(), terminated.size() + 1)));
}

Request& Request::append(Bytes header) {
  good_ = good_ && nlmsg_append(message_.get(), const_cast<std::byte*>(header.data()), header.size(), NLMSG_ALIGNTO) ==
                       0;  // libnl copies it
  return *this;
}

void* Request::open(int attribute) {
  nlattr* const place = good_ ? nla_nest_start(message_.get(), attribute) : nullptr;
  if (place == nullptr) good_ = false;
  return place;
}
void Request::close(void* place) {
  if (place != nullptr) nla_nest_end(message_.get(), static_cast<nlattr*>(place));
}

Bytes Request::octets() const {
  const nlmsghdr* const header = nlmsg_hdr(message_.get());
  return std::as_bytes(std::span(reinterpret_cast<const char*>(header), header->nlmsg_len));
}

}  // namespace portreeve::netlink
