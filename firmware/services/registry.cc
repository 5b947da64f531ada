#include "firmware/services/registry.h"

#include <algorithm>
#include <utility>

#include "firmware/services/allocator.h"
#include "firmware/services/lease_record.h"
#include "firmware/services/lease_store.h"
#include "firmware/services/range_difference.h"
#include "firmware/services/service_table.h"
#include "hal/base/text.h"

namespace portreeve::services {
namespace {

// What one call changes.
struct Batch {
  std::vector<std::byte> records;
  std::vector<std::string> names;                // in order of change
  std::vector<std::unique_ptr<Service>> before;  // of each name; null: there was none
  std::vector<AddressChange> changes;
};

bool has(const std::vector<IpAddress>& addresses, const IpAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

bool same_addresses(const std::vector<IpAddress>& a, const std::vector<IpAddress>& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const IpAddress& each) { return has(b, each); });
}

// The request asks for nothing that the service has not.
bool still_fits(const Request& request, const Service& service) {
  return (request.pool.empty() || request.pool == service.pool) &&
         (request.addresses.empty() || same_addresses(request.addresses, service.addresses));
}

Error belongs_to_document(const std::string& name) {
  return {ErrorKind::Conflict,
          "service '" + printable(name) + "' is defined by a configuration document; change it there"};
}

}  // namespace

struct Registry::State : LeaseSource {
  explicit State(Journal& journal) : store(journal, *this) {}

  std::optional<std::string> encode_some(const std::string& after, std::size_t limit,
                                         std::vector<std::byte>& out) const override;
  [[nodiscard]] std::size_t encoded_size() const override { return live_size; }

  Outcome allocate_one(const Request& request, Batch& batch);
  void set_service(std::optional<Service> old, std::optional<Service> now, Batch& batch);
  void restore_put(const Service& service, std::vector<std::string>& damage);
  void erase(std::string_view name);
  void note_addresses(const Service& service, const Service* other, bool added, Batch& batch) const;
  [[nodiscard]] std::string switch_of(const IpAddress& address) const;
  void change_pools(const std::vector<IpRange>& touched, const std::function<void()>& change);
  void commit(Batch batch, std::function<void(Result<>)> done);
  void take_back(Batch& taken);
  void tell(const Batch& batch) const;

  Allocator allocator;
  ServiceTable services;
  std::size_t live_size = 0;  // octets of a Put of each service
  std::optional<Error> refusal;
  std::function<void(std::span<const AddressChange>, std::span<const std::string>)> changed;
  LeaseStore store;
};

Registry::Registry(Journal& journal) : state_(std::make_unique<State>(journal)) {}
Registry::~Registry() = default;

std::vector<std::string> Registry::restore(Bytes journal) {
  JournalContent content = read_journal(journal);
  std::vector<std::string> damage = std::move(content.damage);
  for (LeaseRecord& record : content.records) {
    if (record.type == LeaseRecord::Type::Put)
      state_->restore_put(record.service, damage);
    else
      state_->erase(record.service.name);
  }
  state_->store.start(journal.size(), content.whole && damage.empty());
  return damage;
}

void Registry::refuse_all(const Error& why) {
  state_->refusal =
      Error{why.kind, "no address is given or taken back while the leases cannot be read: " + why.message};
}

void Registry::set_pool(const PoolConfig& pool) {
  const PoolConfig* const old = state_->allocator.pool(pool.name);
  if (old != nullptr && *old == pool) return;
  // Only where the pool's switch changes, all its services do; else those whose addresses it gains or loses.
  std::vector<IpRange> touched = pool.ranges;
  if (old != nullptr && old->switch_name == pool.switch_name) {
    touched = difference(pool.ranges, old->ranges);
    const std::vector<IpRange> lost = difference(old->ranges, pool.ranges);
    touched.insert(touched.end(), lost.begin(), lost.end());
  } else if (old != nullptr) {
    touched.insert(touched.end(), old->ranges.begin(), old->ranges.end());
  }
  state_->change_pools(touched, [&] { state_->allocator.set_pool(pool); });
}

void Registry::remove_pool(const std::string& name) {
  const PoolConfig* const old = state_->allocator.pool(name);
  if (old == nullptr) return;
  state_->change_pools(std::vector<IpRange>(old->ranges), [&] { state_->allocator.remove_pool(name); });
}

std::vector<Registry::Outcome> Registry::allocate(std::span<const Request> requests,
                                                  std::function<void(Result<>)> done) {
  Batch batch;
  std::vector<Outcome> outcomes;
  outcomes.reserve(requests.size());
  for (const Request& request : requests) outcomes.push_back(state_->allocate_one(request, batch));
  state_->commit(std::move(batch), std::move(done));
  return outcomes;
}

Result<> Registry::release(std::span<const std::string> names, Owner owner, std::function<void(Result<>)> done) {
  PORTREEVE_TRY_VOID(may_release(names, owner));
  Batch batch;
  for (const std::string& name : names) {
    auto old = state_->services.find(name);
    if (old && old->owner == owner) state_->set_service(std::move(old), std::nullopt, batch);
  }
  state_->commit(std::move(batch), std::move(done));
  return {};
}

Result<> Registry::may_release(std::span<const std::string> names, Owner owner) const {
  if (state_->refusal) return *state_->refusal;
  if (owner != Owner::Lease) return {};
  const auto foreign = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return state_->services.owner(name) == Owner::Document;
  });
  if (foreign != names.end()) return belongs_to_document(*foreign);
  return {};
}

std::optional<Service> Registry::find(std::string_view name) const { return state_->services.find(name); }

std::optional<Service> Registry::find(const IpAddress& address) const {
  const auto holder = state_->allocator.holder(address);
  return holder ? state_->services.find(*holder) : std::nullopt;
}

std::vector<Service> Registry::list(std::string_view after, std::size_t limit) const {
  std::vector<Service> page;
  if (limit == 0) return page;
  state_->services.visit(after, [&](const Service& service) {
    page.push_back(service);
    return page.size() < limit;
  });
  return page;
}

std::size_t Registry::count() const { return state_->services.size(); }

std::optional<PoolStatus> Registry::pool_status(std::string_view name) const { return state_->allocator.status(name); }

void Registry::on_change(std::function<void(std::span<const AddressChange>, std::span<const std::string>)> changed) {
  state_->changed = std::move(changed);
}

std::optional<std::string> Registry::State::encode_some(const std::string& after, std::size_t limit,
                                                        std::vector<std::byte>& out) const {
  std::optional<std::string> last;
  std::size_t count = 0;
  services.visit(after, [&](const Service& service) {
    append_put(service, out);
    last = service.name;
    return ++count < limit;
  });
  return last;
}

Registry::Outcome Registry::State::allocate_one(const Request& request, Batch& batch) {
  if (refusal) return *refusal;
  auto known = services.find(request.name);
  if (known && known->owner == Owner::Document && request.owner == Owner::Lease) {
    return belongs_to_document(request.name);
  }
  if (!known && services.size() >= kMaximumServices) {
    return Error{ErrorKind::Exhausted,
                 "there are " + std::to_string(services.size()) + " services, as many as can be; release some first"};
  }
  Service now{request.name, {}, {}, {}, request.local_address, request.owner};
  if (known && still_fits(request, *known)) {
    now.pool = known->pool;
    now.addresses = known->addresses;
    if (known->local_address == now.local_address && known->owner == now.owner) return now.addresses;
  } else {
    PORTREEVE_TRY(now.addresses, allocator.choose(request));
    now.pool = request.pool.empty() ? allocator.pool_of(now.addresses.front())->name : request.pool;
  }
  std::vector<IpAddress> addresses = now.addresses;
  set_service(std::move(known), std::move(now), batch);
  return addresses;
}

// Makes the service, which is as `old` says, what `now` says, or removes it, and notes in the batch what that changes.
void Registry::State::set_service(std::optional<Service> old, std::optional<Service> now, Batch& batch) {
  if (old) {
    note_addresses(*old, now ? &*now : nullptr, false, batch);
    for (const IpAddress& address : old->addresses) allocator.release(address);
    live_size -= put_size(*old);
  }
  if (now) {
    now->switch_name = switch_of(now->addresses.front());
    const std::string_view holder = services.put(*now);
    for (const IpAddress& address : now->addresses) allocator.take(address, holder);
    note_addresses(*now, old ? &*old : nullptr, true, batch);
    live_size += put_size(*now);
    append_put(*now, batch.records);
    batch.names.push_back(std::move(now->name));
  } else {
    services.erase(old->name);
    append_removal(old->name, batch.records);
    batch.names.push_back(old->name);
  }
  batch.before.push_back(old ? std::make_unique<Service>(std::move(*old)) : nullptr);
}

// Addresses of `service` that `other`, its state on the other side of the change, does not serve in the same way.
void Registry::State::note_addresses(const Service& service, const Service* other, bool added, Batch& batch) const {
  for (const IpAddress& address : service.addresses) {
    if (other != nullptr && other->local_address == service.local_address && has(other->addresses, address)) continue;
    std::string switch_name = switch_of(address);
    if (switch_name.empty()) continue;
    batch.changes.push_back({address, std::move(switch_name), service.local_address, added});
  }
}

void Registry::State::restore_put(const Service& service, std::vector<std::string>& damage) {
  erase(service.name);
  for (const IpAddress& address : service.addresses) {
    const auto holder = allocator.holder(address);
    if (!holder) continue;
    // Only where the record of the other's release was lost: the later owner is the one that was told so last.
    damage.push_back(address.to_string() + " is recorded for '" + std::string(*holder) + "' and later for '" +
                     service.name + "'; the later one keeps it");
    Service other = *services.find(*holder);
    erase(other.name);
    std::erase(other.addresses, address);
    if (!other.addresses.empty()) restore_put(other, damage);
  }
  live_size += put_size(service);
  const std::string_view holder = services.put(service);
  for (const IpAddress& address : service.addresses) allocator.take(address, holder);
}

void Registry::State::erase(std::string_view name) {
  const auto known = services.find(name);
  if (!known) return;
  for (const IpAddress& address : known->addresses) allocator.release(address);
  live_size -= put_size(*known);
  services.erase(name);
}

std::string Registry::State::switch_of(const IpAddress& address) const {
  const PoolConfig* const pool = allocator.pool_of(address);
  return pool == nullptr ? std::string() : pool->switch_name;
}

void Registry::State::change_pools(const std::vector<IpRange>& touched, const std::function<void()>& change) {
  std::vector<IpAddress> addresses = allocator.taken_in(touched);
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::vector<std::string> switches;
  switches.reserve(addresses.size());
  for (const IpAddress& address : addresses) switches.push_back(switch_of(address));
  change();
  Batch batch;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const IpAddress& address = addresses[i];
    Service service = *services.find(*allocator.holder(address));
    const PoolConfig* const pool = allocator.pool_of(address);
    const std::string now = pool == nullptr ? std::string() : pool->switch_name;
    const bool first = service.addresses.front() == address;
    const bool renamed = first && pool != nullptr && service.pool != pool->name;
    if (now != switches[i]) {
      if (!switches[i].empty()) batch.changes.push_back({address, switches[i], service.local_address, false});
      if (!now.empty()) batch.changes.push_back({address, now, service.local_address, true});
    }
    if (now == switches[i] && !renamed) continue;
    if (first) service.switch_name = now;
    if (renamed) {
      live_size -= put_size(service);
      service.pool = pool->name;
      live_size += put_size(service);
    }
    services.move(service.name, service.pool, service.switch_name);
    batch.names.push_back(std::move(service.name));
  }
  tell(batch);
}

void Registry::State::commit(Batch batch, std::function<void(Result<>)> done) {
  std::vector<std::byte> records = std::move(batch.records);
  const auto made = std::make_shared<Batch>(std::move(batch));
  store.write(
      {std::move(records), [this, made] { take_back(*made); }, done ? std::move(done) : [](const Result<>&) {}});
  tell(*made);
  made->changes = {};
}

void Registry::State::take_back(Batch& taken) {
  Batch batch;
  for (std::size_t i = taken.names.size(); i-- > 0;) {
    std::optional<Service> before;
    if (taken.before[i]) before = std::move(*taken.before[i]);
    set_service(services.find(taken.names[i]), std::move(before), batch);
  }
  tell(batch);
}

void Registry::State::tell(const Batch& batch) const {
  if (changed && !batch.names.empty()) changed(batch.changes, batch.names);
}

}  // namespace portreeve::services
