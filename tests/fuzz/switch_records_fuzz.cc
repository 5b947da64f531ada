// The file that says which bridges are ours (`switches` of the state directory): whatever stands in it, what is read is
// written as text that reads as the same, of this boot alone; and what then happens to switches is said by lines that
// read as what happened.
#include <cstdlib>
#include <string>
#include <string_view>

#include "hal/switch_records.h"

namespace {

using namespace portreeve;
using namespace portreeve::hal;

constexpr std::string_view kPlace = "boot 1";

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)SwitchRecords::parse(input, kPlace);
  std::string text = "portreeve switches 1 " + std::string(kPlace) + "\n" + std::string(input);
  SwitchRecords records = SwitchRecords::parse(text, kPlace);
  require(SwitchRecords::parse(records.format(kPlace), kPlace) == records);
  require(SwitchRecords::parse(text, "boot 2") == SwitchRecords());

  // From here on the file ends with a whole line.
  text = records.format(kPlace);
  text += records.begin("vSwitch1");
  text += records.made("vSwitch1", IfIndex{5});
  text += records.join("vSwitch1", IfIndex{5}, IfIndex{2});
  require(records.find("vSwitch1") != nullptr && records.find("vSwitch1")->joined.size() == 1);
  require(SwitchRecords::parse(text, kPlace) == records);
  text += records.leave(IfIndex{2});
  text += records.remove(IfIndex{5});
  require(SwitchRecords::parse(text, kPlace) == records && records.find("vSwitch1") == nullptr);
  return 0;
}
