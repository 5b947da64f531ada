// Finds resources by their ids. They stand in a vector of their owner, who hands it in with every call; only their
// positions are kept, eight octets a slot of one table with open addressing: a document may have 100,000 of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dsc/position.h"

namespace portreeve::dsc {

struct Resource;

class IdIndex {
 public:
  void reserve(std::size_t count);
  [[nodiscard]] std::size_t size() const { return size_; }

  // The position kept for the id of the resource at `at`: `at` itself, where none was kept before.
  Position& put(std::span<const Resource> resources, Position at);
  // Of the resource of that id; resources.size(): none.
  [[nodiscard]] std::size_t find(std::span<const Resource> resources, std::string_view type,
                                 std::string_view key) const;
  // Every resource has moved: the one at `old` to place[old].
  void renumber(std::span<const Position> place);

 private:
  static constexpr Position kFree = UINT32_MAX;

  struct Slot {
    std::uint32_t hash = 0;
    Position position = kFree;
  };

  // Where that id is kept, or would be. There is a free slot.
  [[nodiscard]] std::size_t slot_of(std::span<const Resource> resources, std::uint32_t hash, std::string_view type,
                                    std::string_view key) const;
  void resize(std::size_t slots);

  std::vector<Slot> slots_;  // a power of two of them, or none
  std::size_t size_ = 0;
};

}  // namespace portreeve::dsc
