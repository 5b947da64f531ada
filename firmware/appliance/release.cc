#include "firmware/appliance/release.h"

#include <algorithm>
#include <span>
#include <utility>

namespace portreeve::appliance {

Release::Release(services::Registry& registry, std::vector<std::string> names, Post post, Done done)
    : registry_(registry), names_(std::move(names)), post_(std::move(post)), done_(std::move(done)) {}

void Release::begin(services::Registry& registry, std::vector<std::string> names, Post post, Done done) {
  const std::shared_ptr<Release> release(new Release(registry, std::move(names), std::move(post), std::move(done)));
  release->check_slice(0);
}

void Release::check_slice(std::size_t begin) {
  if (names_.size() <= kSlice) return release_slice(0);  // the registry looks at them itself
  const std::size_t end = std::min(begin + kSlice, names_.size());
  const auto slice = std::span(names_).subspan(begin, end - begin);
  if (const auto allowed = registry_.may_release(slice, services::Owner::Lease); !allowed) return done_(allowed);
  post_([self = shared_from_this(), end] {
    if (end < self->names_.size())
      self->check_slice(end);
    else
      self->release_slice(0);
  });
}

void Release::release_slice(std::size_t begin) {
  const std::size_t end = std::min(begin + kSlice, names_.size());
  const auto slice = std::span(names_).subspan(begin, end - begin);
  ++under_way_;
  const Result<> released = registry_.release(
      slice, services::Owner::Lease, [self = shared_from_this()](const Result<>& result) { self->ended(result); });
  if (!released) ended(released);  // then the registry says nothing more
  if (end == names_.size()) return ended({});
  post_([self = shared_from_this(), end] { self->release_slice(end); });
}

void Release::ended(const Result<>& result) {
  if (!result && !failure_) failure_ = result.error();
  if (--under_way_ != 0) return;
  if (failure_)
    done_(*failure_);
  else
    done_({});
}

}  // namespace portreeve::appliance
