#include "firmware/providers/pool_provider.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

// What the switch's own network needs: never a service's.
std::vector<services::Reserved> reserved_on(const dsc::Resource& virtual_switch) {
  std::vector<services::Reserved> reserved;
  const SwitchNetwork network = SwitchNetwork::of(virtual_switch);
  for (const IpPrefix& prefix : network.addresses) {
    reserved.push_back({prefix.address, "it is the host's own address on " + virtual_switch.key});
    if (!prefix.address.is_v4() || prefix.length >= 31) continue;  // RFC 3021; IPv6 has no broadcast address
    reserved.push_back({prefix.first(), "it is the network address of " + prefix.to_string()});
    reserved.push_back({prefix.last(), "it is the broadcast address of " + prefix.to_string()});
  }
  for (const IpAddress& gateway : network.gateways) {
    reserved.push_back({gateway, "it is the gateway of " + virtual_switch.key});
  }
  return reserved;
}

std::vector<IpRange> ranges_of(const dsc::Resource& pool) {
  std::vector<IpRange> ranges;
  for (const std::string_view text : pool.list("Addresses")) {
    if (auto range = IpRange::parse(text)) ranges.push_back(*range);
  }
  return ranges;
}

services::PoolConfig pool_of(const dsc::Resource& resource, const dsc::Configuration& target) {
  services::PoolConfig pool;
  pool.name = resource.key;
  pool.switch_name = resource.text("SwitchName");
  pool.allocation = resource.text("Allocation") == "Given" ? services::Allocation::Given : services::Allocation::Local;
  pool.ranges = ranges_of(resource);
  const dsc::Resource* const virtual_switch = target.find(resources::kExternalVirtualSwitchType.name, pool.switch_name);
  if (virtual_switch != nullptr) pool.reserved = reserved_on(*virtual_switch);
  return pool;
}

// As the pool's statement has it, where it is the same: "10.0.0.0/24" is "10.0.0.0-10.0.0.255".
std::string text_of(const IpRange& range, const dsc::Resource& pool) {
  for (const std::string_view stated : pool.list("Addresses")) {
    if (const auto same = IpRange::parse(stated); same && *same == range) return std::string(stated);
  }
  return range.to_string();
}

// So many addresses an operation: about 3 ms.
constexpr std::uint64_t kPiece = 32768;

}  // namespace

PoolProvider PoolProvider::rehearsal() const {
  PoolProvider copy = *this;
  copy.outside_.reset();
  return copy;
}

PoolProvider::Announced PoolProvider::announced_of(const dsc::Resource& pool) {
  Announced announced{std::string(pool.text("SwitchName")), {}};
  if (pool.text("Announce") != "All") return announced;
  for (IpRange range : ranges_of(pool)) {
    while (range.size() > kPiece) {
      const IpAddress last = *range.first.plus(kPiece - 1);
      announced.pieces.push_back({range.first, last});
      range.first = *last.next();
    }
    announced.pieces.push_back(range);
  }
  return announced;
}

// One operation a piece, what goes first. A piece that stays is left alone.
void PoolProvider::plan_announcement(const std::string& pool, const Announced& wanted, dsc::Plan& plan) {
  const Announced before = announced_.contains(pool) ? announced_[pool] : Announced{};
  const auto has = [](const Announced& one, const std::string& on, const IpRange& piece) {
    return one.switch_name == on && std::find(one.pieces.begin(), one.pieces.end(), piece) != one.pieces.end();
  };
  for (const IpRange& piece : before.pieces) {
    if (has(wanted, before.switch_name, piece)) continue;
    plan.operations.push_back({"pool " + pool + ": announce " + piece.to_string() + " no more",
                               [this, pool, on = before.switch_name, piece]() -> Result<> {
                                 if (outside_) outside_->announcer.announce_no_more(on, piece);
                                 std::erase(announced_[pool].pieces, piece);
                                 return {};
                               }});
  }
  for (const IpRange& piece : wanted.pieces) {
    if (has(before, wanted.switch_name, piece)) continue;
    plan.operations.push_back({"pool " + pool + ": announce all of " + piece.to_string(),
                               [this, pool, on = wanted.switch_name, piece]() -> Result<> {
                                 if (outside_) outside_->announcer.announce_always(on, piece);
                                 announced_[pool].switch_name = on;
                                 announced_[pool].pieces.push_back(piece);
                                 return {};
                               }});
  }
}

const dsc::ResourceType& PoolProvider::type() const { return resources::kIpAddressPoolType; }

dsc::Rule PoolProvider::rule() const { return check_pools; }

Result<dsc::Plan> PoolProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  services::PoolConfig pool = pool_of(desired, target);
  const auto known = applied_.find(desired.key);
  if (known != applied_.end() && known->second == pool) {
    plan_announcement(desired.key, announced_of(desired), plan);
    return plan;
  }
  std::string text = "pool " + pool.name + " on " + pool.switch_name + ":";
  for (const IpRange& range : pool.ranges) text += " " + range.to_string();
  if (known != applied_.end()) {
    text += " (was on " + known->second.switch_name + ":";
    for (const IpRange& range : known->second.ranges) text += " " + range.to_string();
    text += ")";
  }
  plan.operations.push_back({std::move(text), [this, pool = std::move(pool)]() -> Result<> {
                               if (outside_) outside_->registry.set_pool(pool);
                               applied_[pool.name] = pool;
                               return {};
                             }});
  plan_announcement(desired.key, announced_of(desired), plan);
  return plan;
}

Result<dsc::Plan> PoolProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  plan_announcement(old.key, {}, plan);
  if (applied_.contains(old.key)) {
    plan.operations.push_back({"pool " + old.key + ": remove; its services keep their addresses, unannounced",
                               [this, name = old.key]() -> Result<> {
                                 if (outside_) outside_->registry.remove_pool(name);
                                 applied_.erase(name);
                                 return {};
                               }});
  }
  return plan;
}

std::optional<dsc::Resource> PoolProvider::actual(const dsc::Resource& desired) const {
  const auto known = applied_.find(desired.key);
  if (known == applied_.end()) return std::nullopt;
  const services::PoolConfig& pool = known->second;
  dsc::Resource actual = desired;
  state_seen(actual, "SwitchName", pool.switch_name);
  state_seen(actual, "Allocation", pool.allocation == services::Allocation::Given ? "Given" : "Local");
  const auto announced = announced_.find(desired.key);
  const bool whole = announced != announced_.end() && !announced->second.pieces.empty();
  state_seen(actual, "Announce", whole ? "All" : "Assigned");
  if (pool.ranges == ranges_of(desired)) return actual;
  std::vector<std::string> ranges;
  for (const IpRange& range : pool.ranges) ranges.push_back(text_of(range, desired));
  state_seen_list(actual, "Addresses", std::move(ranges));
  return actual;
}

const std::string* PoolProvider::pool_holding(const IpAddress& address) const {
  for (const auto& [name, pool] : applied_) {
    const auto holds = [&](const IpRange& range) { return range.contains(address); };
    if (std::any_of(pool.ranges.begin(), pool.ranges.end(), holds)) return &name;
  }
  return nullptr;
}

}  // namespace portreeve::providers
