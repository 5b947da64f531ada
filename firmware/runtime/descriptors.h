// File descriptors of the process: a switch takes three, a session one; of the usual 1,024 there would soon be none
// left.
#pragma once

namespace portreeve::runtime {

// Raises RLIMIT_NOFILE to what is allowed, and has the kernel's table of descriptors made for thousands. To be called
// before there is a second thread: to enlarge a table that threads share, the kernel waits for an RCU grace period
// (some 20 ms, in the event loop).
void prepare_descriptors();

}  // namespace portreeve::runtime
