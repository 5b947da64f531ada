// The directory that outlives the daemon (/var/lib/portreeve): opened once, held by one daemon at a time, files read
// from it with a limit. What is found there is not trusted to be a file: links, pipes and devices are refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "hal/base/result.h"

namespace portreeve::runtime {

class StateDirectory {
 public:
  explicit StateDirectory(std::string path) : path_(std::move(path)) {}
  ~StateDirectory();
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  // Makes the directory where it is missing (0700; not those above it). Fails with Busy where another daemon has it.
  Result<> open();

  // None: there is no such file. Blocks; for start-up.
  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name, std::size_t limit) const;

  // Whether a file of this name is there. Fails where it is something else, or the name is none of a file.
  [[nodiscard]] Result<bool> has_file(const std::string& name) const;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }  // for messages

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace portreeve::runtime
