// Writes to the state directory without making the event loop wait: one thread takes what has gathered as one batch
// (disk_files.h says what a batch promises), and completions come from the event loop, in order.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/runtime/state_directory.h"
#include "hal/base/result.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

class DiskWriter {
 public:
  using Done = std::function<void(Result<>)>;

  // `directory` is open before the first write and outlives the writer, as `context` does.
  DiskWriter(boost::asio::io_context& context, const StateDirectory& directory);
  // Returns when all that was handed over is written; completions that have not come yet do not come any more.
  ~DiskWriter();
  DiskWriter(const DiskWriter&) = delete;
  DiskWriter& operator=(const DiskWriter&) = delete;

  // Both durable, or failed and as if never asked for, when `done` comes. Never from inside the call. A write keeps the
  // event loop running until its completion has come.
  void append(std::string name, std::vector<std::byte> octets, Done done);  // no octets: only `done`, behind the others
  void replace(std::string name, std::vector<std::byte> content, Done done);
  void replace(std::string name, std::shared_ptr<const std::string> text, Done done);
  // Well where there is no such file; durable with a later write's sync of the directory.
  void remove(std::string name, Done done);

  // Waits until all that was handed over is written. For shutdown; completions come when the event loop runs on.
  void drain();

  [[nodiscard]] const StateDirectory& directory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portreeve::runtime
