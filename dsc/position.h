// The place of a resource in its configuration, and sets of such places: a bit for each, taken in rising order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace portreeve::dsc {

using Position = std::uint32_t;

class PositionSet {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool contains(Position at) const {
    return at / kBits < words_.size() && (words_[at / kBits] & bit(at)) != 0;
  }

  void insert(Position at) {
    const std::size_t word = at / kBits;
    if (word >= words_.size()) words_.resize(word + 1);
    if ((words_[word] & bit(at)) != 0) return;
    words_[word] |= bit(at);
    ++size_;
    if (word < first_) first_ = word;
  }
  void insert(std::span<const Position> all) {
    for (const Position at : all) insert(at);
  }
  // Every place below `end`.
  void insert_below(Position end) {
    words_.reserve(end / kBits + 1);
    for (Position at = 0; at < end; ++at) insert(at);
  }

  // Takes the lowest out; there must be one.
  Position take_first() {
    while (words_[first_] == 0) ++first_;
    const auto at = static_cast<Position>(first_ * kBits + static_cast<std::size_t>(std::countr_zero(words_[first_])));
    words_[first_] &= ~bit(at);
    --size_;
    return at;
  }

  void clear() {
    words_.clear();
    first_ = 0;
    size_ = 0;
  }

  // In rising order.
  template <class Visit>
  void visit(Visit visit) const {
    for (std::size_t word = first_; word < words_.size(); ++word) {
      for (std::uint64_t left = words_[word]; left != 0; left &= left - 1) {
        visit(static_cast<Position>(word * kBits + static_cast<std::size_t>(std::countr_zero(left))));
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  static constexpr std::uint64_t bit(Position at) { return std::uint64_t{1} << (at % kBits); }

  std::vector<std::uint64_t> words_;
  std::size_t first_ = 0;  // no word before it has any
  std::size_t size_ = 0;
};

}  // namespace portreeve::dsc
