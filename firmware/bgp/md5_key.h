// TCP MD5 signatures (RFC 2385): the kernel signs and checks, and is given the key here.
//
// The key stands in a file and is read anew for every socket, straight into a page that is never swapped, never part
// of a core file, and zero again before the call returns (secret_page.h). No string, log line or error holds it.
//
// A key belongs to a peer's address on one socket. The kernel knows no link in it (TCP_MD5SIG_FLAG_IFINDEX takes VRFs
// only), so a link-local peer's socket, and its listener's, must be bound to the link's interface.
#pragma once

#include <string>

#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

// What a key's file must be: a regular file that others than its owner and group cannot open, of one line of 1–80
// octets (the kernel's limit); a newline at its end does not count. It is on a local disk: the event loop waits for it.
//
// `socket` is open, and may listen or be connected. Packets from and to `peer` are signed from now on, and what comes
// from there unsigned, or signed with another key, is dropped by the kernel without a word.
Result<> set_md5_key(int socket, const IpAddress& peer, const std::string& password_file);
// Packets are not signed any more, and signed ones not taken. No key: nothing happens.
Result<> remove_md5_key(int socket, const IpAddress& peer);

}  // namespace portreeve::bgp
