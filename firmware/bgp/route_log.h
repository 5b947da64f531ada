// The host routes of one family that a group's peers are to have, in the order of their last change. A session's place
// in it is one number: everything changed since is what the session still has to send, and a route that flaps in the
// meantime has moved to the end, so it is sent once and as it now is. No session has a copy of the table.
//
// 32 octets a route and about 6 for the index. Not here: messages (update_writer.h), sessions (rib_out.h).
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hal/base/ip_address.h"

namespace portreeve::bgp {

class StoreReader;
class StoreWriter;

// Of a change: 1, 2, 3 … for as long as the process lives; 0 is before all.
using Sequence = std::uint64_t;

struct RouteEntry {
  IpAddress address;
  bool announced = false;
  bool superseded = false;  // out of force: skip it
  bool replaces = false;    // there was an entry for the address before, whose effect at a peer this one undoes
  Sequence sequence = 0;
};

class RouteLog {
 public:
  RouteLog();
  RouteLog(const RouteLog&) = delete;
  RouteLog& operator=(const RouteLog&) = delete;

  // What a change did to the log. Neither a change: nothing was to be done.
  struct Change {
    bool made = false;
    Sequence superseded = 0;  // the entry that it put out of force, if there was one
  };
  Change announce(const IpAddress& address);
  // So many announcements are about to come: room is made at once.
  void expect(std::size_t announcements);
  // `furthest`: the change that the session which has got furthest has sent. What nobody has been told of leaves no
  // trace when it goes.
  Change withdraw(const IpAddress& address, Sequence furthest);

  [[nodiscard]] std::size_t announced() const { return announced_; }
  [[nodiscard]] Sequence last() const { return last_; }

  // Entries later than `place`, oldest first, superseded ones among them. Valid until the next change.
  [[nodiscard]] std::span<const RouteEntry> after(Sequence place) const;

  // Time to call `compact`, which costs as much as there are entries: once a third of them have come on top that
  // announce nothing. Cheap to ask after every change.
  [[nodiscard]] bool is_loose() const {
    return entries_.size() - announced_ >= kept_ + std::max(kSmall, entries_.size() / 3);
  }
  // Forgets superseded entries, and withdrawals no later than `passed`, which every session has sent.
  void compact(Sequence passed);

  void store(StoreWriter& writer) const;
  // Of a log that is new; its state means nothing where the reader is not good afterwards.
  void restore(StoreReader& reader, Family family);

 private:
  // Fewer entries than this are not worth the work.
  static constexpr std::size_t kSmall = 1024;

  // The index holds places in entries_ and finds them by address; the place of an address changes in place.
  struct Slot {
    mutable std::uint32_t at;
  };
  // Of addresses of one family; the set itself mixes the bits.
  static std::size_t hash(const IpAddress& address);
  struct Hash {
    using is_transparent = void;
    const std::vector<RouteEntry>* entries;
    std::size_t operator()(Slot slot) const { return hash((*entries)[slot.at].address); }
    std::size_t operator()(const IpAddress& address) const { return hash(address); }
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<RouteEntry>* entries;
    bool operator()(Slot a, Slot b) const { return (*this)((*entries)[a.at].address, b); }
    bool operator()(const IpAddress& address, Slot slot) const { return (*entries)[slot.at].address == address; }
    bool operator()(Slot slot, const IpAddress& address) const { return (*this)(address, slot); }
  };

  std::vector<RouteEntry> entries_;
  boost::unordered_flat_set<Slot, Hash, Equal> index_;  // of entries that are not superseded
  std::size_t announced_ = 0;
  Sequence last_ = 0;
  std::size_t kept_ = 0;  // entries that announce nothing and had to stay when it was last compacted
};

}  // namespace portreeve::bgp
