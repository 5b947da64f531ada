// Writes batches of changes to files of the state directory so that each is either durable when the call returns, or as
// if it had never been asked for. Blocks; the disk writer's thread runs it (disk_writer.h).
//
// Appends of a batch to one file share one fdatasync, new names share one fsync of the directory. After a failed
// fdatasync nobody knows what of a file's tail reached the disk (the kernel drops the pages and the next sync
// succeeds): such a file takes no more appends until it is replaced. A replacement is written beside the file, synced,
// and exchanged with it, so that it can be exchanged back where the directory cannot be synced.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "firmware/runtime/state_directory.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::runtime {

struct DiskJob {
  enum class Kind { Append, Replace, Remove };

  Kind kind = Kind::Append;
  std::string name;
  std::vector<std::byte> octets;
  std::shared_ptr<const std::string> text = nullptr;  // of a replacement, instead of octets
};

// The two calls whose failure no test can bring about on a sound disk. Like the system's: 0, or −1 and errno.
struct DiskSyncs {
  std::function<int(int)> file = ::fdatasync;
  std::function<int(int)> directory = ::fsync;
};

class DiskFiles {
 public:
  explicit DiskFiles(const StateDirectory& directory, DiskSyncs syncs = {})
      : directory_(directory), syncs_(std::move(syncs)) {}
  ~DiskFiles();
  DiskFiles(const DiskFiles&) = delete;
  DiskFiles& operator=(const DiskFiles&) = delete;

  // One result a job, in order. A job that fails does not stop those of other files.
  std::vector<Result<>> write(std::span<const DiskJob> jobs);

 private:
  using Indices = std::vector<std::size_t>;  // of jobs of the batch

  struct AppendedFile {
    int descriptor = -1;
    std::uint64_t durable = 0;  // octets that are on disk
    std::uint64_t written = 0;
    Indices jobs;  // written and not durable
  };
  struct NewName {
    enum class Undo { Remove, Exchange, Nothing };  // Exchange: the old file is under the temporary name

    std::string name;
    Undo undo = Undo::Remove;
    Indices jobs;  // that are done once the name is durable
  };

  Result<> append(std::size_t index, const DiskJob& job);
  Result<> replace(std::size_t index, const DiskJob& job);
  Result<> remove(const DiskJob& job);
  Result<> start(std::size_t index, const DiskJob& job);
  void commit_before(const std::string& name);
  Result<AppendedFile*> open_for_append(const std::string& name);
  Result<> write_beside(const std::string& temporary, Bytes octets) const;
  Result<> take_name(std::size_t index, const std::string& name, const std::string& temporary, bool there);
  void commit();
  void roll_back(const std::string& name, AppendedFile& file, const Error& error);
  void undo_names(const Error& error);
  void close(const std::string& name);

  const StateDirectory& directory_;
  DiskSyncs syncs_;
  std::map<std::string, AppendedFile> appended_;
  std::vector<NewName> new_names_;
  std::set<std::string> unsure_;   // files whose sync has failed: no more appends before they are replaced
  bool directory_unsure_ = false;  // its last sync failed: nothing is durable before one succeeds
  std::vector<Result<>> results_;
};

}  // namespace portreeve::runtime
