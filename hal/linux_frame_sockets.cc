#include "hal/linux_frame_sockets.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace portreeve::hal {
namespace {

namespace asio = boost::asio;

// Frames read in one turn of the loop.
constexpr int kFramesATurn = 64;
// The largest MTU of a switch (9216) and an Ethernet header fit; longer frames are cut.
constexpr std::size_t kLargestFrame = 16384;

// The descriptor and its callbacks. Handlers in flight hold it, so it outlives its owner; `close` ends all calls.
class PacketSocket : public std::enable_shared_from_this<PacketSocket> {
 public:
  PacketSocket(asio::io_context& context, Worker& closer, std::function<void(Bytes)> received,
               std::function<void(Error)> failed)
      : descriptor_(context), closer_(closer), received_(std::move(received)), failed_(std::move(failed)) {}

  Result<> open(IfIndex interface, std::uint16_t ether_type, std::span<const FilterInstruction> filter);
  void wait();
  void close();
  Result<> send(Bytes frame);

 private:
  void woken(const boost::system::error_code& error);
  void drain();
  void fail(int error);
  [[nodiscard]] bool interface_has_gone() const;

  asio::posix::stream_descriptor descriptor_;
  Worker& closer_;
  std::function<void(Bytes)> received_;
  std::function<void(Error)> failed_;
  bool closed_ = false;
};

// A network card may take the VLAN tag off before the filter sees the frame, which then looks untagged: the kernel
// remembers that there was one, and such frames are of another network.
std::vector<sock_filter> program(std::span<const FilterInstruction> filter) {
  std::vector<sock_filter> all = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  for (const FilterInstruction& i : filter) all.push_back({i.code, i.jump_true, i.jump_false, i.value});
  if (filter.empty()) all.push_back(BPF_STMT(BPF_RET | BPF_K, UINT32_MAX));
  return all;
}

Result<> PacketSocket::open(IfIndex interface, std::uint16_t ether_type, std::span<const FilterInstruction> filter) {
  // Protocol 0 receives nothing: not one frame comes before the filter is in place and the interface chosen.
  const int number = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (number < 0) return system_error("cannot open a packet socket (the daemon needs CAP_NET_RAW)", errno);
  boost::system::error_code error;
  descriptor_.assign(number, error);
  if (error) {
    ::close(number);
    return Error{ErrorKind::Failed, "cannot wait for frames: " + error.message()};
  }
  auto instructions = program(filter);
  const sock_fprog attached{static_cast<unsigned short>(instructions.size()), instructions.data()};
  if (setsockopt(number, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) != 0) {
    return system_error("cannot set the filter of a packet socket", errno);
  }
  constexpr int kOn = 1;
  if (setsockopt(number, SOL_PACKET, PACKET_IGNORE_OUTGOING, &kOn, sizeof kOn) != 0) {
    return system_error("cannot set up a packet socket", errno);
  }
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ether_type);
  address.sll_ifindex = static_cast<int>(portreeve::number(interface));
  if (bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Error failure =
        system_error("cannot receive frames from interface " + std::to_string(portreeve::number(interface)), errno);
    if (errno == ENODEV) failure.kind = ErrorKind::NotFound;
    return failure;
  }
  return {};
}

void PacketSocket::wait() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) { self->woken(error); });
}

void PacketSocket::close() {
  if (std::exchange(closed_, true)) return;
  closer_.run([number = descriptor_.release()] { ::close(number); }, [] {});
}

void PacketSocket::woken(const boost::system::error_code& error) {
  if (closed_ || error) return;
  drain();
  if (!closed_) wait();
}

void PacketSocket::drain() {
  std::array<std::byte, kLargestFrame> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): 16 KiB a wake-up
  for (int read = 0; read < kFramesATurn && !closed_; ++read) {
    const ssize_t length = recv(descriptor_.native_handle(), buffer.data(), buffer.size(), 0);
    if (length >= 0) {
      received_(Bytes(buffer).first(static_cast<std::size_t>(length)));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno == ENETDOWN && !interface_has_gone()) {
      continue;  // set down; the kernel goes on by itself when it is set up again
    } else if (errno != EINTR) {
      fail(errno);
      return;
    }
  }
}

// The kernel unbinds the socket from an interface that is removed.
bool PacketSocket::interface_has_gone() const {
  sockaddr_ll address{};
  socklen_t length = sizeof address;
  const int number = const_cast<asio::posix::stream_descriptor&>(descriptor_).native_handle();
  return getsockname(number, reinterpret_cast<sockaddr*>(&address), &length) != 0 || address.sll_ifindex <= 0;
}

void PacketSocket::fail(int error) {
  const auto failed = std::exchange(failed_, nullptr);
  close();
  if (failed) failed(system_error("no more frames can be received", error));
}

Result<> PacketSocket::send(Bytes frame) {
  if (closed_) return Error{ErrorKind::NotReady, "cannot send a frame: the interface has gone"};
  if (::send(descriptor_.native_handle(), frame.data(), frame.size(), MSG_NOSIGNAL) >= 0) return {};
  Error failure = system_error("cannot send a frame", errno);
  if (errno == EAGAIN || errno == ENOBUFS) failure.kind = ErrorKind::Busy;
  if (errno == ENETDOWN || errno == ENXIO) failure.kind = ErrorKind::NotReady;
  return failure;
}

class Handle : public FrameSocket {
 public:
  explicit Handle(std::shared_ptr<PacketSocket> socket) : socket_(std::move(socket)) {}
  ~Handle() override { socket_->close(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Result<> send(Bytes frame) override { return socket_->send(frame); }

 private:
  std::shared_ptr<PacketSocket> socket_;
};

}  // namespace

Result<std::unique_ptr<FrameSocket>> LinuxFrameSockets::open(IfIndex interface, std::uint16_t ether_type,
                                                             std::span<const FilterInstruction> filter,
                                                             std::function<void(Bytes)> received,
                                                             std::function<void(Error)> failed) {
  auto socket = std::make_shared<PacketSocket>(context_, closer_, std::move(received), std::move(failed));
  PORTREEVE_TRY_VOID(socket->open(interface, ether_type, filter));
  socket->wait();
  return std::unique_ptr<FrameSocket>(std::make_unique<Handle>(std::move(socket)));
}

}  // namespace portreeve::hal
