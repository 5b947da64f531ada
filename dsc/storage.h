// The state directory, as the manager sees it. `done` comes later, never from inside the call. Calls are carried out in
// their order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hal/base/result.h"

namespace portreeve::dsc {

// Of a file. Shared, because documents have megabytes, and copying those takes longer than a turn of the event loop
// may.
using Content = std::shared_ptr<const std::string>;

class Storage {
 public:
  virtual ~Storage() = default;
  // Replaces the file whole and durably (written, synced, renamed, directory synced) before `done(success)`.
  virtual void store(const std::string& name, Content content, std::function<void(Result<>)> done) = 0;
  // None: there is no such file.
  virtual void load(const std::string& name, std::function<void(Result<std::optional<std::string>>)> done) = 0;
  // Whether it was there or not; nobody waits for it.
  virtual void remove(const std::string& name) = 0;
};

}  // namespace portreeve::dsc
