#include "hal/switch_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <utility>

namespace portreeve::hal {
namespace {

constexpr std::string_view kTitle = "portreeve switches 1 ";
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// INDEX NAME PORT...; names hold no blanks where they come from a document, and one with a blank is not recorded.
bool parse_line(std::string_view line, SwitchRecord& record) {
  const auto bridge = parse_number(next_word(line), 0, INT32_MAX);
  record.name = next_word(line);
  if (!bridge || record.name.empty()) return false;
  record.bridge = IfIndex{static_cast<std::uint32_t>(*bridge)};
  while (!line.empty()) {
    const auto port = parse_number(next_word(line), 1, INT32_MAX);
    if (!port) return false;
    record.joined.push_back(IfIndex{static_cast<std::uint32_t>(*port)});
  }
  return true;
}

}  // namespace

SwitchRecords SwitchRecords::parse(std::string_view text, std::string_view place) {
  SwitchRecords records;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (std::exchange(first, false)) {
      if (line != std::string(kTitle) + std::string(place)) break;
      continue;
    }
    SwitchRecord record;
    if (parse_line(line, record)) records.records_.push_back(std::move(record));
  }
  return records;
}

std::string SwitchRecords::format(std::string_view place) const {
  std::string text = std::string(kTitle) + std::string(place) + "\n";
  for (const SwitchRecord& record : records_) {
    text += std::to_string(number(record.bridge)) + " " + record.name;
    for (const IfIndex port : record.joined) text += " " + std::to_string(number(port));
    text += "\n";
  }
  return text;
}

const SwitchRecord* SwitchRecords::find(std::string_view name) const {
  const auto at =
      std::find_if(records_.begin(), records_.end(), [&](const SwitchRecord& record) { return record.name == name; });
  return at == records_.end() ? nullptr : &*at;
}

const SwitchRecord* SwitchRecords::find(IfIndex bridge) const {
  const auto at = std::find_if(records_.begin(), records_.end(),
                               [&](const SwitchRecord& record) { return record.bridge == bridge; });
  return at == records_.end() ? nullptr : &*at;
}

SwitchRecord& SwitchRecords::at(const std::string& name) {
  const auto at =
      std::find_if(records_.begin(), records_.end(), [&](const SwitchRecord& record) { return record.name == name; });
  return at != records_.end() ? *at : records_.emplace_back(SwitchRecord{name, {}, {}});
}

void SwitchRecords::begin(const std::string& name) { at(name) = {name, {}, {}}; }

bool SwitchRecords::made(const std::string& name, IfIndex bridge) {
  SwitchRecord& record = at(name);
  const bool changed = record.bridge != bridge;
  record.bridge = bridge;
  return changed;
}

bool SwitchRecords::join(const std::string& name, IfIndex bridge, IfIndex port) {
  SwitchRecord& record = at(name);
  const bool known = std::find(record.joined.begin(), record.joined.end(), port) != record.joined.end();
  if (known && record.bridge == bridge) return false;
  leave(port);
  record.bridge = bridge;
  record.joined.push_back(port);
  return true;
}

bool SwitchRecords::leave(IfIndex port) {
  std::size_t erased = 0;
  for (SwitchRecord& record : records_) erased += std::erase(record.joined, port);
  return erased != 0;
}

bool SwitchRecords::remove(IfIndex bridge) {
  return std::erase_if(records_, [&](const SwitchRecord& record) { return record.bridge == bridge; }) != 0;
}

bool SwitchRecords::keep(const std::function<bool(IfIndex bridge)>& stands) {
  return std::erase_if(records_, [&](const SwitchRecord& record) { return !stands(record.bridge); }) != 0;
}

SwitchRecordsFile::SwitchRecordsFile(const std::string& state_directory, std::uint64_t network_namespace)
    : path_(state_directory + "/switches"), place_(read_file("/proc/sys/kernel/random/place_id")) {
  place_ = place_.substr(0, place_.find('\n')) + " " + std::to_string(network_namespace);
}

SwitchRecords SwitchRecordsFile::load() const { return SwitchRecords::parse(read_file(path_), place_); }

Result<> SwitchRecordsFile::save(const SwitchRecords& records) const {
  const std::string temporary = path_ + ".new";
  const std::string text = records.format(place_);
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("cannot write " + temporary, errno);
  const ssize_t written = write(descriptor, text.data(), text.size());
  const int write_error = written < 0 ? errno : ENOSPC;
  close(descriptor);
  if (written != static_cast<ssize_t>(text.size())) return system_error("cannot write " + temporary, write_error);
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) return system_error("cannot replace " + path_, errno);
  return {};
}

}  // namespace portreeve::hal
