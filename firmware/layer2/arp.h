// The ARP side of layer-2 mode for one switch: answers requests for its addresses (RFC 826), announces new owners and
// defends against other claimants (RFC 5227). Pure: a frame and the time in, frames out; timers are asked for.
//
// Announcements are gratuitous ARP in both forms that are in use, request and reply, since some routers learn from one
// only. Each address gets kRounds of them, kRoundInterval apart (switches exist that drop more than one a second), in
// batches that leave the network room when thousands come at once; then none, until something changes.
// It does not probe before use: the address was given to us, and whoever claims it as well is reported.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/time.h"

namespace portreeve::layer2 {

inline constexpr std::uint16_t kArpEtherType = 0x0806;
inline constexpr std::size_t kArpFrameSize = 14 + 28;
using ArpFrame = std::array<std::byte, kArpFrameSize>;

// Gratuitous ARP in both forms. IPv4 only: none of other addresses.
std::vector<ArpFrame> gratuitous(const MacAddress& mac, const IpAddress& address);

class Arp {
 public:
  static constexpr int kRounds = 5;
  static constexpr std::chrono::milliseconds kRoundInterval{1100};
  static constexpr std::size_t kBatch = 64;  // addresses announced at a time
  static constexpr std::chrono::milliseconds kBatchInterval{10};
  static constexpr std::chrono::seconds kDefendInterval{10};  // RFC 5227 §1.1
  static constexpr std::chrono::seconds kReportInterval{10};

  // Another station that claims an address of ours.
  struct Claim {
    IpAddress address;
    MacAddress by;
    std::uint64_t unreported = 0;  // claims since the last report that this one stands for too
  };
  struct Reaction {
    std::optional<ArpFrame> reply;    // to the asker
    std::optional<ArpFrame> defence;  // an announcement, to all
    bool claimed = false;             // by another station
    std::optional<Claim> report;      // now and then, for the log
  };

  // IPv4 addresses only; others, and those that are there (or not there), are ignored. A new one is announced.
  void add(const IpAddress& address, TimePoint now);
  void remove(const IpAddress& address);
  [[nodiscard]] bool empty() const { return addresses_.empty(); }

  // Whose frames these are from now on.
  void set_mac(const MacAddress& mac) { mac_ = mac; }
  void announce_all(TimePoint now);  // from the first round, but none more often than the interval

  [[nodiscard]] Reaction received(Bytes frame, TimePoint now);

  [[nodiscard]] std::optional<TimePoint> next_announcement() const;
  [[nodiscard]] std::vector<ArpFrame> announcements(TimePoint now);  // those due, one batch at most

 private:
  using Value = std::uint32_t;  // an IPv4 address
  using Due = std::set<std::pair<TimePoint, Value>>;
  struct Address {
    int rounds = 0;  // still to announce
    TimePoint due;   // the next of them
    std::optional<TimePoint> announced;
    std::optional<TimePoint> defended;
  };

  void schedule(Value value, Address& address, int rounds, TimePoint due);
  void unschedule(Value value, const Address& address);
  [[nodiscard]] Due& queue_of(const Address& address) { return address.rounds == kRounds ? first_ : repeated_; }
  void note_claim(Value value, Address& address, const MacAddress& by, TimePoint now, Reaction& reaction);

  MacAddress mac_;
  std::unordered_map<Value, Address> addresses_;
  Due first_;     // addresses not announced yet go before
  Due repeated_;  // those that are announced again
  TimePoint not_before_{};
  std::optional<TimePoint> reported_;
  std::uint64_t unreported_ = 0;
};

}  // namespace portreeve::layer2
