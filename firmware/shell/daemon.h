// The daemon as the minishell knows it: objects with properties, and the calls that change something. D-Bus is behind
// it (bus_daemon.h); tests put paper in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/shell/object.h"
#include "hal/base/result.h"

namespace portreeve::shell {

// What a D-Bus error says: its name's last part ("NotFound", "AccessDenied"), and its message.
struct DaemonError {
  std::string name;
  std::string message;
};

struct PeerSettings {
  std::string peer_address;
  std::uint32_t peer_asn = 0;
  std::uint32_t self_asn = 0;
  std::string switch_name;
  std::optional<std::uint32_t> hold_time;
};

struct Fault {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string code;
  std::string text;
};

class Daemon {
 public:
  template <class T>
  using Answer = Result<T, DaemonError>;

  virtual ~Daemon() = default;

  // All objects of an interface ("Port", "BGPPeer"), with D-Bus's property names; in no order.
  virtual Answer<std::vector<Object>> objects(const std::string& interface) = 0;
  virtual Answer<std::vector<Object>> services() = 0;
  virtual Answer<Object> service(const std::string& name) = 0;
  virtual Answer<std::vector<Fault>> faults() = 0;
  virtual Answer<void> set_bgp_peer(const PeerSettings& peer) = 0;
  virtual Answer<void> remove_bgp_peer(const std::string& switch_name, const std::string& peer_address) = 0;
};

}  // namespace portreeve::shell
