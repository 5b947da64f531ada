// What ports are called by where they sit: Port1 … PortN. By the hardware map of the configuration; else by the number
// that the firmware gave an onboard device (SMBIOS or ACPI); else in the order of PCI addresses, after the highest of
// those numbers. A function counts whether or not its driver has made a link of it, so that neither the order in which
// drivers come nor one that fails makes other ports of them; one with several links counts as often as it has links.
// Links without a PCI device (USB) come last. Virtual functions (SR-IOV) are no ports, nor is what stands for them
// beside their function's own link.
//
// The same hardware has the same names at every boot. A card in a slot before others makes later ones of those behind
// it: where that shall not be, the map says which port is where.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hal/host.h"

namespace portreeve::hal {

// "Port1" at "0000:01:00.0" (its first link), "0000:01:00.0/1" (its second) or "02:00:5e:10:00:01" (the link's
// permanent MAC address).
struct MappedPort {
  std::string name;
  std::string place;

  friend bool operator==(const MappedPort&, const MappedPort&) = default;
};
using HardwareMap = std::vector<MappedPort>;

// The names of the links that are there. No name is given twice: what the map names is taken, also while it is absent.
std::map<std::string, IfIndex, std::less<>> port_names(const Inventory& inventory, const HardwareMap& map);

}  // namespace portreeve::hal
