#include "firmware/bus/requests.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "firmware/bus/value.h"
#include "hal/base/number.h"
#include "hal/base/text.h"

namespace portreeve::bus {
namespace {

using Kind = AttributeType;
using Key = AttributeKey;

constexpr Key kServiceKeys[] = {
    {"PoolName", Kind::Text},
    {"LoadBalancerIP", Kind::Texts},
    {"LocalAddress", Kind::Boolean},
};

constexpr Key kApplyKeys[] = {{"ConfirmTimeoutInSeconds", Kind::Number}};
constexpr std::uint32_t kLongestConfirmTimeout = 86'400;

struct Entry {
  const Key* key = nullptr;
  std::variant<std::string, std::vector<std::string>, bool> value;  // numbers as decimal text
};
using Entries = std::vector<Entry>;

Error invalid(std::string message) { return {ErrorKind::InvalidArgument, std::move(message)}; }

// The vtable's signature was checked by sd-bus; what can still fail is a message that contradicts itself.
Error malformed(int result) {
  return invalid("the message cannot be read: " + system_error("sd-bus", -result).message);
}

std::string type_name(Kind kind) {
  switch (kind) {
    case Kind::Text:
      return "a string (s)";
    case Kind::Texts:
      return "strings (as)";
    case Kind::Number:
      return "a whole number, not negative (u)";
    case Kind::Boolean:
      return "a boolean (b)";
    case Kind::NumberOrText:
      return "a whole number, not negative (u), or a string (s)";
  }
  return {};
}

std::string names_of(std::span<const Key> keys) {
  std::string names;
  for (const Key& key : keys) names += (names.empty() ? "" : ", ") + std::string(key.name);
  return names;
}

// A whole number of any of D-Bus's types, as text; nothing where it is another type or negative.
std::optional<std::string> read_number(sd_bus_message* message, char type) {
  union {
    std::uint8_t y;
    std::int16_t n;
    std::uint16_t q;
    std::int32_t i;
    std::uint32_t u;
    std::int64_t x;
    std::uint64_t t;
  } value{};
  if (std::string_view("ynqiuxt").find(type) == std::string_view::npos) return std::nullopt;
  if (sd_bus_message_read_basic(message, type, &value) < 0) return std::nullopt;
  const std::int64_t as_signed = type == 'n' ? value.n : type == 'i' ? value.i : type == 'x' ? value.x : 0;
  if (as_signed < 0) return std::nullopt;
  if (type == 'y') return std::to_string(value.y);
  if (type == 'q') return std::to_string(value.q);
  if (type == 'u') return std::to_string(value.u);
  if (type == 't') return std::to_string(value.t);
  return std::to_string(as_signed);
}

std::optional<std::string> read_string(sd_bus_message* message) {
  const char* text = nullptr;
  if (sd_bus_message_read_basic(message, 's', &text) < 0) return std::nullopt;
  return text;
}

// The contents of a variant of signature `contents`; nothing where that is not what `kind` takes.
std::optional<decltype(Entry::value)> read_value(sd_bus_message* message, Kind kind, std::string_view contents) {
  switch (kind) {
    case Kind::Text:
      if (contents == "s") return read_string(message);
      break;
    case Kind::Number:
      if (contents.size() == 1) return read_number(message, contents[0]);
      break;
    case Kind::Boolean:
      if (int value = 0; contents == "b" && sd_bus_message_read_basic(message, 'b', &value) >= 0) return value != 0;
      break;
    case Kind::NumberOrText:
      if (contents == "s") return read_string(message);
      if (contents.size() == 1) return read_number(message, contents[0]);
      break;
    case Kind::Texts:
      if (contents == "s") {
        if (auto one = read_string(message)) return std::vector<std::string>{std::move(*one)};
      } else if (contents == "as") {
        if (auto texts = read_texts(message)) return std::move(*texts);
      }
      break;
  }
  return std::nullopt;
}

Error wrong_type(const Key& key, std::string_view type) {
  return invalid("'" + std::string(key.name) + "' must be " + type_name(key.type) + "; got one of type '" +
                 std::string(type) + "'" + (key.type == Kind::Number && type.size() == 1 ? " that is none" : ""));
}

constexpr std::size_t kLongestFaults = 4096;

// An entry that is wrong is passed over, and what is wrong with it is added to `faults`.
Result<std::optional<Entry>> read_entry(sd_bus_message* message, std::span<const Key> keys, std::string& faults) {
  const auto tell = [&](const std::string& fault) { faults += (faults.empty() ? "" : "; ") + fault; };
  PORTREEVE_TRY(const std::string name, read_text(message));
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
  const char* contents = nullptr;
  int result = sd_bus_message_peek_type(message, nullptr, &contents);
  if (result < 0) return malformed(result);
  if (key == keys.end()) {
    tell("'" + printable(name, 64) + "' is not known here; allowed: " + names_of(keys));
    if ((result = sd_bus_message_skip(message, "v")) < 0) return malformed(result);
    return std::optional<Entry>();
  }
  const std::string type = contents;
  if ((result = sd_bus_message_enter_container(message, 'v', contents)) < 0) return malformed(result);
  auto value = read_value(message, key->type, type);
  if (!value) tell(wrong_type(*key, type).message);
  // What was not taken is still to be passed over.
  while (result >= 0 && sd_bus_message_at_end(message, 0) == 0) result = sd_bus_message_skip(message, nullptr);
  if (result >= 0) result = sd_bus_message_exit_container(message);
  if (result < 0) return malformed(result);
  if (!value) return std::optional<Entry>(Entry{&*key, std::string()});
  return std::optional<Entry>(Entry{&*key, std::move(*value)});
}

Result<Entries> read_dictionary(sd_bus_message* message, std::span<const Key> keys) {
  Entries entries;
  std::string faults;
  int result = sd_bus_message_enter_container(message, 'a', "{sv}");
  while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
    PORTREEVE_TRY(std::optional<Entry> entry, read_entry(message, keys, faults));
    if (faults.size() > kLongestFaults) return invalid(std::move(faults));
    const auto same = [&](const Entry& earlier) { return entry && earlier.key == entry->key; };
    if (std::any_of(entries.begin(), entries.end(), same)) {
      faults += (faults.empty() ? "'" : "; '") + std::string(entry->key->name) + "' is given twice";
    } else if (entry) {
      entries.push_back(std::move(*entry));
    }
    result = sd_bus_message_exit_container(message);
  }
  if (result >= 0) result = sd_bus_message_exit_container(message);
  if (result < 0) return malformed(result);
  for (const Key& key : keys) {
    const bool given = std::any_of(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == &key; });
    if (!key.required || given) continue;
    faults +=
        (faults.empty() ? "'" : "; '") + std::string(key.name) + "' is missing; it must be " + type_name(key.type);
  }
  if (!faults.empty()) return invalid(std::move(faults));
  return entries;
}

// A key of a service's dictionary into the request. There are 100,000 of them in a call: what is usual, a value of the
// type that the key has, is read without asking for its type first.
Result<> read_service_entry(sd_bus_message* message, ServiceRequest& request, std::uint8_t& given) {
  const char* name = nullptr;
  int result = sd_bus_message_read_basic(message, 's', &name);
  if (result < 0) return malformed(result);
  std::size_t place = 0;
  while (place < std::size(kServiceKeys) && kServiceKeys[place].name != name) ++place;
  if (place == std::size(kServiceKeys)) {
    return invalid("'" + printable(name, 64) + "' is not known here; allowed: " + names_of(kServiceKeys));
  }
  const Key& key = kServiceKeys[place];
  const auto bit = static_cast<std::uint8_t>(1U << place);
  if ((given & bit) != 0) return invalid("'" + std::string(key.name) + "' is given twice");
  given |= bit;

  const char* type = key.type == Kind::Boolean ? "b" : key.type == Kind::Text ? "s" : "as";
  result = sd_bus_message_enter_container(message, 'v', type);
  if (result == -ENXIO) {
    result = sd_bus_message_peek_type(message, nullptr, &type);
    if (result >= 0) result = sd_bus_message_enter_container(message, 'v', type);
  }
  if (result < 0) return malformed(result);
  auto value = read_value(message, key.type, type);
  if (!value) return wrong_type(key, type);
  if (place == 0) request.pool = std::move(std::get<std::string>(*value));
  if (place == 1) request.addresses = std::move(std::get<std::vector<std::string>>(*value));
  if (place == 2) request.local_address = std::get<bool>(*value);
  if ((result = sd_bus_message_exit_container(message)) < 0) return malformed(result);
  return {};
}

Result<> read_service_dictionary(sd_bus_message* message, ServiceRequest& request) {
  std::uint8_t given = 0;
  int result = sd_bus_message_enter_container(message, 'a', "{sv}");
  while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
    PORTREEVE_TRY_VOID(read_service_entry(message, request, given));
    result = sd_bus_message_exit_container(message);
  }
  if (result >= 0) result = sd_bus_message_exit_container(message);
  if (result < 0) return malformed(result);
  return {};
}

}  // namespace

Result<Attributes> read_attributes(sd_bus_message* message, std::span<const AttributeKey> keys) {
  PORTREEVE_TRY(Entries entries, read_dictionary(message, keys));
  Attributes attributes;
  for (Entry& entry : entries) {
    if (auto* text = std::get_if<std::string>(&entry.value)) {
      attributes.emplace_back(entry.key->name, std::move(*text));
    } else if (const auto* flag = std::get_if<bool>(&entry.value)) {
      attributes.emplace_back(entry.key->name, *flag ? "true" : "false");
    } else {
      for (std::string& one : std::get<std::vector<std::string>>(entry.value)) {
        attributes.emplace_back(entry.key->name, std::move(one));
      }
    }
  }
  return attributes;
}

Result<std::optional<std::uint32_t>> read_confirm_timeout(sd_bus_message* message) {
  PORTREEVE_TRY(const Entries entries, read_dictionary(message, kApplyKeys));
  if (entries.empty()) return std::optional<std::uint32_t>{};
  const std::string& given = std::get<std::string>(entries[0].value);
  const auto seconds = parse_number(given, 1, kLongestConfirmTimeout);
  if (!seconds) {
    return invalid("'" + std::string(kApplyKeys[0].name) + "' is " + given + "; allowed: 1 to " +
                   std::to_string(kLongestConfirmTimeout));
  }
  return std::optional<std::uint32_t>(static_cast<std::uint32_t>(*seconds));
}

Result<std::string> read_document(sd_bus_message* message) {
  PORTREEVE_TRY(std::string document, read_text(message));
  if (document.size() > kLargestDocument) {
    return invalid("the document has " + std::to_string(document.size()) + " octets; allowed: at most " +
                   std::to_string(kLargestDocument));
  }
  return document;
}

Result<std::string> read_text(sd_bus_message* message) {
  const char* text = nullptr;
  const int result = sd_bus_message_read_basic(message, 's', &text);
  if (result < 0) return malformed(result);
  return std::string(text);
}

Result<std::uint64_t> read_id(sd_bus_message* message) {
  std::uint64_t id = 0;
  const int result = sd_bus_message_read_basic(message, 't', &id);
  if (result < 0) return malformed(result);
  return id;
}

Result<std::vector<std::string>> read_texts(sd_bus_message* message) {
  std::vector<std::string> texts;
  int result = sd_bus_message_enter_container(message, 'a', "s");
  const char* text = nullptr;
  while (result >= 0 && (result = sd_bus_message_read_basic(message, 's', &text)) > 0) texts.emplace_back(text);
  if (result >= 0) result = sd_bus_message_exit_container(message);
  if (result < 0) return malformed(result);
  return texts;
}

Result<ServiceRequest> read_service_request(sd_bus_message* message) {
  ServiceRequest request;
  PORTREEVE_TRY(request.name, read_text(message));
  if (const auto read = read_service_dictionary(message, request); !read) {
    return invalid("service '" + printable(request.name, 253) + "': " + read.error().message);
  }
  return request;
}

Result<> enter_service_requests(sd_bus_message* message) {
  const int result = sd_bus_message_enter_container(message, 'a', "(sa{sv})");
  if (result < 0) return malformed(result);
  return {};
}

Result<std::optional<ServiceRequest>> next_service_request(sd_bus_message* message) {
  int result = sd_bus_message_enter_container(message, 'r', "sa{sv}");
  if (result < 0) return malformed(result);
  if (result == 0) return std::optional<ServiceRequest>{};
  PORTREEVE_TRY(ServiceRequest request, read_service_request(message));
  if ((result = sd_bus_message_exit_container(message)) < 0) return malformed(result);
  return std::optional<ServiceRequest>{std::move(request)};
}

}  // namespace portreeve::bus
