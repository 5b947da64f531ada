// One AllocateServices call, cut into slices so that a call of 100,000 requests never holds the event loop. The
// registry gathers what comes during a write, so the slices still share few writes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/services/registry.h"

namespace portreeve::appliance {

class Allocation : public std::enable_shared_from_this<Allocation> {
 public:
  using Done = std::function<void(std::vector<bus::ServiceReply>)>;
  using Post = std::function<void(std::function<void()>)>;  // runs it in a later turn of the event loop

  static constexpr std::size_t kSlice = 2500;         // about 1 µs each
  static constexpr std::size_t kRepliesSlice = 4000;  // about 0.2 µs each

  // `done` gets the replies, in the order of the requests, once the last slice is decided and all are stored.
  static void begin(services::Registry& registry, std::vector<bus::ServiceRequest> requests, Post post, Done done);

 private:
  Allocation(services::Registry& registry, std::vector<bus::ServiceRequest> requests, Post post, Done done);

  void decide_slice();
  void decide(std::size_t begin, std::size_t end);
  void stored(std::size_t begin, std::size_t end, const Result<>& result);
  void write_replies();

  services::Registry& registry_;
  std::vector<bus::ServiceRequest> requests_;
  std::vector<services::Registry::Outcome> outcomes_;  // of the requests, as far as they are decided
  std::vector<bus::ServiceReply> replies_;
  Post post_;
  Done done_;
  std::size_t writes_under_way_ = 0;
};

}  // namespace portreeve::appliance
