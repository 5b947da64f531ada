// Services and their addresses: who has which address of which pool, durably. Decides (allocator.h), remembers
// (lease_store.h) and tells the rest of the firmware what came and went.
//
// A change is in force when the call returns; `done` follows when it stands on disk, and only then may it be
// acknowledged. If it cannot be written, it is taken back, with all that was built on it, and `done` gets the error.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/services/journal.h"
#include "firmware/services/service.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::services {

class Registry {
 public:
  explicit Registry(Journal& journal);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // What the journal held at start; before anything else. A torn last record is dropped; a damaged one in the middle is
  // reported in the returned texts, and everything that can be read is kept.
  std::vector<std::string> restore(Bytes journal);

  // The journal could not be read: every request is refused from now on, so that nothing that it holds is given away.
  void refuse_all(const Error& why);

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

  // Whether `release` would refuse them.
  [[nodiscard]] Result<> may_release(std::span<const std::string> names, Owner owner) const;

  [[nodiscard]] std::optional<Service> find(std::string_view name) const;
  [[nodiscard]] std::optional<Service> find(const IpAddress& address) const;  // whose it is
  // In order of names, those after `after`, at most `limit`.
  [[nodiscard]] std::vector<Service> list(std::string_view after, std::size_t limit) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::optional<PoolStatus> pool_status(std::string_view name) const;

  // Batches: once for each call above that changed anything, from inside it.
  void on_change(std::function<void(std::span<const AddressChange>, std::span<const std::string> names)> changed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portreeve::services
