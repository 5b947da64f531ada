// Who is due next: a binary heap of deadlines in which each member knows its place, so that a deadline is moved without
// a search, and without an allocation once the member is in.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "hal/base/time.h"

namespace portreeve::bfd {

// Base of what may stand in a heap; in one at a time.
class HeapMember {
 public:
  [[nodiscard]] TimePoint deadline() const { return deadline_; }

 private:
  template <class Member>
  friend class DeadlineHeap;

  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();
  TimePoint deadline_{};
  std::size_t place_ = kNowhere;
};

template <class Member>
class DeadlineHeap {
 public:
  // The member with the earliest deadline; nullptr: none waits for anything.
  [[nodiscard]] Member* first() const { return members_.empty() ? nullptr : members_.front(); }

  void set(Member& member, TimePoint deadline) {
    member.deadline_ = deadline;
    if (member.place_ == HeapMember::kNowhere) {
      member.place_ = members_.size();
      members_.push_back(&member);
    }
    settle(member.place_);
  }

  void remove(Member& member) {
    const std::size_t place = member.place_;
    if (place == HeapMember::kNowhere) return;
    put(place, members_.back());
    members_.pop_back();
    member.place_ = HeapMember::kNowhere;
    if (place < members_.size()) settle(place);
  }

 private:
  void put(std::size_t place, Member* member) {
    members_[place] = member;
    member->place_ = place;
  }
  [[nodiscard]] bool earlier(std::size_t a, std::size_t b) const {
    return members_[a]->deadline_ < members_[b]->deadline_;
  }
  void exchange(std::size_t a, std::size_t b) {
    Member* const former = members_[a];
    put(a, members_[b]);
    put(b, former);
  }

  void settle(std::size_t place) {
    while (place > 0 && earlier(place, (place - 1) / 2)) {
      exchange(place, (place - 1) / 2);
      place = (place - 1) / 2;
    }
    for (;;) {
      std::size_t earliest = place;
      for (const std::size_t child : {2 * place + 1, 2 * place + 2}) {
        if (child < members_.size() && earlier(child, earliest)) earliest = child;
      }
      if (earliest == place) return;
      exchange(place, earliest);
      place = earliest;
    }
  }

  std::vector<Member*> members_;
};

}  // namespace portreeve::bfd
