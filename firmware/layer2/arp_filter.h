// What the kernel lets through to the ARP responder: whole, untagged ARP for IPv4 over Ethernet, request or reply, sent
// to this host or to all. Everything else is dropped before it costs a system call.
#pragma once

#include <vector>

#include "hal/frames.h"

namespace portreeve::layer2 {

std::vector<hal::FilterInstruction> arp_filter();

}  // namespace portreeve::layer2
