// The daemon as the minishell knows it: objects with properties, and the calls that change something. D-Bus is behind
// it (bus_daemon.h); tests put paper in its place.
#pragma once

#include <cstdint>
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

// An attribute of a resource that is to be set.
struct Setting {
  enum class Type : std::uint8_t { Text, Number, Boolean, List };
  std::string name;
  Type type = Type::Text;
  std::vector<std::string> values;  // one, but for a List
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
  // `kind` is the interface's name: "BGPPeer". The settings state the whole resource.
  virtual Answer<void> set(const std::string& kind, const std::vector<Setting>& settings) = 0;
  virtual Answer<void> remove(const std::string& kind, const std::vector<std::string>& key) = 0;
};

}  // namespace portreeve::shell
