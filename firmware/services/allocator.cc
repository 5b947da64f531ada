#include "firmware/services/allocator.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <limits>

#include "firmware/services/free_ranges.h"
#include "hal/base/text.h"

namespace portreeve::services {
namespace {

constexpr std::size_t kShown = 4;  // pools or ranges named in a message

std::string quoted(std::string_view name) { return "'" + printable(name) + "'"; }

// The first few of a list, joined by ", "; "…" stands for the rest.
template <class List, class Text>
std::string joined(const List& list, Text text) {
  std::string all;
  std::size_t shown = 0;
  for (const auto& item : list) {
    if (shown != 0) all += ", ";
    if (shown++ == kShown) return all + "…";
    all += text(item);
  }
  return all;
}

std::string ranges_text(const PoolConfig& pool) {
  return joined(pool.ranges, [](const IpRange& range) { return range.to_string(); });
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

// Names are plain ASCII, nearly always; then they need not be copied to be looked at.
bool is_printable(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  return std::all_of(text.begin(), text.end(), plain) || printable(text) == text;
}

std::size_t slot(Family family) { return family == Family::IPv4 ? 0 : 1; }

}  // namespace

struct Allocator::Pool {
  // Addresses of one family.
  struct Part {
    FreeRanges free;
    std::uint64_t size = 0;  // saturating, with the reserved ones
    std::uint64_t in_use = 0;
  };

  PoolConfig config;
  std::map<IpAddress, std::string> reserved;  // to the reason
  std::array<Part, 2> parts;

  Part& part(const IpAddress& address) { return parts.at(slot(address.family())); }
  [[nodiscard]] bool holds(const IpAddress& address) const {
    return parts.at(slot(address.family())).free.covers(address);
  }
};

Allocator::Holder::Holder(std::string_view name) : size_(static_cast<std::uint8_t>(name.size())) {
  const char* const place = name.data();
  std::memcpy(place_.data(), static_cast<const void*>(&place), sizeof place);
}

std::string_view Allocator::Holder::name() const {
  const char* place = nullptr;
  std::memcpy(static_cast<void*>(&place), place_.data(), sizeof place);
  return {place, size_};
}

Allocator::Allocator() = default;
Allocator::~Allocator() = default;

void Allocator::set_pool(const PoolConfig& config) {
  Pool pool;
  pool.config = config;
  std::vector<IpAddress> reserved;
  for (const Reserved& each : config.reserved) {
    if (pool.reserved.emplace(each.address, each.reason).second) reserved.push_back(each.address);
  }
  std::sort(reserved.begin(), reserved.end());
  const std::vector<IpAddress> taken = taken_in(config.ranges);
  std::vector<IpAddress> not_free;
  not_free.reserve(taken.size() + reserved.size());
  std::merge(taken.begin(), taken.end(), reserved.begin(), reserved.end(), std::back_inserter(not_free));
  for (const IpRange& range : config.ranges) {
    Pool::Part& part = pool.part(range.first);
    part.free.append(range, not_free);
    part.size = saturating_sum(part.size, range.size());
  }
  for (const IpAddress& address : taken) ++pool.part(address).in_use;
  pools_.insert_or_assign(config.name, std::move(pool));
}

void Allocator::remove_pool(std::string_view name) {
  if (const auto it = pools_.find(name); it != pools_.end()) pools_.erase(it);
}

const PoolConfig* Allocator::pool(std::string_view name) const {
  const Pool* const found = find(name);
  return found == nullptr ? nullptr : &found->config;
}

const PoolConfig* Allocator::pool_of(const IpAddress& address) const {
  const Pool* const found = find_holding(address);
  return found == nullptr ? nullptr : &found->config;
}

std::optional<PoolStatus> Allocator::status(std::string_view name) const {
  const Pool* const pool = find(name);
  if (pool == nullptr) return std::nullopt;
  const PoolStatus v4 = usage(*pool, Family::IPv4);
  const PoolStatus v6 = usage(*pool, Family::IPv6);
  return PoolStatus{saturating_sum(v4.size, v6.size), v4.in_use + v6.in_use};
}

Result<std::vector<IpAddress>> Allocator::choose(const Request& request) const {
  if (request.name.empty() || request.name.size() > kMaximumNameLength || !is_printable(request.name)) {
    return Error{ErrorKind::InvalidArgument, "the service name " + quoted(request.name) + " is not allowed: 1 to " +
                                                 std::to_string(kMaximumNameLength) + " octets of printable text"};
  }
  if (!request.pool.empty() && find(request.pool) == nullptr) return no_such_pool(request.pool);
  if (!request.addresses.empty()) return choose_requested(request);
  PORTREEVE_TRY(const IpAddress address, request.pool.empty() ? choose_from_any() : choose_from(*find(request.pool)));
  return std::vector<IpAddress>{address};
}

void Allocator::take(const IpAddress& address, std::string_view holder) {
  if (!taken_.emplace(address, Holder(holder)).second) return;
  for (auto& [name, pool] : pools_) {
    if (!pool.holds(address)) continue;
    ++pool.part(address).in_use;
    pool.part(address).free.take(address);
  }
}

void Allocator::release(const IpAddress& address) {
  if (taken_.erase(address) == 0) return;
  for (auto& [name, pool] : pools_) {
    if (!pool.holds(address)) continue;
    --pool.part(address).in_use;
    if (!pool.reserved.contains(address)) pool.part(address).free.put(address);
  }
}

std::optional<std::string_view> Allocator::holder(const IpAddress& address) const {
  const auto it = taken_.find(address);
  if (it == taken_.end()) return std::nullopt;
  return it->second.name();
}

std::vector<IpAddress> Allocator::taken_in(std::span<const IpRange> ranges) const {
  std::vector<IpAddress> taken;
  if (ranges.empty()) return taken;
  std::vector<IpRange> ordered(ranges.begin(), ranges.end());
  std::sort(ordered.begin(), ordered.end());
  std::size_t last = 0;  // those that overlap become one
  for (const IpRange& range : ordered) {
    if (range.overlaps(ordered[last]))
      ordered[last].last = std::max(ordered[last].last, range.last);
    else
      ordered[++last] = range;
  }
  ordered.resize(last + 1);
  for (const auto& entry : taken_) {
    const IpAddress& address = entry.first;
    // The last one that begins at or before it.
    const auto behind = std::partition_point(ordered.begin(), ordered.end(),
                                             [&](const IpRange& range) { return range.first <= address; });
    if (behind != ordered.begin() && std::prev(behind)->contains(address)) taken.push_back(address);
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

Result<std::vector<IpAddress>> Allocator::choose_requested(const Request& request) const {
  const Pool* pool = nullptr;
  for (auto it = request.addresses.begin(); it != request.addresses.end(); ++it) {
    const auto same_family =
        std::find_if(request.addresses.begin(), it, [&](const IpAddress& a) { return a.family() == it->family(); });
    if (same_family != it) {
      return Error{ErrorKind::InvalidArgument, same_family->to_string() + " and " + it->to_string() + " are both " +
                                                   family_name(it->family()) +
                                                   "; a service has at most one address of each family"};
    }
    PORTREEVE_TRY(const Pool* const giving, pool_to_give(*it, request));
    if (pool != nullptr && giving != pool) {
      return Error{ErrorKind::InvalidArgument, request.addresses.front().to_string() + " is of pool " +
                                                   quoted(pool->config.name) + " and " + it->to_string() + " of pool " +
                                                   quoted(giving->config.name) +
                                                   "; the addresses of a service are of one pool"};
    }
    pool = giving;
  }
  return request.addresses;
}

Result<const Allocator::Pool*> Allocator::pool_to_give(const IpAddress& address, const Request& request) const {
  const auto has = holder(address);
  if (has && *has != request.name) {
    return Error{ErrorKind::Conflict, address.to_string() + " is taken by service " + quoted(*has)};
  }
  const Pool* const named = request.pool.empty() ? nullptr : find(request.pool);
  const Pool* const pool = named != nullptr && named->holds(address) ? named : find_holding(address);
  if (pool == nullptr) {
    if (pools_.empty()) return no_such_pool({});
    return Error{ErrorKind::InvalidArgument,
                 address.to_string() + " is outside every pool; there are " + joined(pools_, [](const auto& entry) {
                   return quoted(entry.first) + " (" + ranges_text(entry.second.config) + ")";
                 })};
  }
  if (named != nullptr && pool != named) {
    return Error{ErrorKind::InvalidArgument, address.to_string() + " is of pool " + quoted(pool->config.name) +
                                                 ", not of " + quoted(request.pool) + " (" +
                                                 ranges_text(named->config) + ")"};
  }
  if (const auto reserved = pool->reserved.find(address); reserved != pool->reserved.end() && !has) {
    return Error{ErrorKind::Conflict, address.to_string() + " is not given to services: " + reserved->second};
  }
  return pool;
}

Result<IpAddress> Allocator::choose_from(const Pool& pool) const {
  const std::string name = "pool " + quoted(pool.config.name);
  if (pool.config.allocation == Allocation::Given) {
    return Error{ErrorKind::InvalidArgument, name +
                                                 " gives only addresses that a request names (Allocation=\"Given\");"
                                                 " name one of " +
                                                 ranges_text(pool.config)};
  }
  if (pool.config.ranges.empty()) return Error{ErrorKind::Exhausted, name + " has no addresses"};
  // One address, of the family that the pool names first: a service that asks for nothing gets the same kind always,
  // not another one by the time the first is used up.
  const Family family = pool.config.ranges.front().first.family();
  if (const auto first = pool.parts.at(slot(family)).free.first()) return *first;
  const PoolStatus used = usage(pool, family);
  return Error{ErrorKind::Exhausted, name + " is exhausted: " + std::to_string(used.in_use) + " of " +
                                         std::to_string(used.size) + " " + family_name(family) +
                                         " addresses are in use"};
}

Result<IpAddress> Allocator::choose_from_any() const {
  if (pools_.empty()) return no_such_pool({});
  std::vector<std::string> exhausted;
  for (const auto& [name, pool] : pools_) {
    if (pool.config.allocation == Allocation::Given) continue;
    auto address = choose_from(pool);
    if (address) return address;
    exhausted.push_back(std::move(address).error().message);
  }
  if (exhausted.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 "no pool may assign an address by itself (Allocation=\"Given\"); name an address of " +
                     joined(pools_, [](const auto& entry) {
                       return quoted(entry.first) + " (" + ranges_text(entry.second.config) + ")";
                     })};
  }
  return Error{ErrorKind::Exhausted, joined(exhausted, [](const std::string& text) { return text; })};
}

const Allocator::Pool* Allocator::find(std::string_view name) const {
  const auto it = pools_.find(name);
  return it == pools_.end() ? nullptr : &it->second;
}

const Allocator::Pool* Allocator::find_holding(const IpAddress& address) const {
  const auto it =
      std::find_if(pools_.begin(), pools_.end(), [&](const auto& entry) { return entry.second.holds(address); });
  return it == pools_.end() ? nullptr : &it->second;
}

PoolStatus Allocator::usage(const Pool& pool, Family family) const {
  const Pool::Part& part = pool.parts.at(slot(family));
  PoolStatus status{part.size, part.in_use};
  if (status.size == std::numeric_limits<std::uint64_t>::max()) return status;
  // A reserved address that a service had before it was reserved stays that service's, and counts.
  for (const auto& [address, reason] : pool.reserved) {
    if (address.family() == family && part.free.covers(address) && !taken_.contains(address)) --status.size;
  }
  return status;
}

Error Allocator::no_such_pool(std::string_view name) const {
  if (pools_.empty()) return {ErrorKind::NotFound, "there is no address pool; configure an IPAddressPool first"};
  return {ErrorKind::NotFound, "there is no address pool " + quoted(name) + "; there are " +
                                   joined(pools_, [](const auto& entry) { return quoted(entry.first); })};
}

}  // namespace portreeve::services
