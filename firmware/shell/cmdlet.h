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

// A Word is one of the parameter's `words`; a Boolean is $true or $false, a Switch is there or not.
enum class ParameterType : std::uint8_t { Text, TextList, Number, Asn, IpAddress, Word, Boolean, Switch };

// Where completion finds values.
enum class ValueSource : std::uint8_t {
  None,
  SwitchNames,
  SwitchInterfaces,
  PortNames,
  PeerAddresses,
  SpeakerNames,
  BfdProfileNames,
  NetworkNames,
  VnicNames,
  MacAddressPoolNames,
  PoolNames,
  LinkNames,  // of switches, virtual networks, virtual NICs and ports
  RouteLinks,
  RouteDestinations,
  ServiceNames,
  ConfigurationIds,
  FileNames,
  CmdletNames
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order in which tables state them
struct Parameter {
  std::string_view name;
  std::string_view help;
  ParameterType type = ParameterType::Text;
  bool mandatory = false;
  bool positional = false;  // in the table's order
  ValueSource values = ValueSource::None;
  // Parameter sets: 0 is in all of them. Where nothing tells, the first is meant.
  std::uint8_t set = 0;
  std::span<const std::string_view> words = {};  // of a Word; of an Asn, what may stand instead of a number
  std::uint64_t minimum = 0;                     // of a Number
  std::uint64_t maximum = 0;
  bool or_zero = false;
  std::string_view alias = {};          // another name that it has, given in full
  std::string_view or_else = {};        // of a mandatory one: the parameter that may be given in its place
  std::string_view default_value = {};  // what leaving it out means, as a document says it; empty: told by `help`

  [[nodiscard]] bool is_in(std::uint8_t one) const { return set == 0 || set == one; }
};

// Arguments given their meaning; a value is as typed, and checked against its type.
class Bound {
 public:
  [[nodiscard]] bool has(std::string_view parameter) const { return values_.contains(parameter); }
  [[nodiscard]] std::string text(std::string_view parameter) const;  // empty where it was not given
  [[nodiscard]] std::vector<std::string> texts(std::string_view parameter) const;
  [[nodiscard]] bool flag(std::string_view parameter) const;

  // All that was given, in the order of names, as the daemon is told it.
  [[nodiscard]] std::vector<Setting> settings() const;

  void set(const Parameter& parameter, std::vector<std::string> values) {
    values_[parameter.name] = {&parameter, std::move(values)};
  }

 private:
  struct Argument {
    const Parameter* parameter = nullptr;
    std::vector<std::string> values;
  };
  std::map<std::string_view, Argument> values_;
};

// What passes through a pipeline: objects, or text that a formatter made of them.
struct Flow {
  std::vector<Object> objects;
  std::string text;
  bool formatted = false;
  std::vector<ShellError> errors = {};  // that did not keep the rest from being shown
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

std::string_view type_name(const Parameter& parameter);  // "UInt32"
std::string allowed(const Parameter& parameter);         // "0 or 3-65535"; empty: anything
std::uint8_t parameter_sets(const Cmdlet& cmdlet);       // how many; 1 where all parameters go together

}  // namespace portreeve::shell
