#include "firmware/bus/answers.h"

namespace portreeve::bus {

int append_path(sd_bus_message* message, const std::string& path) {
  return sd_bus_message_append_basic(message, 'o', path.c_str());
}

int append_struct(sd_bus_message* message, std::initializer_list<const std::string*> texts) {
  const std::string types(texts.size(), 's');
  int result = sd_bus_message_open_container(message, 'r', types.c_str());
  for (const std::string* text : texts) {
    if (result < 0) return result;
    result = append_text(message, *text);
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

int append_faults(sd_bus_message* message, const std::vector<DiagnosticView>& faults) {
  int result = sd_bus_message_open_container(message, 'a', "(suuss)");
  for (const DiagnosticView& fault : faults) {
    if (result >= 0) result = sd_bus_message_open_container(message, 'r', "suuss");
    if (result >= 0) result = append_text(message, fault.file);
    if (result >= 0) result = sd_bus_message_append(message, "uu", fault.line, fault.column);
    if (result >= 0) result = append_text(message, fault.code);
    if (result >= 0) result = append_text(message, fault.text);
    if (result >= 0) result = sd_bus_message_close_container(message);
    if (result < 0) return result;
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

int append_resources(sd_bus_message* message, const std::vector<ResourceView>& resources) {
  int result = sd_bus_message_open_container(message, 'a', "(sss)");
  for (const ResourceView& one : resources) {
    if (result < 0) return result;
    result = append_struct(message, {&one.resource, &one.state, &one.text});
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

}  // namespace portreeve::bus
