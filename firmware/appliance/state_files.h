// The configuration manager's storage: documents as files of the state directory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "dsc/source_file.h"
#include "dsc/storage.h"
#include "firmware/runtime/disk_writer.h"
#include "hal/base/log.h"
#include "hal/base/result.h"
#include "hal/base/worker.h"

namespace portreeve::appliance {

class StateFiles : public dsc::Storage {
 public:
  StateFiles(runtime::DiskWriter& disk, Worker& worker) : disk_(disk), worker_(worker) {}

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

  void store(const std::string& name, dsc::Content content, std::function<void(Result<>)> done) override {
    disk_.replace(name, std::move(content), std::move(done));
  }

  // Behind what is still to be written.
  void load(const std::string& name, std::function<void(Result<std::optional<std::string>>)> done) override {
    disk_.append(name, {}, [this, name, done = std::move(done)](const Result<>&) {
      using Loaded = Result<std::optional<std::string>>;
      auto content = std::make_shared<Loaded>(std::optional<std::string>());
      worker_.run([&directory = disk_.directory(), name, content] { *content = directory.read(name, kLimit); },
                  [content, done] { done(std::move(*content)); });
    });
  }

  void remove(const std::string& name) override {
    disk_.remove(name, [](const Result<>& removed) {
      if (!removed) log_warning(removed.error().message);
    });
  }

 private:
  static constexpr std::size_t kLimit = std::size_t{16} * 1024 * 1024;  // of a document

  runtime::DiskWriter& disk_;
  Worker& worker_;
};

}  // namespace portreeve::appliance
