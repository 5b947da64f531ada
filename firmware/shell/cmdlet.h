// What a cmdlet is: its name and parameters, from which come binding, completion, help and error messages, and what
// it does. The table of all of them: `cmdlets` (cmdlets.cc).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/daemon.h"
#include "firmware/shell/object.h"
#include "firmware/shell/shell_error.h"
#include "hal/base/result.h"

namespace portreeve::shell {

enum class ParameterType : std::uint8_t { Text, TextList, Asn, HoldTime, IpAddress, Switch };

// Where completion finds values.
enum class ValueSource : std::uint8_t { None, SwitchNames, PortNames, PeerAddresses, ServiceNames, CmdletNames };

struct Parameter {
  std::string_view name;
  std::string_view help;
  ParameterType type = ParameterType::Text;
  bool mandatory = false;
  bool positional = false;  // in the table's order
  ValueSource values = ValueSource::None;
};

// Arguments given their meaning; a value is as typed, and checked against its type.
class Bound {
 public:
  [[nodiscard]] bool has(std::string_view parameter) const { return values_.contains(parameter); }
  [[nodiscard]] std::string text(std::string_view parameter) const;  // empty where it was not given
  [[nodiscard]] std::vector<std::string> texts(std::string_view parameter) const;
  [[nodiscard]] std::uint32_t number(std::string_view parameter) const;  // 0 where it was not given
  [[nodiscard]] bool flag(std::string_view parameter) const;

  void set(std::string_view parameter, std::vector<std::string> values) { values_[parameter] = std::move(values); }

 private:
  std::map<std::string_view, std::vector<std::string>> values_;
};

// What passes through a pipeline: objects, or text that a formatter made of them.
struct Flow {
  std::vector<Object> objects;
  std::string text;
  bool formatted = false;
};

struct Cmdlet {
  std::string_view name;
  std::string_view synopsis;  // one sentence
  std::span<const Parameter> parameters;
  std::string_view example;
  bool takes_input = false;
  Result<Flow, ShellError> (*run)(Daemon& daemon, const Bound& arguments, Flow& input) = nullptr;
};

std::span<const Cmdlet> cmdlets();
const Cmdlet* find_cmdlet(std::string_view name);  // without case, also by alias; nullptr where there is none

// What may follow "-": the parameter of that name, or the one that it is the beginning of.
struct ParameterMatch {
  const Parameter* parameter = nullptr;
  std::vector<std::string_view> candidates;  // where it is the beginning of several
};
ParameterMatch match_parameter(const Cmdlet& cmdlet, std::string_view name);

std::string_view type_name(ParameterType type);  // "UInt32"
std::string_view allowed(ParameterType type);    // "0 or 3-65535"; empty: anything

}  // namespace portreeve::shell
