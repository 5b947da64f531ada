#include "firmware/shell/help.h"

namespace portreeve::shell {
namespace {

void add_parameter(std::string& text, const Parameter& parameter) {
  text += "    -" + std::string(parameter.name);
  if (parameter.type != ParameterType::Switch) text += " <" + std::string(type_name(parameter.type)) + ">";
  if (parameter.mandatory) text += "  (mandatory)";
  text += "\n        " + std::string(parameter.help) + "\n";
  if (const std::string_view range = allowed(parameter.type); !range.empty()) {
    text += "        Allowed: " + std::string(range) + ".\n";
  }
  text += "\n";
}

}  // namespace

std::string syntax_of(const Cmdlet& cmdlet) {
  std::string text(cmdlet.name);
  for (const Parameter& parameter : cmdlet.parameters) {
    std::string part = "-" + std::string(parameter.name);
    if (parameter.positional) part.insert(0, "[").append("]");
    if (parameter.type != ParameterType::Switch) part += " <" + std::string(type_name(parameter.type)) + ">";
    text += parameter.mandatory ? " " + part : " [" + part + "]";
  }
  return text;
}

std::string help_of(const Cmdlet& cmdlet) {
  std::string text = "\nNAME\n    " + std::string(cmdlet.name) + "\n\nSYNOPSIS\n    " + std::string(cmdlet.synopsis) +
                     "\n\nSYNTAX\n    " + syntax_of(cmdlet) + "\n\n";
  if (!cmdlet.parameters.empty()) text += "PARAMETERS\n";
  for (const Parameter& parameter : cmdlet.parameters) add_parameter(text, parameter);
  if (!cmdlet.example.empty()) text += "EXAMPLE\n    PS>" + std::string(cmdlet.example) + "\n\n";
  return text;
}

}  // namespace portreeve::shell
