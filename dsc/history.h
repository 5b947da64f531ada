// What configurations there have been: when, from where, by whom, and what became of them. A value: the manager adds to
// it, Storage keeps it as `history.xml`, and the documents themselves beside it, one file each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/diagnostic.h"
#include "hal/base/result.h"
#include "hal/base/time.h"

namespace portreeve::dsc {

// Who asked for a change. A D-Bus caller's user id and name; without a name it is the appliance itself.
struct Author {
  std::uint32_t uid = 0;
  std::string name;

  friend bool operator==(const Author&, const Author&) = default;
};

// Where a change came from: "Apply", "Restore", "Set", "Remove"; "Boot" and "Reload" are the appliance's own.
struct Origin {
  std::string source;
  Author author;
};

enum class Outcome : std::uint8_t {
  InProgress,
  AwaitingConfirmation,  // in force, and rolled back unless it is confirmed
  Success,
  Failure,     // undone, and why
  RolledBack,  // was not confirmed
  Aborted      // the appliance ended before it was complete; the one before stands
};

std::string_view outcome_name(Outcome outcome);

// The documents of a configuration: the numbers of their files, and digests of their texts.
struct StoredDocuments {
  std::uint64_t user = 0;  // 0: not stored yet
  std::uint64_t drop_ins = 0;
  std::string user_digest;
  std::string drop_ins_digest;

  friend bool operator==(const StoredDocuments&, const StoredDocuments&) = default;
};

struct HistoryRecord {
  std::uint64_t id = 0;  // rises
  WallTime time{};       // when it began
  std::string source;
  Author author;
  Outcome outcome = Outcome::InProgress;
  std::string text;  // why it failed or was rolled back
  StoredDocuments documents;

  friend bool operator==(const HistoryRecord&, const HistoryRecord&) = default;
};

class History {
 public:
  static constexpr std::size_t kKept = 10;  // besides what is current and what is pending

  // What `write` wrote. Whatever is wrong with the text is told; nothing of it is taken then.
  static Result<History, Diagnostics> read(std::string_view text, const std::string& file);
  [[nodiscard]] std::string write() const;

  [[nodiscard]] const std::vector<HistoryRecord>& records() const { return records_; }  // oldest first
  [[nodiscard]] const HistoryRecord* find(std::uint64_t id) const;
  [[nodiscard]] const HistoryRecord* current() const;  // the last that succeeded; nullptr: none did
  [[nodiscard]] const HistoryRecord* pending() const;  // in progress, or not confirmed yet
  // The last before the current one that had another user layer.
  [[nodiscard]] const HistoryRecord* previous() const;

  [[nodiscard]] std::uint64_t next_id() const { return next_; }

  // Adds a record in progress; returns its id.
  std::uint64_t begin(const Origin& origin, WallTime time, const StoredDocuments& documents);
  void stands_on(std::uint64_t id, const StoredDocuments& documents);
  // Those that came while one waited to be confirmed stand on its user layer once it is.
  void end(std::uint64_t id, Outcome outcome, std::string_view text = {});

  // At boot: what was in progress when the appliance ended has succeeded if its user layer is the one that is stored,
  // else it is aborted or rolled back. True: something was settled.
  bool settle(const std::string& user_digest);

  // Forgets what is too old; the files of what is forgotten are in no record any more.
  void trim();
  [[nodiscard]] bool is_too_long() const;             // there is something that `trim` would forget
  [[nodiscard]] std::set<std::string> files() const;  // that the records name

  // The file of the user layer, other than none, that stood before `user_text`; empty where none is known. `text` is
  // that of history.xml.
  static std::string previous_file(std::string_view text, std::string_view user_text);

  static std::string user_file(std::uint64_t number);
  static std::string drop_ins_file(std::uint64_t number);
  static std::string digest(std::string_view text);
  // Whether a document is the one that was stored.
  static Result<> check(const std::string& file, std::string_view text, const std::string& digest);

 private:
  HistoryRecord* editable(std::uint64_t id);
  void give_user_layer(const HistoryRecord& confirmed);

  std::vector<HistoryRecord> records_;
  std::uint64_t next_ = 1;
};

}  // namespace portreeve::dsc
