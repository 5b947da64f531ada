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

// What applying a document would do: of each operation its resource and its text, in order.
struct Preview {
  struct Operation {
    std::string resource;
    std::string text;
  };
  std::vector<Operation> operations;
  std::string failure;  // what would then fail; empty: nothing
};

class Daemon {
 public:
  template <class T>
  using Answer = Result<T, DaemonError>;

  virtual ~Daemon() = default;

  // All objects of an interface ("Port", "BGPPeer"), with D-Bus's property names; in no order.
  virtual Answer<std::vector<Object>> objects(const std::string& interface) = 0;
  virtual Answer<Object> statistics(const std::string& port) = 0;
  virtual Answer<std::vector<Object>> services() = 0;
  virtual Answer<Object> service(const std::string& name) = 0;
  virtual Answer<std::vector<Fault>> faults() = 0;
  // `kind` is the interface's name: "BGPPeer". Whether the settings are all of the resource or its changes is the
  // kind's.
  virtual Answer<void> set(const std::string& kind, const std::vector<Setting>& settings) = 0;
  virtual Answer<void> add(const std::string& kind, const std::vector<Setting>& settings) = 0;
  virtual Answer<void> remove(const std::string& kind, const std::vector<std::string>& key) = 0;

  virtual Answer<Object> status() = 0;  // the Manager's properties
  // Of a document that is to be applied; its file is "-".
  virtual Answer<std::vector<Fault>> validate(const std::string& document) = 0;
  virtual Answer<Preview> what_if(const std::string& document) = 0;  // empty: the present one
  // The name of the job that was begun, for `job` and `end_of_job`. A time-out of 0 is none, an id of 0 the daemon's
  // choice.
  virtual Answer<std::string> apply(const std::string& document, std::uint32_t confirm_timeout) = 0;
  virtual Answer<std::string> restore(std::uint64_t id, std::uint32_t confirm_timeout) = 0;
  virtual Answer<Object> job(const std::string& name) = 0;
  virtual Answer<Object> end_of_job(const std::string& name) = 0;  // waits for it
  virtual Answer<void> confirm(std::uint64_t id) = 0;
  virtual Answer<std::string> configuration() = 0;           // what stands, as a document
  virtual Answer<std::vector<Object>> configurations() = 0;  // oldest first
  virtual Answer<std::vector<Object>> differences(std::uint64_t before, std::uint64_t after) = 0;  // 0: what runs
};

}  // namespace portreeve::shell
