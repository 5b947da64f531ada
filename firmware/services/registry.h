// Services and their addresses: who has which address of which pool, durably. Decides (allocator.h), remembers
// (lease_store.h) and tells the rest of the firmware what came and went.
//
// A change is in force when the call returns; `done` follows when it stands on disk, and only then may it be
// acknowledged. If it cannot be written, it is taken back, with all that was built on it, and `done` gets the error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::services {

enum class Allocation : std::uint8_t { Local, Given };  // Given: only addresses that a request names are taken

// An address of a pool that is never given, and why: "it is the gateway of vSwitch1".
struct Reserved {
  IpAddress address;
  std::string reason;

  friend bool operator==(const Reserved&, const Reserved&) = default;
};

struct PoolConfig {
  std::string name;
  std::string switch_name;
  std::vector<IpRange> ranges;  // do not overlap within or between pools
  Allocation allocation = Allocation::Local;
  std::vector<Reserved> reserved;

  friend bool operator==(const PoolConfig&, const PoolConfig&) = default;
};

struct PoolStatus {
  std::uint64_t size = 0;  // addresses that services can have (reserved ones are not counted), saturating
  std::uint64_t in_use = 0;
};

enum class Owner : std::uint8_t { Lease, Document };  // by D-Bus, or a <Service> element

struct Request {
  std::string name;                  // "namespace/name", 1–253 printable characters
  std::string pool;                  // empty: the first by name that may assign and has one free, or the one that
                                     // holds the requested addresses
  std::vector<IpAddress> addresses;  // requested: at most one a family, of one pool; empty: one address, the first
                                     // free one of the family that the pool's first range has
  bool local_address = true;         // the host takes its packets
  Owner owner = Owner::Lease;

  friend bool operator==(const Request&, const Request&) = default;
};

struct Service {
  std::string name;
  std::string pool;         // that holds its (first) address, or did last
  std::string switch_name;  // empty while its pool is gone from the configuration: kept, not announced
  std::vector<IpAddress> addresses;
  bool local_address = true;
  Owner owner = Owner::Lease;
};

// One address that begins or ceases to be served. Where one moves (its pool's switch changed), or `local_address`
// changes, a batch says both: removed as it was, then added as it is.
struct AddressChange {
  IpAddress address;
  std::string switch_name;
  bool local_address = true;
  bool added = true;
};

// The file of leases. `done` comes later, from the event loop, never from inside the call. The registry has at most
// one call under way. A write that fails leaves the file as it was.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void append(std::vector<std::byte> records, std::function<void(Result<>)> done) = 0;  // perhaps none
  virtual void replace(std::vector<std::byte> whole, std::function<void(Result<>)> done) = 0;   // atomic
};

class Registry {
 public:
  explicit Registry(Journal& journal);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // What the journal held at start; before anything else. A torn last record is dropped; a damaged one in the middle is
  // reported in the returned texts, and everything that can be read is kept.
  std::vector<std::string> restore(Bytes journal);

  // Pools may grow, shrink, come and go: an address once given stays with its service. Returns at once.
  void set_pool(const PoolConfig& pool);
  void remove_pool(const std::string& name);

  using Outcome =
      Result<std::vector<IpAddress>>;  // of one request; the error says why: no pool, exhausted, taken by whom, …
  // All requests of a call share one write; `done` comes exactly once, also where nothing changed or all was refused.
  // A name that has addresses keeps them when the request still fits, and also when what it asks for is refused.
  std::vector<Outcome> allocate(std::span<const Request> requests, std::function<void(Result<>)> done);
  // Unknown names, and those of the other owner, are ignored; but a lease's owner who names a service of a document is
  // refused: then nothing is released and `done` does not come.
  Result<> release(std::span<const std::string> names, Owner owner, std::function<void(Result<>)> done);

  [[nodiscard]] const Service* find(std::string_view name) const;
  // In order of names, those after `after`, at most `limit`.
  [[nodiscard]] std::vector<const Service*> list(std::string_view after, std::size_t limit) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::optional<PoolStatus> pool_status(std::string_view name) const;

  // Batches: once for each call above that changed anything, from inside it.
  void on_change(std::function<void(std::span<const AddressChange>, std::span<const std::string> names)> changed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portreeve::services
