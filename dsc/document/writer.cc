#include "dsc/document/writer.h"

#include <string_view>

namespace portreeve::dsc {
namespace {

void append_escaped(std::string& text, std::string_view value) {
  while (true) {
    const std::size_t plain = value.find_first_of("&<>\"");
    text += value.substr(0, plain);
    if (plain == std::string_view::npos) return;
    switch (value[plain]) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      default:
        text += "&quot;";
        break;
    }
    value.remove_prefix(plain + 1);
  }
}

void append_attribute(std::string& text, std::string_view name, std::string_view value) {
  text += ' ';
  text += name;
  text += "=\"";
  append_escaped(text, value);
  text += '"';
}

void append_attributes(std::string& text, const Resource& resource) {
  for (const Value& value : resource.settings) {
    if (!value.property->list) append_attribute(text, value.property->name, value.text);
  }
  if (resource.absent) append_attribute(text, "Ensure", "Absent");
  if (resource.depends_on.empty()) return;
  std::string all;
  for (const Dependency& dependency : resource.depends_on) all += (all.empty() ? "" : " ") + dependency.id.to_string();
  append_attribute(text, "DependsOn", all);
}

bool append_elements(std::string& text, const Resource& resource) {
  bool any = false;
  for (const Value& value : resource.settings) {
    if (!value.property->list) continue;
    if (!any) text += ">\n";
    any = true;
    text += "    <";
    text += value.property->name;
    text += '>';
    append_escaped(text, value.text);
    text += "</";
    text += value.property->name;
    text += ">\n";
  }
  return any;
}

}  // namespace

std::string write_document(const Document& document) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Configuration";
  append_attribute(text, "xmlns", kNamespace);
  if (!document.name.empty()) append_attribute(text, "Name", document.name);
  text += ">\n";
  for (const Resource& resource : document.resources) {
    text += "  <";
    text += resource.type->name;
    append_attributes(text, resource);
    if (append_elements(text, resource)) {
      text += "  </";
      text += resource.type->name;
      text += ">\n";
    } else {
      text += "/>\n";
    }
  }
  text += "</Configuration>\n";
  return text;
}

}  // namespace portreeve::dsc
