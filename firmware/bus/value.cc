#include "firmware/bus/value.h"

#include <array>
#include <charconv>

#include "hal/base/text.h"

namespace portreeve::bus {
namespace {

// One overload a kind of value.
struct Signature {
  const char* operator()(const std::string*) const { return "s"; }
  const char* operator()(bool) const { return "b"; }
  const char* operator()(std::uint8_t) const { return "y"; }
  const char* operator()(std::uint32_t) const { return "u"; }
  const char* operator()(std::uint64_t) const { return "t"; }
  const char* operator()(double) const { return "d"; }
  const char* operator()(const std::vector<std::string>*) const { return "as"; }
};

struct Appender {
  int operator()(const std::string* text) const { return append_text(message, *text); }
  int operator()(bool value) const {
    const int wide = value ? 1 : 0;  // sd-bus takes booleans as int
    return sd_bus_message_append_basic(message, 'b', &wide);
  }
  int operator()(std::uint8_t value) const { return sd_bus_message_append_basic(message, 'y', &value); }
  int operator()(std::uint32_t value) const { return sd_bus_message_append_basic(message, 'u', &value); }
  int operator()(std::uint64_t value) const { return sd_bus_message_append_basic(message, 't', &value); }
  int operator()(double value) const { return sd_bus_message_append_basic(message, 'd', &value); }
  int operator()(const std::vector<std::string>* texts) const { return append_texts(message, *texts); }

  sd_bus_message* message;
};

struct JsonWriter {
  void operator()(const std::string* text) const { json += json_quoted(*text); }
  void operator()(bool value) const { json += value ? "true" : "false"; }
  void operator()(std::uint8_t value) const { json += std::to_string(value); }
  void operator()(std::uint32_t value) const { json += std::to_string(value); }
  void operator()(std::uint64_t value) const { json += std::to_string(value); }
  void operator()(double value) const {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    json.append(digits.data(), end);
  }
  void operator()(const std::vector<std::string>* texts) const {
    const char* separator = "[";
    for (const std::string& text : *texts) {
      json += separator + json_quoted(text);
      separator = ",";
    }
    json += texts->empty() ? "[]" : "]";
  }

  std::string& json;
};

}  // namespace

const char* signature(const Value& value) { return std::visit(Signature{}, value); }

bool equal(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (const auto* text = std::get_if<const std::string*>(&a)) return **text == *std::get<const std::string*>(b);
  if (const auto* texts = std::get_if<const std::vector<std::string>*>(&a)) {
    return **texts == *std::get<const std::vector<std::string>*>(b);
  }
  return a == b;
}

int append(sd_bus_message* message, const Value& value) { return std::visit(Appender{message}, value); }

int append_text(sd_bus_message* message, const std::string& text) {
  if (is_utf8(text) && text.find('\0') == std::string::npos) {
    // Checked once: sd-bus would look at a document of megabytes again.
    char* space = nullptr;
    const int result = sd_bus_message_append_string_space(message, text.size(), &space);
    if (result >= 0) text.copy(space, text.size());
    return result;
  }
  return sd_bus_message_append_basic(message, 's', printable(text, text.size() * 4).c_str());
}

int append_texts(sd_bus_message* message, const std::vector<std::string>& texts) {
  int result = sd_bus_message_open_container(message, 'a', "s");
  for (const std::string& text : texts) {
    if (result < 0) return result;
    result = append_text(message, text);
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

int append_entry(sd_bus_message* message, const char* key, const Value& value) {
  int result = sd_bus_message_open_container(message, 'e', "sv");
  if (result >= 0) result = sd_bus_message_append_basic(message, 's', key);
  if (result >= 0) result = sd_bus_message_open_container(message, 'v', signature(value));
  if (result >= 0) result = append(message, value);
  if (result >= 0) result = sd_bus_message_close_container(message);
  return result < 0 ? result : sd_bus_message_close_container(message);
}

void append_json(std::string& json, const Value& value) { std::visit(JsonWriter{json}, value); }

}  // namespace portreeve::bus
