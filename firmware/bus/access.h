// Who may change something: root, the daemon's own user, and members of group `portreeve`. Reading is open to all.
//
// The D-Bus policy (image/org.portreeve.Portreeve1.conf) says so too; this check holds on a bus that has no such
// policy. The bus driver is asked once for each sender, without waiting: `decide` is called later, in the order of the
// calls of one sender. A driver that tells no groups (UnixGroupIDs: dbus-daemon 1.14, dbus-broker) lets in root alone.
// Who was let in is told with it: what changes a configuration is remembered with its author.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/bus/value.h"

namespace portreeve::bus {

// Where groups and users are named: the C library's look-up does not work in a static binary.
struct AccountFiles {
  std::string groups = "/etc/group";
  std::string users = "/etc/passwd";
};

class Access {
 public:
  explicit Access(AccountFiles files) : files_(std::move(files)) {}

  using Decide = std::function<void(const std::optional<Caller>& allowed)>;  // none: refused
  // Possibly from inside the call. Not called at all when the bus goes first: there is no one to answer then.
  void check(sd_bus_message* message, Decide decide);
  void forget();  // the bus is gone, and all senders' names with it

 private:
  struct Sender {
    Access* access = nullptr;
    bool known = false;
    std::optional<Caller> allowed;
    Slot query;
    std::vector<Decide> waiting;
  };

  static int credentials_came(sd_bus_message* reply, void* sender, sd_bus_error* error);
  [[nodiscard]] std::optional<Caller> allowed_caller(sd_bus_message* credentials) const;

  AccountFiles files_;
  std::map<std::string, std::unique_ptr<Sender>> senders_;
};

}  // namespace portreeve::bus
