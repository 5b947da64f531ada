#include "firmware/services/service_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace portreeve::services {
namespace {

constexpr std::size_t kRun = 512;

constexpr std::uint8_t kLocalAddress = 1;  // flags
constexpr std::uint8_t kDocument = 2;
constexpr std::uint8_t kFirstIsV6 = 4;
constexpr std::uint8_t kTwoAddresses = 8;

using Number = std::array<std::byte, sizeof(std::uint32_t)>;  // without alignment

Number number(std::uint32_t value) {
  Number number{};
  std::memcpy(number.data(), &value, sizeof value);
  return number;
}

std::uint32_t value(const Number& number) {
  std::uint32_t value = 0;
  std::memcpy(&value, number.data(), sizeof value);
  return value;
}

}  // namespace

// What is the same for all, and behind it the octets of the addresses and the name.
class ServiceTable::Block {
 public:
  static BlockPointer make(const Service& service, std::uint32_t pool, std::uint32_t switch_name) {
    std::size_t size = sizeof(Block) + service.name.size();
    for (const IpAddress& address : service.addresses) size += address.octets().size();
    return BlockPointer(new (::operator new(size)) Block(service, pool, switch_name));
  }

  [[nodiscard]] std::string_view name() const { return {octets() + addresses_size(), name_size_}; }
  [[nodiscard]] std::vector<IpAddress> addresses() const {
    const Bytes octets = as_bytes({this->octets(), addresses_size()});
    std::vector<IpAddress> addresses;
    if (octets.empty()) return addresses;
    const std::size_t first = address_octets((flags_ & kFirstIsV6) != 0 ? Family::IPv6 : Family::IPv4);
    addresses.push_back(*IpAddress::from_octets(octets.first(first)));
    if (octets.size() > first) addresses.push_back(*IpAddress::from_octets(octets.subspan(first)));
    return addresses;
  }
  [[nodiscard]] bool local_address() const { return (flags_ & kLocalAddress) != 0; }
  [[nodiscard]] Owner owner() const { return (flags_ & kDocument) != 0 ? Owner::Document : Owner::Lease; }

  void move(std::uint32_t pool, std::uint32_t switch_name) {
    pool_ = number(pool);
    switch_name_ = number(switch_name);
  }
  [[nodiscard]] std::uint32_t pool() const { return value(pool_); }
  [[nodiscard]] std::uint32_t switch_name() const { return value(switch_name_); }

 private:
  Block(const Service& service, std::uint32_t pool, std::uint32_t switch_name)
      : pool_(number(pool)),
        switch_name_(number(switch_name)),
        flags_(flags_of(service)),
        name_size_(static_cast<std::uint8_t>(service.name.size())) {
    char* to = octets();
    for (const IpAddress& address : service.addresses) {
      const Bytes from = address.octets();
      std::memcpy(to, from.data(), from.size());
      to += from.size();
    }
    service.name.copy(to, service.name.size());
  }

  static std::uint8_t flags_of(const Service& service) {
    const bool v6 = !service.addresses.empty() && !service.addresses.front().is_v4();
    return static_cast<std::uint8_t>((service.local_address ? kLocalAddress : 0U) |
                                     (service.owner == Owner::Document ? kDocument : 0U) | (v6 ? kFirstIsV6 : 0U) |
                                     (service.addresses.size() > 1 ? kTwoAddresses : 0U) |
                                     (service.addresses.empty() ? kNoAddress : 0U));
  }

  // A service has at most one address of each family.
  [[nodiscard]] std::size_t addresses_size() const {
    if ((flags_ & kNoAddress) != 0) return 0;
    if ((flags_ & kTwoAddresses) != 0) return address_octets(Family::IPv4) + address_octets(Family::IPv6);
    return address_octets((flags_ & kFirstIsV6) != 0 ? Family::IPv6 : Family::IPv4);
  }
  [[nodiscard]] const char* octets() const { return reinterpret_cast<const char*>(this + 1); }
  [[nodiscard]] char* octets() { return reinterpret_cast<char*>(this + 1); }

  static constexpr std::uint8_t kNoAddress = 16;

  Number pool_, switch_name_;
  std::uint8_t flags_;
  std::uint8_t name_size_;
};

void ServiceTable::Free::operator()(Block* block) const {
  block->~Block();
  ::operator delete(block);
}

ServiceTable::ServiceTable() = default;
ServiceTable::~ServiceTable() = default;

std::optional<Service> ServiceTable::find(std::string_view name) const {
  const Place place = place_of(name);
  const Block* const found = named(place, name);
  last_ = place;
  if (found == nullptr) return std::nullopt;
  ++last_.at;
  return service_of(*found);
}

std::optional<Owner> ServiceTable::owner(std::string_view name) const {
  last_ = place_of(name);
  const Block* const found = named(last_, name);
  if (found == nullptr) return std::nullopt;
  return found->owner();
}

std::string_view ServiceTable::put(const Service& service) {
  Place place = place_of(service.name);
  BlockPointer block = Block::make(service, number_of(service.pool), number_of(service.switch_name));
  if (named(place, service.name) != nullptr) {
    runs_[place.run][place.at] = std::move(block);
  } else {
    place = insert(place, std::move(block));
    ++size_;
  }
  last_ = {place.run, place.at + 1};
  return at(place)->name();
}

void ServiceTable::move(std::string_view name, const std::string& pool, const std::string& switch_name) {
  last_ = place_of(name);
  if (Block* const block = named(last_, name)) block->move(number_of(pool), number_of(switch_name));
}

void ServiceTable::erase(std::string_view name) {
  last_ = place_of(name);
  if (named(last_, name) == nullptr) return;
  Run& run = runs_[last_.run];
  run.erase(run.begin() + static_cast<std::ptrdiff_t>(last_.at));
  --size_;
  if (run.empty()) runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(last_.run));
}

void ServiceTable::visit(std::string_view after, const std::function<bool(const Service&)>& visit) const {
  Place place = place_of(after);
  if (named(place, after) != nullptr) ++place.at;
  for (; place.run < runs_.size(); place = {place.run + 1, 0}) {
    for (; place.at < runs_[place.run].size(); ++place.at) {
      if (!visit(service_of(*at(place)))) return;
    }
  }
}

// Behind the last of a run is a place as good as before the first of the next one.
ServiceTable::Place ServiceTable::place_of(std::string_view name) const {
  if (is_place_of(last_, name)) return last_;
  const auto run =
      std::partition_point(runs_.begin(), runs_.end(), [&](const Run& each) { return each.back()->name() < name; });
  if (run == runs_.end()) return runs_.empty() ? Place{} : Place{runs_.size() - 1, runs_.back().size()};
  const auto block =
      std::partition_point(run->begin(), run->end(), [&](const BlockPointer& each) { return each->name() < name; });
  return {static_cast<std::size_t>(run - runs_.begin()), static_cast<std::size_t>(block - run->begin())};
}

bool ServiceTable::is_place_of(const Place& place, std::string_view name) const {
  if (place.run >= runs_.size()) return false;
  const Run& run = runs_[place.run];
  if (place.at > run.size()) return false;
  if (place.at > 0 ? run[place.at - 1]->name() >= name : place.run > 0 && runs_[place.run - 1].back()->name() >= name) {
    return false;
  }
  if (place.at < run.size()) return name <= run[place.at]->name();
  // Where the next run begins with the name itself, that is the place.
  return place.run + 1 == runs_.size() || name < runs_[place.run + 1].front()->name();
}

const ServiceTable::Block* ServiceTable::at(const Place& place) const { return runs_[place.run][place.at].get(); }

ServiceTable::Block* ServiceTable::named(const Place& place, std::string_view name) const {
  if (place.run >= runs_.size() || place.at >= runs_[place.run].size()) return nullptr;
  Block* const block = runs_[place.run][place.at].get();
  return block->name() == name ? block : nullptr;
}

// Where it stands then.
ServiceTable::Place ServiceTable::insert(Place place, BlockPointer block) {
  if (runs_.empty()) {
    runs_.emplace_back().reserve(kRun);
    place = {};
  } else if (runs_[place.run].size() >= kRun) {
    // One that is added to its end is left full: names that come in order fill every run.
    const std::size_t kept = place.at == kRun ? kRun : kRun / 2;
    Run& behind = *runs_.emplace(runs_.begin() + static_cast<std::ptrdiff_t>(place.run) + 1);
    behind.reserve(kRun);
    Run& run = runs_[place.run];
    const auto from = run.begin() + static_cast<std::ptrdiff_t>(kept);
    behind.assign(std::make_move_iterator(from), std::make_move_iterator(run.end()));
    run.erase(from, run.end());
    if (place.at >= kept) place = {place.run + 1, place.at - kept};
  }
  Run& run = runs_[place.run];
  run.insert(run.begin() + static_cast<std::ptrdiff_t>(place.at), std::move(block));
  return place;
}

Service ServiceTable::service_of(const Block& block) const {
  return {std::string(block.name()), *texts_[block.pool()], *texts_[block.switch_name()],
          block.addresses(),         block.local_address(), block.owner()};
}

std::uint32_t ServiceTable::number_of(const std::string& text) {
  const auto [known, is_new] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(&known->first);
  return known->second;
}

}  // namespace portreeve::services
