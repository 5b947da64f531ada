// One ReleaseServices call, cut into slices as AllocateServices is (allocation.h). First all names are looked at, so
// that a call that is refused has released nothing; then they go.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/services/registry.h"

namespace portreeve::appliance {

class Release : public std::enable_shared_from_this<Release> {
 public:
  using Done = std::function<void(Result<>)>;
  using Post = std::function<void(std::function<void()>)>;  // runs it in a later turn of the event loop

  static constexpr std::size_t kSlice = 1000;

  // `done` comes once all that was released is stored so, or with the first reason why not.
  static void begin(services::Registry& registry, std::vector<std::string> names, Post post, Done done);

 private:
  Release(services::Registry& registry, std::vector<std::string> names, Post post, Done done);

  void check_slice(std::size_t begin);
  void release_slice(std::size_t begin);
  void ended(const Result<>& result);

  services::Registry& registry_;
  const std::vector<std::string> names_;
  Post post_;
  Done done_;
  std::size_t under_way_ = 1;  // writes, and the releasing itself
  std::optional<Error> failure_;
};

}  // namespace portreeve::appliance
