#include "dsc/reference.h"

#include <string_view>

#include "dsc/value.h"

namespace portreeve::dsc {
namespace {

// '|' would end a cell.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string name_of(const Property& property) {
  const std::string name = "`" + std::string(property.name) + "`";
  return property.list ? "*" + name + "*" : name;
}

std::string need_of(const Property& property) {
  if (property.key && !property.required) return "one of these names it";
  if (property.key) return "names it";
  if (property.required) return "required";
  return property.default_value.empty() ? "" : "`" + std::string(property.default_value) + "`";
}

}  // namespace

std::string write_reference(const Schema& schema) {
  std::string text =
      "# Resources of a configuration document\n\n"
      "Written by `portreeve schema --reference` from the table that the validator, the XSD, D-Bus and the minishell\n"
      "read, too. Attributes are plain, *child elements* (any number of them) are slanted.\n";
  for (const ResourceType* type : schema.types()) {
    text += "\n## " + std::string(type->name) + "\n\n" + std::string(type->help) + "\n\n";
    text += "| property | meaning | takes | default |\n|---|---|---|---|\n";
    for (const Property& property : type->properties) {
      text += "| " + name_of(property) + " | " + cell(property.help) + " | " + cell(allowed_values(property)) + " | " +
              need_of(property) + " |\n";
    }
  }
  text +=
      "\nEvery resource also takes `Ensure` (`Present`, or `Absent`: what a lower layer states is removed, and only "
      "the\n"
      "key is needed) and `DependsOn` (`[Type]Key`, several separated by blanks: those are made first).\n";
  return text;
}

}  // namespace portreeve::dsc
