// The UDP sockets of BFD (RFC 5881, RFC 5883): options, ports and ancillary data in one place.
//
// A Receiver is a port where packets come in, shared by all sessions of its kind, family and interface. A Sender is one
// session's own: its source port is the session's, and no other's (RFC 5881 §4). Neither ever blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "firmware/bfd/descriptor.h"
#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"
#include "hal/base/result.h"

namespace portreeve::bfd {

constexpr std::uint16_t kSingleHopPort = 3784;  // RFC 5881 §4
constexpr std::uint16_t kMultihopPort = 4784;   // RFC 5883 §5
constexpr std::uint16_t kFirstSourcePort = 49152;
constexpr std::uint16_t kLastSourcePort = 65535;
constexpr int kMaximumTtl = 255;

// Valid until the next batch is read.
struct Datagram {
  Bytes payload;
  IpAddress source;
  IpAddress destination;
  int ttl = -1;  // as it arrived; -1: the kernel did not say
};

// Where packets come in: those of one interface, unless it is empty.
struct Place {
  Family family = Family::IPv4;
  bool multihop = false;
  std::string interface;

  friend bool operator==(const Place&, const Place&) = default;
};

class Receiver {
 public:
  static Result<Receiver> open(const Place& place);
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  // The interface's number when it was bound to it; 0 without one. A new interface of the same name is another.
  [[nodiscard]] std::uint32_t interface_index() const { return interface_index_; }

  // Hands over up to `limit` packets that have arrived, and says how many; fewer than `limit`: those were all.
  template <class Take>
  std::size_t drain(std::size_t limit, Take take) {
    std::size_t total = 0;
    while (total < limit) {
      const std::size_t count = read_batch();
      for (std::size_t i = 0; i < count; ++i) take(datagram(i));
      total += count;
      if (count < kBatch) break;
    }
    return total;
  }

 private:
  static constexpr std::size_t kBatch = 16;
  struct Buffers;

  Receiver(Descriptor socket, std::uint32_t interface_index);
  std::size_t read_batch();
  [[nodiscard]] Datagram datagram(std::size_t index) const;

  Descriptor socket_;
  std::uint32_t interface_index_;
  std::unique_ptr<Buffers> buffers_;
};

struct Route {
  IpAddress peer;
  IpAddress local;  // unspecified: the kernel's choice
  bool multihop = false;
  std::string interface;  // empty: the kernel's choice
};

class Sender {
 public:
  // Conflict: somebody has the source port.
  static Result<Sender> open(const Route& route, std::uint16_t source_port);

  // 0, or why the packet could not be sent (errno).
  [[nodiscard]] int send(Bytes packet) const;

  [[nodiscard]] const IpAddress& local() const { return local_; }  // that the packets come from

 private:
  Sender(Descriptor socket, const IpAddress& local) : socket_(std::move(socket)), local_(local) {}

  Descriptor socket_;
  IpAddress local_;
};

// 0: there is none.
std::uint32_t interface_index(const std::string& name);

}  // namespace portreeve::bfd
