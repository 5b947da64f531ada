#include "netlink/message.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hal/base/text.h"
#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

ErrorKind kind_of(int number) {
  switch (number) {
    case EEXIST:
      return ErrorKind::Conflict;
    case ENODEV:
    case ENOENT:
    case ESRCH:
    case EADDRNOTAVAIL:
      return ErrorKind::NotFound;
    case EOPNOTSUPP:
      return ErrorKind::NotSupported;
    case EBUSY:
      return ErrorKind::Busy;
    case ENOBUFS:
    case ENOMEM:
      return ErrorKind::Exhausted;
    default:
      return ErrorKind::Failed;
  }
}

}  // namespace

bool MessageReader::next() {
  if (!good_ || rest_.empty()) return false;
  const auto header = host_value<nlmsghdr>(rest_);
  if (rest_.size() < sizeof(nlmsghdr) || header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > rest_.size()) {
    good_ = false;
    return false;
  }
  message_ = {header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq,
              rest_.first(header.nlmsg_len).subspan(sizeof(nlmsghdr))};
  rest_ = rest_.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest_.size()));
  return true;
}

Result<Verdict, Malformed> parse_verdict(const Message& message) {
  if (message.body.size() < sizeof(int)) return Malformed{0};
  // The kernel's errors are negative, and small (MAX_ERRNO).
  const int number = host_value<int>(message.body);
  if (number > 0 || number < -4095) return Malformed{0};
  Verdict verdict{-number, ""};
  std::size_t attributes_at = sizeof(int);
  if (message.type == NLMSG_ERROR) {
    // The request's header follows, and all of the request unless the kernel was told to cap it (NETLINK_CAP_ACK).
    const auto request = host_value<nlmsghdr>(message.body.subspan(sizeof(int)));
    const bool capped = (message.flags & NLM_F_CAPPED) != 0;
    attributes_at += capped ? sizeof(nlmsghdr) : NLMSG_ALIGN(std::size_t{request.nlmsg_len});
  }
  if ((message.flags & NLM_F_ACK_TLVS) == 0) return verdict;
  if (attributes_at > message.body.size()) return Malformed{message.body.size()};
  AttributeReader attributes(message.body.subspan(attributes_at));
  while (attributes.next()) {
    if (attributes.type() == NLMSGERR_ATTR_MSG) verdict.text = attributes.text();
  }
  return attributes.finish(verdict);
}

Error refused(const std::string& doing, const Verdict& verdict) {
  std::string message = "cannot " + doing + ": " + std::strerror(verdict.error);
  if (!verdict.text.empty()) message += " (" + printable(verdict.text) + ")";
  if (verdict.error == EPERM) message += "; the daemon needs CAP_NET_ADMIN";
  return {kind_of(verdict.error), message};
}

}  // namespace portreeve::netlink
