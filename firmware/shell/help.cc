#include "firmware/shell/help.h"

namespace portreeve::shell {
namespace {

void add_parameter(std::string& text, const Parameter& parameter) {
  text += "    -" + std::string(parameter.name);
  if (parameter.type != ParameterType::Switch) text += " <" + std::string(type_name(parameter)) + ">";
  if (parameter.mandatory) text += "  (mandatory)";
  if (!parameter.alias.empty()) text += "  (also -" + std::string(parameter.alias) + ")";
  text += "\n        " + std::string(parameter.help) + "\n";
  if (const std::string range = allowed(parameter); !range.empty()) {
    text += "        Allowed: " + range + ".\n";
  }
  text += "\n";
}

}  // namespace

std::string syntax_of(const Cmdlet& cmdlet, std::string_view between) {
  std::string text;
  for (std::uint8_t set = 1; set <= parameter_sets(cmdlet); ++set) {
    text.append(text.empty() ? "" : between).append(cmdlet.name);
    for (const Parameter& parameter : cmdlet.parameters) {
      if (!parameter.is_in(set)) continue;
      std::string part = "-" + std::string(parameter.name);
      if (parameter.positional) part.insert(0, "[").append("]");
      if (parameter.type != ParameterType::Switch) part += " <" + std::string(type_name(parameter)) + ">";
      text += parameter.mandatory ? " " + part : " [" + part + "]";
    }
  }
  return text;
}

std::string help_of(const Cmdlet& cmdlet) {
  std::string text = "\nNAME\n    " + std::string(cmdlet.name) + "\n\nSYNOPSIS\n    " + std::string(cmdlet.synopsis) +
                     "\n\nSYNTAX\n    " + syntax_of(cmdlet, "\n    ") + "\n\n";
  if (!cmdlet.parameters.empty()) text += "PARAMETERS\n";
  for (const Parameter& parameter : cmdlet.parameters) add_parameter(text, parameter);
  if (!cmdlet.example.empty()) text += "EXAMPLE\n    PS>" + std::string(cmdlet.example) + "\n\n";
  return text;
}

}  // namespace portreeve::shell
