#include "dsc/id_index.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "dsc/resource.h"

namespace portreeve::dsc {
namespace {

constexpr std::size_t kFewest = 16;

// So many of `slots` may be taken: three quarters.
constexpr std::size_t most_of(std::size_t slots) { return slots / 4 * 3; }

std::uint32_t hash_of(std::string_view type, std::string_view key) {
  const std::size_t hash = hash_of_id(type, key);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

}  // namespace

void IdIndex::reserve(std::size_t count) {
  std::size_t slots = std::bit_ceil(std::max(count, kFewest));
  if (most_of(slots) < count) slots *= 2;
  if (slots > slots_.size()) resize(slots);
}

void IdIndex::resize(std::size_t slots) {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
  for (const Slot& slot : old) {
    if (slot.position == kFree) continue;
    std::size_t at = slot.hash & (slots - 1);
    while (slots_[at].position != kFree) at = (at + 1) & (slots - 1);
    slots_[at] = slot;
  }
}

std::size_t IdIndex::slot_of(std::span<const Resource> resources, std::uint32_t hash, std::string_view type,
                             std::string_view key) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.position == kFree) return at;
    if (slot.hash != hash) continue;
    const Resource& resource = resources[slot.position];
    if (resource.key == key && is_named(resource.type->name, type)) return at;
  }
}

Position& IdIndex::put(std::span<const Resource> resources, Position at) {
  if (size_ == most_of(slots_.size())) reserve(size_ + 1);
  const Resource& resource = resources[at];
  const std::uint32_t hash = hash_of(resource.type->name, resource.key);
  Slot& slot = slots_[slot_of(resources, hash, resource.type->name, resource.key)];
  if (slot.position == kFree) {
    slot = {hash, at};
    ++size_;
  }
  return slot.position;
}

std::size_t IdIndex::find(std::span<const Resource> resources, std::string_view type, std::string_view key) const {
  if (size_ == 0) return resources.size();
  const Position found = slots_[slot_of(resources, hash_of(type, key), type, key)].position;
  return found == kFree ? resources.size() : found;
}

void IdIndex::renumber(std::span<const Position> place) {
  for (Slot& slot : slots_) {
    if (slot.position != kFree) slot.position = place[slot.position];
  }
}

}  // namespace portreeve::dsc
