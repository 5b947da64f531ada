#include "firmware/shell/help.h"

namespace portreeve::shell {
namespace {

// "How often at most; 300 where it is left out."
std::string help_with_default(const Parameter& parameter) {
  std::string text(parameter.help);
  if (parameter.default_value.empty()) return text;
  if (text.ends_with('.')) text.pop_back();
  const bool boolean = parameter.type == ParameterType::Boolean;
  return text.append(boolean ? "; $" : "; ").append(parameter.default_value).append(" where it is left out.");
}

void add_parameter(std::string& text, const Parameter& parameter) {
  text += "    -" + std::string(parameter.name);
  if (parameter.type != ParameterType::Switch) text += " <" + std::string(type_name(parameter)) + ">";
  if (parameter.mandatory) text += "  (mandatory)";
  if (!parameter.alias.empty()) text += "  (also -" + std::string(parameter.alias) + ")";
  text += "\n        " + help_with_default(parameter) + "\n";
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
