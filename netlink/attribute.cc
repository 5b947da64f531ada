#include "netlink/attribute.h"

#include <linux/netlink.h>

#include <algorithm>

namespace portreeve::netlink {

bool AttributeReader::next() {
  at_ = next_at_;
  if (!good_ || rest_.empty()) return false;
  const auto header = host_value<nlattr>(rest_);
  if (rest_.size() < sizeof(nlattr) || header.nla_len < sizeof(nlattr) || header.nla_len > rest_.size()) {
    good_ = false;
    return false;
  }
  type_ = header.nla_type & NLA_TYPE_MASK;
  payload_ = rest_.first(header.nla_len).subspan(sizeof(nlattr));
  // The padding of the last one may be missing.
  const std::size_t padded = std::min<std::size_t>(NLA_ALIGN(header.nla_len), rest_.size());
  rest_ = rest_.subspan(padded);
  next_at_ += padded;
  return true;
}

template <class T>
T AttributeReader::number() {
  if (payload_.size() < sizeof(T)) good_ = false;
  return host_value<T>(payload_);
}
template std::uint8_t AttributeReader::number();
template std::uint16_t AttributeReader::number();
template std::uint32_t AttributeReader::number();

std::string AttributeReader::text() {
  const std::string_view all = as_text(payload_);
  return std::string(all.substr(0, all.find('\0')));
}

IpAddress AttributeReader::address() {
  const auto address = IpAddress::from_octets(payload_);
  if (!address) good_ = false;
  return address.value_or(IpAddress());
}

}  // namespace portreeve::netlink
