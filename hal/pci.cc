#include "hal/pci.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "hal/base/number.h"

namespace portreeve::hal {
namespace {

namespace fs = std::filesystem;

// More than that is a firmware's mistake, as systemd takes it, too (onboard index of udev's net_id).
constexpr std::uint64_t kLargestOnboardIndex = 16383;

// The first line; empty where there is no such file.
std::string line_of(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

std::optional<std::uint32_t> number_of(const fs::path& file, std::uint64_t least, std::uint64_t most) {
  const auto number = parse_number(line_of(file), least, most);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

fs::path devices_of(const std::string& sysfs, const std::string& bus) {
  return fs::path(sysfs) / "bus" / bus / "devices";
}

// Ethernet controllers, and others that make Ethernet links (wireless ones, some SmartNICs).
bool is_network_class(const std::string& pci_class) {
  return pci_class.starts_with("0x0200") || pci_class.starts_with("0x0280");
}

}  // namespace

PciFunction read_pci_function(const std::string& address, const std::string& sysfs) {
  const fs::path device = devices_of(sysfs, "pci") / address;
  PciFunction function;
  function.address = address;
  // What ACPI says (_DSM) goes before SMBIOS, which describes the board as it was made.
  function.onboard_index = number_of(device / "acpi_index", 1, kLargestOnboardIndex);
  if (!function.onboard_index) function.onboard_index = number_of(device / "index", 1, kLargestOnboardIndex);
  function.label = line_of(device / "label");
  std::error_code error;
  function.is_virtual = fs::exists(device / "physfn", error);
  return function;
}

std::vector<PciFunction> read_pci_functions(const std::string& sysfs) {
  std::vector<PciFunction> functions;
  std::error_code error;
  for (fs::directory_iterator at(devices_of(sysfs, "pci"), error), end; !error && at != end; at.increment(error)) {
    if (!is_network_class(line_of(at->path() / "class"))) continue;
    functions.push_back(read_pci_function(at->path().filename().string(), sysfs));
  }
  std::sort(functions.begin(), functions.end(),
            [](const PciFunction& a, const PciFunction& b) { return a.address < b.address; });
  return functions;
}

std::uint32_t read_device_port(const netlink::Link& link, const std::string& sysfs) {
  if (link.parent_device.empty()) return 0;
  const fs::path links = devices_of(sysfs, link.parent_bus) / link.parent_device / "net";
  std::error_code error;
  for (fs::directory_iterator at(links, error), end; !error && at != end; at.increment(error)) {
    // By index: udev may be about to give it another name.
    if (line_of(at->path() / "ifindex") != std::to_string(number(link.index))) continue;
    return number_of(at->path() / "dev_port", 0, UINT32_MAX).value_or(0);
  }
  return 0;
}

}  // namespace portreeve::hal
