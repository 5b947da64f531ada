#include "hal/switch_records.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace portreeve::hal {
namespace {

constexpr std::string_view kTitle = "portreeve switches 1 ";
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr off_t kLongFile = kLargestFile / 2;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<> write_text(int descriptor, const std::string& path, const std::string& text) {
  const ssize_t written = write(descriptor, text.data(), text.size());
  const int error = written < 0 ? errno : ENOSPC;
  if (written != std::ssize(text)) return system_error("cannot write " + path, error);
  return {};
}

Result<> write_file(const std::string& path, const std::string& text) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error("cannot write " + path, errno);
  Result<> done = write_text(descriptor, path, text);
  close(descriptor);
  return done;
}

std::string title(std::string_view place) { return std::string(kTitle) + std::string(place); }

std::string text_of(IfIndex index) { return std::to_string(number(index)); }

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<IfIndex> next_index(std::string_view& line) {
  const auto value = parse_number(next_word(line), 1, INT32_MAX);
  if (!value) return std::nullopt;
  return IfIndex{static_cast<std::uint32_t>(*value)};
}

std::string former_text(IfIndex port, const FormerPort& former) {
  const std::string index = text_of(port) + " ";
  std::string text = "was " + index + std::to_string(former.mtu) + (former.up ? " up" : " down") +
                     (former.without_ipv6 ? " 4" : " 46") + "\n";
  text += "of " + index + former.switch_name + "\n";
  // Whoever named it in two lines does without.
  if (!former.alias.empty() && former.alias.find('\n') == std::string::npos) {
    text += "alias " + index + former.alias + "\n";
  }
  for (const IpPrefix& address : former.addresses) text += "had " + index + address.to_string() + "\n";
  for (const Gateway& gateway : former.gateways) {
    text += "way " + index + std::to_string(gateway.metric) + " " + gateway.address.to_string() + "\n";
  }
  return text;
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
    if (!std::exchange(first, false)) {
      records.replay(line);
    } else if (line != title(place)) {
      break;
    }
  }
  return records;
}

void SwitchRecords::replay(std::string_view line) {
  const std::string_view what = next_word(line);
  if (what == "begin" && !line.empty()) begin(std::string(line));
  if (what == "begin") return;
  const auto index = next_index(line);
  if (!index) return;
  if (what == "made" && !line.empty()) made(std::string(line), *index);
  if (what == "leave") leave(*index);
  if (what == "remove") remove(*index);
  replay_former(what, *index, line);
  if (what != "join") return;
  const auto port = next_index(line);
  if (port && !line.empty()) join(std::string(line), *index, *port);
}

void SwitchRecords::replay_former(std::string_view what, IfIndex port, std::string_view line) {
  if (what == "was") {
    const auto mtu = parse_number(next_word(line), 0, UINT32_MAX);
    if (mtu) former_[port] = {.mtu = static_cast<std::uint32_t>(*mtu), .up = next_word(line) == "up"};
    if (mtu) former_[port].without_ipv6 = line == "4";
  }
  const auto known = former_.find(port);
  if (known == former_.end()) return;
  FormerPort& former = known->second;
  if (what == "of") former.switch_name = line;
  if (what == "alias") former.alias = line;
  if (what == "had") {
    if (const auto address = IpPrefix::parse(line)) former.addresses.push_back(*address);
  }
  if (what == "way") {
    const auto metric = parse_number(next_word(line), 0, UINT32_MAX);
    const auto address = IpAddress::parse(line);
    if (metric && address) former.gateways.push_back({port, *address, 0, static_cast<std::uint32_t>(*metric)});
  }
}

std::string SwitchRecords::format(std::string_view place) const {
  std::string text = title(place) + "\n";
  for (const SwitchRecord& record : records_) {
    text += record.bridge == IfIndex{} ? "begin " : "made " + text_of(record.bridge) + " ";
    text += record.name + "\n";
    for (const IfIndex port : record.joined) {
      text += "join " + text_of(record.bridge) + " " + text_of(port) + " " + record.name + "\n";
    }
  }
  for (const auto& [port, former] : former_) text += former_text(port, former);
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

const FormerPort* SwitchRecords::former(IfIndex port) const {
  const auto at = former_.find(port);
  return at == former_.end() ? nullptr : &at->second;
}

SwitchRecord& SwitchRecords::at(const std::string& name) {
  const auto at =
      std::find_if(records_.begin(), records_.end(), [&](const SwitchRecord& record) { return record.name == name; });
  return at != records_.end() ? *at : records_.emplace_back(SwitchRecord{name, {}, {}});
}

std::string SwitchRecords::begin(const std::string& name) {
  at(name) = {name, {}, {}};
  return "begin " + name + "\n";
}

std::string SwitchRecords::made(const std::string& name, IfIndex bridge) {
  SwitchRecord& record = at(name);
  if (record.bridge == bridge) return {};
  record.bridge = bridge;
  return "made " + text_of(bridge) + " " + name + "\n";
}

std::string SwitchRecords::join(const std::string& name, IfIndex bridge, IfIndex port) {
  const SwitchRecord& known = at(name);
  const bool joined = std::find(known.joined.begin(), known.joined.end(), port) != known.joined.end();
  if (joined && known.bridge == bridge) return {};
  take_out(port);
  SwitchRecord& record = at(name);
  record.bridge = bridge;
  record.joined.push_back(port);
  return "join " + text_of(bridge) + " " + text_of(port) + " " + name + "\n";
}

// What it was before it joined a first switch holds for all that it goes on to.
std::size_t SwitchRecords::take_out(IfIndex port) {
  std::size_t erased = 0;
  for (SwitchRecord& record : records_) erased += std::erase(record.joined, port);
  return erased;
}

std::string SwitchRecords::was(IfIndex port, const FormerPort& former) {
  const auto [known, is_new] = former_.try_emplace(port, former);
  if (!is_new && known->second == former) return {};
  known->second = former;
  return former_text(port, former);
}

std::string SwitchRecords::leave(IfIndex port) {
  const std::size_t erased = take_out(port) + former_.erase(port);
  return erased == 0 ? "" : "leave " + text_of(port) + "\n";
}

std::string SwitchRecords::remove(IfIndex bridge) {
  const auto erased = std::erase_if(records_, [&](const SwitchRecord& record) { return record.bridge == bridge; });
  return erased == 0 ? "" : "remove " + text_of(bridge) + "\n";
}

void SwitchRecords::keep(const std::function<bool(IfIndex bridge)>& stands) {
  std::erase_if(records_, [&](const SwitchRecord& record) { return !stands(record.bridge); });
}

SwitchRecordsFile::SwitchRecordsFile(const std::string& state_directory, std::uint64_t network_namespace)
    : path_(state_directory + "/switches"), place_(read_file("/proc/sys/kernel/random/boot_id")) {
  place_ = place_.substr(0, place_.find('\n')) + " " + std::to_string(network_namespace);
}

SwitchRecords SwitchRecordsFile::load() const { return SwitchRecords::parse(read_file(path_), place_); }

Result<> SwitchRecordsFile::append(const SwitchRecords& records, const std::string& line) const {
  const int descriptor = open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  struct stat status {};
  const bool stands = descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_size <= kLongFile;
  std::string first(title(place_).size() + 1, '\0');
  const bool continues =
      stands && pread(descriptor, first.data(), first.size(), 0) == std::ssize(first) && first == title(place_) + "\n";
  Result<> done = continues ? write_text(descriptor, path_, line) : replace(records);
  if (descriptor >= 0) close(descriptor);
  return done;
}

Result<> SwitchRecordsFile::replace(const SwitchRecords& records) const {
  const std::string temporary = path_ + ".new";
  PORTREEVE_TRY_VOID(write_file(temporary, records.format(place_)));
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) return system_error("cannot replace " + path_, errno);
  return {};
}

}  // namespace portreeve::hal
