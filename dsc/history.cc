#include "dsc/history.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "dsc/document/reader.h"
#include "dsc/document/writer.h"
#include "dsc/schema.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

constexpr std::array kOutcomes = {std::string_view("InProgress"), std::string_view("AwaitingConfirmation"),
                                  std::string_view("Success"),    std::string_view("Failure"),
                                  std::string_view("RolledBack"), std::string_view("Aborted")};

constexpr std::uint64_t kLargestId = INT64_MAX;
constexpr std::size_t kLongestText = 1000;  // octets; longer ones are cut, and end with "…"
constexpr std::size_t kLongestName = 256;

// The file is a document with a schema of its own: what reads documents that come from outside reads it, too.
constexpr std::array kRecordProperties = {
    Property{.name = "Id",
             .kind = ValueKind::Number,
             .help = "Rises with time.",
             .required = true,
             .key = true,
             .minimum = 1,
             .maximum = kLargestId},
    Property{.name = "Time",
             .kind = ValueKind::Number,
             .help = "Microseconds since 1970.",
             .required = true,
             .maximum = INT64_MAX},
    Property{.name = "Source",
             .kind = ValueKind::Name,
             .help = "Where the change came from.",
             .required = true,
             .maximum = 63},
    Property{.name = "Uid", .kind = ValueKind::Number, .help = "Who asked for it.", .maximum = UINT32_MAX},
    Property{.name = "Author", .kind = ValueKind::Text, .help = "The name of that user.", .maximum = kLongestName + 3},
    Property{.name = "Outcome",
             .kind = ValueKind::Enumeration,
             .help = "What became of it.",
             .required = true,
             .words = kOutcomes},
    Property{.name = "Text", .kind = ValueKind::Text, .help = "Why.", .maximum = kLongestText + 3},
    Property{.name = "User",
             .kind = ValueKind::Number,
             .help = "The number of the user layer's file.",
             .required = true,
             .maximum = kLargestId},
    Property{.name = "DropIns",
             .kind = ValueKind::Number,
             .help = "The number of the drop-ins' file.",
             .required = true,
             .maximum = kLargestId},
    Property{.name = "UserDigest", .kind = ValueKind::Name, .help = "Of the user layer's text.", .required = true},
    Property{.name = "DropInsDigest", .kind = ValueKind::Name, .help = "Of the drop-ins' text.", .required = true},
};
constexpr ResourceType kRecord{"Record", "A configuration that was, or was to be.", kRecordProperties};
constexpr std::array<const ResourceType*, 1> kHistoryTypes = {&kRecord};

const Schema& history_schema() {
  static const Schema kSchema(kHistoryTypes);
  return kSchema;
}

HistoryRecord record_of(const Resource& resource) {
  HistoryRecord record;
  record.id = resource.number("Id");
  record.time = WallTime(std::chrono::microseconds(resource.number("Time")));
  record.source = resource.text("Source");
  record.author = {static_cast<std::uint32_t>(resource.number("Uid")), std::string(resource.text("Author"))};
  const auto outcome = std::find(kOutcomes.begin(), kOutcomes.end(), resource.text("Outcome"));
  record.outcome = static_cast<Outcome>(outcome - kOutcomes.begin());
  record.text = resource.text("Text");
  record.documents = {resource.number("User"), resource.number("DropIns"), std::string(resource.text("UserDigest")),
                      std::string(resource.text("DropInsDigest"))};
  return record;
}

Resource resource_of(const HistoryRecord& record) {
  Resource resource;
  resource.type = &kRecord;
  resource.set("Id", std::to_string(record.id));
  resource.set("Time", std::to_string(record.time.time_since_epoch().count()));
  resource.set("Source", record.source);
  if (!record.author.name.empty()) {
    resource.set("Uid", std::to_string(record.author.uid));
    resource.set("Author", record.author.name);
  }
  resource.set("Outcome", std::string(outcome_name(record.outcome)));
  if (!record.text.empty()) resource.set("Text", record.text);
  resource.set("User", std::to_string(record.documents.user));
  resource.set("DropIns", std::to_string(record.documents.drop_ins));
  resource.set("UserDigest", record.documents.user_digest);
  resource.set("DropInsDigest", record.documents.drop_ins_digest);
  return resource;
}

bool is_open(const HistoryRecord& record) {
  return record.outcome == Outcome::InProgress || record.outcome == Outcome::AwaitingConfirmation;
}

bool stood(const HistoryRecord& record) { return record.outcome == Outcome::Success; }

}  // namespace

std::string_view outcome_name(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

Result<History, Diagnostics> History::read(std::string_view text, const std::string& file) {
  PORTREEVE_TRY(const Document document, read_document(history_schema(), text, file, Source::User));
  History history;
  for (const Resource& resource : document.resources) {
    if (!resource.absent) history.records_.push_back(record_of(resource));
  }
  std::sort(history.records_.begin(), history.records_.end(),
            [](const HistoryRecord& a, const HistoryRecord& b) { return a.id < b.id; });
  if (history.records_.empty()) return history;
  history.next_ = history.records_.back().id + 1;
  if (history.next_ > kLargestId / 2) {  // so that there are numbers for all to come
    return Diagnostics{{{file, 0, 0}, "Exhausted", "its records are numbered near the last number that there is"}};
  }
  return history;
}

std::string History::write() const {
  Document document{"history", {}};
  for (const HistoryRecord& record : records_) document.resources.push_back(resource_of(record));
  return write_document(document);
}

const HistoryRecord* History::find(std::uint64_t id) const {
  const auto found =
      std::find_if(records_.begin(), records_.end(), [&](const HistoryRecord& record) { return record.id == id; });
  return found == records_.end() ? nullptr : &*found;
}

HistoryRecord* History::editable(std::uint64_t id) {
  return const_cast<HistoryRecord*>(std::as_const(*this).find(id));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

const HistoryRecord* History::current() const {
  const auto found = std::find_if(records_.rbegin(), records_.rend(), stood);
  return found == records_.rend() ? nullptr : &*found;
}

const HistoryRecord* History::pending() const {
  const auto found = std::find_if(records_.rbegin(), records_.rend(), is_open);
  return found == records_.rend() ? nullptr : &*found;
}

const HistoryRecord* History::previous() const {
  const HistoryRecord* const now = current();
  if (now == nullptr) return nullptr;
  const auto found = std::find_if(records_.rbegin(), records_.rend(), [&](const HistoryRecord& record) {
    return stood(record) && record.documents.user_digest != now->documents.user_digest;
  });
  return found == records_.rend() ? nullptr : &*found;
}

std::uint64_t History::begin(const Origin& origin, WallTime time, const StoredDocuments& documents) {
  HistoryRecord record;
  record.id = next_++;
  record.time = std::max(time, WallTime{});
  record.source = origin.source;
  record.author = {origin.author.uid, printable(origin.author.name, kLongestName)};
  record.documents = documents;
  records_.push_back(std::move(record));
  return records_.back().id;
}

void History::stands_on(std::uint64_t id, const StoredDocuments& documents) {
  if (HistoryRecord* const record = editable(id)) record->documents = documents;
}

void History::end(std::uint64_t id, Outcome outcome, std::string_view text) {
  HistoryRecord* const record = editable(id);
  if (record == nullptr) return;
  if (outcome == Outcome::Success) give_user_layer(*record);
  record->outcome = outcome;
  record->text = printable(text, kLongestText);
}

// What came while it waited to be confirmed, new drop-ins, stood on the user layer to go back to.
void History::give_user_layer(const HistoryRecord& confirmed) {
  if (confirmed.outcome != Outcome::AwaitingConfirmation) return;
  for (HistoryRecord& record : records_) {
    if (record.id <= confirmed.id || !stood(record)) continue;
    record.documents.user = confirmed.documents.user;
    record.documents.user_digest = confirmed.documents.user_digest;
  }
}

bool History::settle(const std::string& user_digest) {
  bool any = false;
  for (HistoryRecord& record : records_) {
    if (!is_open(record)) continue;
    any = true;
    if (record.documents.user_digest == user_digest) {
      give_user_layer(record);
      record.outcome = Outcome::Success;
    } else if (record.outcome == Outcome::AwaitingConfirmation) {
      record.outcome = Outcome::RolledBack;
      record.text = "the appliance was restarted before it was confirmed";
    } else {
      record.outcome = Outcome::Aborted;
      record.text = "the appliance ended before it was complete";
    }
  }
  return any;
}

// Of those that stood, the current one and ten; of the others as many, for they may be the more interesting.
void History::trim() {
  std::size_t successes = 0;
  std::size_t others = 0;
  std::vector<HistoryRecord> kept;
  for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
    const bool keep = is_open(*record) || (stood(*record) ? successes++ <= kKept : others++ < kKept);
    if (keep) kept.push_back(std::move(*record));
  }
  std::reverse(kept.begin(), kept.end());
  records_ = std::move(kept);
}

bool History::is_too_long() const {
  const auto successes = static_cast<std::size_t>(std::count_if(records_.begin(), records_.end(), stood));
  const auto open = static_cast<std::size_t>(std::count_if(records_.begin(), records_.end(), is_open));
  return successes > kKept + 1 || records_.size() - successes - open > kKept;
}

std::set<std::string> History::files() const {
  std::set<std::string> files;
  for (const HistoryRecord& record : records_) {
    files.insert(user_file(record.documents.user));
    files.insert(drop_ins_file(record.documents.drop_ins));
  }
  return files;
}

std::string History::previous_file(std::string_view text, std::string_view user_text) {
  const auto history = read(text, "history.xml");
  if (!history) return {};
  const auto& records = history->records_;
  const std::string stored = digest(user_text);
  const std::string none = digest(write_document({}));
  const auto other = std::find_if(records.rbegin(), records.rend(), [&](const HistoryRecord& record) {
    return stood(record) && record.documents.user_digest != stored && record.documents.user_digest != none;
  });
  return other == records.rend() ? std::string() : user_file(other->documents.user);
}

std::string History::user_file(std::uint64_t number) { return "user-" + std::to_string(number) + ".xml"; }

std::string History::drop_ins_file(std::uint64_t number) { return "drop-ins-" + std::to_string(number) + ".xml"; }

// FNV-1a: it tells an accident, not an attack; whoever can write here can write all of it.
std::string History::digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(hash));
  return hex.data();
}

Result<> History::check(const std::string& file, std::string_view text, const std::string& digest) {
  if (History::digest(text) == digest) return {};
  return Error{ErrorKind::Failed, file + " is not what was stored; it is damaged, or was changed"};
}

}  // namespace portreeve::dsc
