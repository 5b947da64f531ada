#include "firmware/services/lease_store.h"

#include <utility>

#include "hal/base/log.h"

namespace portreeve::services {
namespace {

constexpr std::size_t kCompactionFloor = std::size_t{64} * 1024;
constexpr std::size_t kCompactionFactor = 2;
constexpr std::size_t kSlice = 256;  // services gathered with each change

// A compaction that is being gathered: what changes meanwhile is appended to it as well.
struct Gathering {
  std::vector<std::byte> records;
  std::string after;
  bool complete = false;
};

}  // namespace

struct LeaseStore::State : std::enable_shared_from_this<LeaseStore::State> {
  enum class Write { None, Append, Compact, Replace };

  State(Journal& to, const LeaseSource& from) : journal(to), source(from) {}

  void write(Change change);
  void gather(const std::vector<std::byte>& records);
  void begin_write();
  void append_changes();
  void replace(Write kind, std::vector<std::byte> whole);
  [[nodiscard]] Journal::Done completion(std::size_t octets);
  [[nodiscard]] std::vector<std::byte> encode_all() const;
  void written(std::size_t octets, const Result<>& result);
  void succeeded(Write kind, std::size_t octets);
  void failed(Write kind, const Error& error);
  void take_back_all(const Error& error);

  Journal& journal;
  const LeaseSource& source;
  std::deque<Change> changes;  // not on disk yet, oldest first
  std::size_t in_write = 0;    // how many of them the write under way holds
  Write under_way = Write::None;
  std::optional<Gathering> gathering;
  std::size_t file_size = 0;
  std::size_t compact_from = kCompactionFloor;  // file size from which compaction is tried (again)
  bool file_is_whole = true;                    // else it ends in a torn record, and is replaced before it grows
  bool reported = false;                        // that nothing can be stored: once, not with every change
};

LeaseStore::LeaseStore(Journal& journal, const LeaseSource& source)
    : state_(std::make_shared<State>(journal, source)) {}

LeaseStore::~LeaseStore() = default;

void LeaseStore::start(std::size_t size, bool whole) {
  state_->file_size = size;
  state_->file_is_whole = whole;
  if (!whole) state_->begin_write();
}

void LeaseStore::write(Change change) { state_->write(std::move(change)); }

void LeaseStore::State::write(Change change) {
  gather(change.records);
  changes.push_back(std::move(change));
  begin_write();
}

void LeaseStore::State::gather(const std::vector<std::byte>& records) {
  if (!gathering) {
    if (file_size <= compact_from || file_size <= kCompactionFactor * source.encoded_size()) return;
    gathering.emplace();
    gathering->records.reserve(source.encoded_size() + source.encoded_size() / 4);
  }
  gathering->records.insert(gathering->records.end(), records.begin(), records.end());
  if (gathering->complete) return;
  if (auto last = source.encode_some(gathering->after, kSlice, gathering->records))
    gathering->after = std::move(*last);
  else
    gathering->complete = true;
}

void LeaseStore::State::begin_write() {
  if (under_way != Write::None) return;
  if (!file_is_whole) {
    replace(Write::Replace, encode_all());
  } else if (gathering && gathering->complete) {
    replace(Write::Compact, std::move(gathering->records));
  } else if (!changes.empty()) {
    append_changes();
  }
}

void LeaseStore::State::append_changes() {
  std::vector<std::byte> records;
  for (const Change& change : changes) records.insert(records.end(), change.records.begin(), change.records.end());
  under_way = Write::Append;
  in_write = changes.size();
  auto done = completion(records.size());
  journal.append(std::move(records), std::move(done));
}

void LeaseStore::State::replace(Write kind, std::vector<std::byte> whole) {
  gathering.reset();
  under_way = kind;
  in_write = changes.size();
  auto done = completion(whole.size());
  journal.replace(std::move(whole), std::move(done));
}

Journal::Done LeaseStore::State::completion(std::size_t octets) {
  return [self = weak_from_this(), octets](const Result<>& result) {
    if (const auto state = self.lock()) state->written(octets, result);
  };
}

std::vector<std::byte> LeaseStore::State::encode_all() const {
  std::vector<std::byte> whole;
  whole.reserve(source.encoded_size());
  std::string after;
  while (auto last = source.encode_some(after, SIZE_MAX, whole)) after = std::move(*last);
  return whole;
}

void LeaseStore::State::written(std::size_t octets, const Result<>& result) {
  const Write kind = std::exchange(under_way, Write::None);
  if (result)
    succeeded(kind, octets);
  else
    failed(kind, result.error());
}

void LeaseStore::State::succeeded(Write kind, std::size_t octets) {
  if (std::exchange(reported, false)) log(LogLevel::Notice, "leases can be stored again");
  if (kind == Write::Append) {
    file_size += octets;
  } else {
    file_size = octets;
    compact_from = kCompactionFloor;
    file_is_whole = true;
  }
  std::deque<Change> stored;
  for (; in_write > 0; --in_write) {
    stored.push_back(std::move(changes.front()));
    changes.pop_front();
  }
  begin_write();
  for (Change& change : stored) change.done({});
}

void LeaseStore::State::failed(Write kind, const Error& error) {
  in_write = 0;
  switch (kind) {
    case Write::None:
      return;
    case Write::Append:
      replace(Write::Replace, encode_all());
      return;
    case Write::Compact:
      log_error("the file of leases could not be compacted: " + error.message);
      compact_from = file_size + file_size / 2;
      begin_write();
      return;
    case Write::Replace:
      if (!std::exchange(reported, true)) {
        log_error("leases cannot be stored, so requests for addresses are refused: " + error.message);
      }
      take_back_all(error);
      return;
  }
}

void LeaseStore::State::take_back_all(const Error& error) {
  gathering.reset();
  const std::deque<Change> lost = std::exchange(changes, {});
  for (auto change = lost.rbegin(); change != lost.rend(); ++change) change->take_back();
  for (const Change& change : lost) {
    change.done(Error{error.kind, "it could not be stored, so nothing has changed: " + error.message});
  }
}

}  // namespace portreeve::services
