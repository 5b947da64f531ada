// The configuration manager's storage: documents as files of the state directory.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsc/manager.h"
#include "firmware/runtime/disk_writer.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::appliance {

class StateFiles : public dsc::Storage {
 public:
  explicit StateFiles(runtime::DiskWriter& disk) : disk_(disk) {}

  // For start-up; none where there is no such file. One that cannot be read says why.
  [[nodiscard]] std::optional<dsc::SourceFile> read(const std::string& name) const {
    auto content = disk_.directory().read(name, kLimit);
    if (content && !*content) return std::nullopt;
    dsc::SourceFile file{disk_.directory().path_of(name), name, {}, {}};
    if (content)
      file.content = std::move(**content);
    else
      file.unreadable = content.error().message;
    return file;
  }

  void store(const std::string& name, std::string content, std::function<void(Result<>)> done) override {
    const Bytes octets = as_bytes(content);
    disk_.replace(name, std::vector<std::byte>(octets.begin(), octets.end()), std::move(done));
  }

 private:
  static constexpr std::size_t kLimit = std::size_t{16} * 1024 * 1024;  // of a document

  runtime::DiskWriter& disk_;
};

}  // namespace portreeve::appliance
