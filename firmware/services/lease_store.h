// Brings changes of leases to disk, in order, and takes them back where that fails. One write is under way at a time;
// what changes meanwhile goes with the next one, so a slow disk makes writes larger, not the queue longer.
//
// A write that fails is tried once more as a replacement of the whole file (which can succeed where an append cannot:
// a file whose last sync failed must not be appended to). If that fails too, every change that is not on disk is taken
// back, newest first: a later change may stand on an earlier one (an address released, then given again).
//
// Compaction: where the file is more than twice what it has to say (and over 64 KiB), the whole is written anew. It is
// gathered in slices, one with each change, so that no call takes long.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/services/journal.h"
#include "hal/base/result.h"

namespace portreeve::services {

// The leases as they are now, to be written.
class LeaseSource {
 public:
  virtual ~LeaseSource() = default;
  // Appends the records of at most `limit` services behind `after` in order of names; the last name, none at the end.
  virtual std::optional<std::string> encode_some(const std::string& after, std::size_t limit,
                                                 std::vector<std::byte>& out) const = 0;
  [[nodiscard]] virtual std::size_t encoded_size() const = 0;  // of all records
};

class LeaseStore {
 public:
  struct Change {
    std::vector<std::byte> records;  // none: `done` comes when all changes before are on disk
    std::function<void()> take_back;
    std::function<void(Result<>)> done;
  };

  LeaseStore(Journal& journal, const LeaseSource& source);
  ~LeaseStore();
  LeaseStore(const LeaseStore&) = delete;
  LeaseStore& operator=(const LeaseStore&) = delete;

  // The file has `size` octets; unless it is `whole` it is written anew at once.
  void start(std::size_t size, bool whole);

  void write(Change change);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the journal's callbacks, which may outlive the store
};

}  // namespace portreeve::services
