// The place that a connection which a peer has begun has among those that are let in (listener.h). Its holder keeps it
// as long as the connection, and destroys it with that.
#pragma once

#include <functional>
#include <utility>

namespace portreeve::bgp {

class Admission {
 public:
  Admission() = default;
  explicit Admission(std::function<void()> release) : release_(std::move(release)) {}
  ~Admission() {
    if (release_) release_();
  }
  Admission(Admission&& other) noexcept : release_(std::exchange(other.release_, nullptr)) {}
  Admission& operator=(Admission&& other) noexcept {
    std::swap(release_, other.release_);
    return *this;
  }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

 private:
  std::function<void()> release_;
};

}  // namespace portreeve::bgp
