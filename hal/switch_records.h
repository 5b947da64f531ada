// What Portreeve remembers of the switches it made, beside the group number that their bridges carry: a bridge whose
// group somebody changed is still known as ours, and so is which of its members we joined (others are guests').
//
// A name alone proves little: a stranger may make a bridge of a name that we once wrote down. So a record holds for one
// boot and network namespace, and once the bridge is made it names its index, which the kernel does not give twice.
// Before that it names only what is about to be made; should we die there, the group proves what was made, and a
// stranger's bridge of that name is not taken. What a port was before it joined is written down as well, to be given
// back, and is kept until it is released. As no link outlives the boot, nothing here needs to survive a power cut:
// the file is not synced. Each change is a line at its end, which costs microseconds; to replace the file costs
// milliseconds, and is done only when it has grown long.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/number.h"
#include "hal/base/result.h"
#include "hal/host.h"

namespace portreeve::hal {

struct SwitchRecord {
  std::string name;
  IfIndex bridge{};             // 0: about to be made
  std::vector<IfIndex> joined;  // ports that we made members

  friend bool operator==(const SwitchRecord&, const SwitchRecord&) = default;
};

class SwitchRecords {
 public:
  // `place` is the boot and the network namespace. Records of another, and lines that cannot be read, are left out.
  static SwitchRecords parse(std::string_view text, std::string_view place);
  [[nodiscard]] std::string format(std::string_view place) const;

  [[nodiscard]] const SwitchRecord* find(std::string_view name) const;
  [[nodiscard]] const SwitchRecord* find(IfIndex bridge) const;

  [[nodiscard]] const FormerPort* former(IfIndex port) const;

  // Each gives the lines that say it; empty where it was so already.
  std::string begin(const std::string& name);
  std::string made(const std::string& name, IfIndex bridge);
  std::string join(const std::string& name, IfIndex bridge, IfIndex port);
  std::string was(IfIndex port, const FormerPort& former);
  std::string leave(IfIndex port);
  std::string remove(IfIndex bridge);
  void keep(const std::function<bool(IfIndex bridge)>& stands);  // forgets the others

  friend bool operator==(const SwitchRecords&, const SwitchRecords&) = default;

 private:
  SwitchRecord& at(const std::string& name);
  void replay(std::string_view line);
  void replay_former(std::string_view what, IfIndex port, std::string_view line);
  std::size_t take_out(IfIndex port);

  std::vector<SwitchRecord> records_;
  std::map<IfIndex, FormerPort> former_;
};

// The file `switches` of the state directory.
class SwitchRecordsFile {
 public:
  SwitchRecordsFile(const std::string& state_directory, std::uint64_t network_namespace);
  [[nodiscard]] SwitchRecords load() const;  // none where there is no file
  // Adds lines; `records` are all, with what they say, for the case that the file has to be written anew.
  [[nodiscard]] Result<> append(const SwitchRecords& records, const std::string& line) const;

 private:
  [[nodiscard]] Result<> replace(const SwitchRecords& records) const;

  std::string path_;
  std::string place_;
};

}  // namespace portreeve::hal
