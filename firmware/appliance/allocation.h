// One AllocateServices call, cut into slices so that a call of 100,000 requests never holds the event loop. The
// registry gathers what comes during a write, so the slices still share few writes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/services/registry.h"

namespace portreeve::appliance {

class Allocation : public std::enable_shared_from_this<Allocation> {
 public:
  using Done = std::function<void(std::vector<bus::ServiceReply>)>;
  using Post = std::function<void(std::function<void()>)>;  // runs it in a later turn of the event loop

  static constexpr std::size_t kSlice = 500;  // some 3 µs each

  // `done` gets the replies, in the order of the requests, once the last slice is decided and all are stored.
  static void begin(services::Registry& registry, std::span<const bus::ServiceRequest> requests, Post post, Done done);

 private:
  Allocation(services::Registry& registry, std::span<const bus::ServiceRequest> requests, Post post, Done done);

  void decide_slice();
  void stored(const std::vector<std::size_t>& places, const Result<>& result);

  services::Registry& registry_;
  std::vector<bus::ServiceRequest> requests_;
  std::vector<bus::ServiceReply> replies_;
  Post post_;
  Done done_;
  std::size_t decided_ = 0;
  std::size_t writes_under_way_ = 0;
};

}  // namespace portreeve::appliance
