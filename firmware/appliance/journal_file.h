// The registry's journal as the file `leases` of the state directory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "firmware/runtime/disk_writer.h"
#include "firmware/services/journal.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::appliance {

class JournalFile : public services::Journal {
 public:
  explicit JournalFile(runtime::DiskWriter& disk) : disk_(disk) {}

  // For start-up; empty where there is no file yet.
  [[nodiscard]] Result<std::vector<std::byte>> read() const {
    PORTREEVE_TRY(const auto content, disk_.directory().read(kName, kLimit));
    if (!content) return std::vector<std::byte>();
    const Bytes octets = as_bytes(*content);
    return std::vector<std::byte>(octets.begin(), octets.end());
  }

  void append(std::vector<std::byte> records, Done done) override {
    disk_.append(kName, std::move(records), std::move(done));
  }
  void replace(std::vector<std::byte> whole, Done done) override {
    disk_.replace(kName, std::move(whole), std::move(done));
  }

 private:
  static constexpr const char* kName = "leases";
  // As many services as there can be, with names as long as they can be, before a compaction.
  static constexpr std::size_t kLimit = std::size_t{512} * 1024 * 1024;

  runtime::DiskWriter& disk_;
};

}  // namespace portreeve::appliance
