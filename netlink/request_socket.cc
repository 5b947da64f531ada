#include "netlink/request_socket.h"

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <cerrno>

#include "netlink/receive.h"

namespace portreeve::netlink {
namespace {

// The kernel fills no more than 32 KiB a datagram of a dump; a link with 256 virtual functions takes 60.
constexpr std::size_t kLargestDatagram = 81920;
// A dump of 1,000 links takes a few milliseconds; changes that hit it so often in a row do not end by trying.
constexpr int kMostDumps = 100;

Error unreadable(const std::string& doing) {
  return {ErrorKind::Failed, "cannot " + doing + ": the kernel's answer cannot be read"};
}

}  // namespace

void FreeSocket::operator()(nl_sock* socket) const { nl_socket_free(socket); }

Result<RequestSocket> RequestSocket::open(int protocol) {
  RequestSocket opened{SocketPointer(nl_socket_alloc())};
  nl_sock* const socket = opened.socket_.get();
  if (socket == nullptr) return Error{ErrorKind::Exhausted, "cannot open a netlink socket: out of memory"};
  if (const int error = nl_connect(socket, protocol); error < 0) {
    return Error{ErrorKind::Failed, std::string("cannot open a netlink socket: ") + nl_geterror(error)};
  }
  nl_socket_set_nonblocking(socket);
  nl_socket_set_msg_buf_size(socket, kLargestDatagram);
  // Without the first the kernel would ignore the filters of dumps, without the second it tells no reasons, without
  // the third each refusal would carry the whole request.
  const int descriptor = nl_socket_get_fd(socket);
  constexpr int kOn = 1;
  for (const int option : {NETLINK_GET_STRICT_CHK, NETLINK_EXT_ACK, NETLINK_CAP_ACK}) {
    if (setsockopt(descriptor, SOL_NETLINK, option, &kOn, sizeof kOn) != 0) {
      return system_error("cannot set an option of a netlink socket", errno);
    }
  }
  return opened;
}

int RequestSocket::descriptor() const { return nl_socket_get_fd(socket_.get()); }

std::uint64_t RequestSocket::network_namespace() const {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  return getsockopt(descriptor(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : 0;
}

Result<> RequestSocket::change(Request request, const std::string& doing) {
  ++changes_;
  PORTREEVE_TRY([[maybe_unused]] const bool whole, exchange(request, doing, [](const Message&) { return true; }));
  return {};
}

Result<> RequestSocket::repeat(Request& request, const std::string& doing, const std::function<void()>& restart,
                               const Visit& visit) {
  for (int tries = 0; tries < kMostDumps; ++tries) {
    restart();
    PORTREEVE_TRY(const bool whole, exchange(request, doing, visit));
    if (whole) return {};
  }
  return Error{ErrorKind::Busy, "cannot " + doing + ": it changes faster than it can be read"};
}

// True when all of the answer came; false when the kernel says that it changed meanwhile.
Result<bool> RequestSocket::exchange(Request& request, const std::string& doing, const Visit& visit) {
  if (!request.good()) return Error{ErrorKind::InvalidArgument, "cannot " + doing + ": a value is too long"};
  // A number of its own for each sending, so that the rest of an answer given up is not taken for the next one's.
  nl_msg* const message = request.message();
  nlmsg_hdr(message)->nlmsg_seq = nl_socket_use_seq(socket_.get());
  nl_complete_msg(socket_.get(), message);
  const std::uint32_t sequence = nlmsg_hdr(message)->nlmsg_seq;
  if (const int error = nl_send(socket_.get(), message); error < 0) {
    return Error{ErrorKind::Failed, "cannot " + doing + ": " + nl_geterror(error)};
  }

  bool whole = true;
  while (true) {
    const Datagram datagram = receive(socket_.get());
    if (datagram.error != 0) {
      return Error{ErrorKind::Failed,
                   "cannot " + doing + ": no answer from the kernel: " + nl_geterror(datagram.error)};
    }
    MessageReader reader(datagram.octets);
    while (reader.next()) {
      const Message& answer = reader.message();
      if (answer.sequence != sequence) continue;
      whole = whole && (answer.flags & NLM_F_DUMP_INTR) == 0;
      if (answer.type == NLMSG_ERROR || answer.type == NLMSG_DONE) {
        const auto verdict = parse_verdict(answer);
        if (!verdict) return unreadable(doing);
        if (verdict->error != 0) return refused(doing, *verdict);
        return whole;
      }
      if (answer.type == NLMSG_NOOP) continue;
      if (!visit(answer))
        log_warning("netlink: " + doing + ": a message from the kernel cannot be read and is left out");
    }
    if (!reader.good()) return unreadable(doing);
  }
}

}  // namespace portreeve::netlink
