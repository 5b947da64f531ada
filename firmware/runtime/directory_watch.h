// Tells that the drop-ins of some directories may have changed: a file `*.xml` that was written and closed, moved,
// removed or given other permissions, a link of such a name, or a directory that came, was moved or went. By inotify,
// on the event loop; nothing is polled. A directory that is not there yet is waited for at the nearest one above it.
//
// What changed is not told, nor seen: a file that a link leads to, a link further up that is exchanged,
// and a file system that is mounted over a directory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hal/base/result.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

class DirectoryWatch {
 public:
  // `directories` are absolute. `changed` is called once for each burst of changes, 200 ms after its last one, or 2 s
  // after its first.
  DirectoryWatch(boost::asio::io_context& context, std::vector<std::string> directories, std::function<void()> changed);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  // From now on; nothing is told of what was there before. Started already: nothing is done.
  Result<> start();
  // From now on nothing is told, not even of what has happened.
  void stop();
  [[nodiscard]] bool running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace portreeve::runtime
