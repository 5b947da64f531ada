// The network functions of the PCI bus, as sysfs shows them. They are there before any driver has made links of them,
// and stay while one is loaded anew: so ports are counted by them and not by links (port_names.h).
#pragma once

#include <string>
#include <vector>

#include "hal/host.h"
#include "netlink/link.h"

namespace portreeve::hal {

// By address. `sysfs` is where sysfs is mounted; none can be read where it is not.
std::vector<PciFunction> read_pci_functions(const std::string& sysfs = "/sys");
PciFunction read_pci_function(const std::string& address, const std::string& sysfs = "/sys");

// Which of its device's links this is, where that has several (dev_port); else 0. Sysfs shows only the links of the
// network namespace that it was mounted in.
std::uint32_t read_device_port(const netlink::Link& link, const std::string& sysfs = "/sys");

}  // namespace portreeve::hal
