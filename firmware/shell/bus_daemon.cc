#include "firmware/shell/bus_daemon.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "hal/base/number.h"

namespace portreeve::shell {
namespace {

constexpr const char* kName = "org.portreeve.Portreeve1";
constexpr const char* kRoot = "/org/portreeve/Portreeve1";
constexpr const char* kManager = "org.portreeve.Portreeve1.Manager";

DaemonError unreachable(const std::string& why) {
  return {"NotAvailable", "The Portreeve service does not answer: " + why + ". Is portreeve.service running?"};
}

DaemonError unreadable() { return {"Failed", "The Portreeve service gave an answer that cannot be read."}; }

DaemonError from_bus(const sd_bus_error& error, int result) {
  const std::string_view name = error.name != nullptr ? error.name : "";
  const std::string message =
      error.message != nullptr ? error.message : system_error("D-Bus", result < 0 ? -result : result).message;
  for (const char* gone : {SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_NO_REPLY,
                           SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_DISCONNECTED}) {
    if (name == gone) return unreachable(message);
  }
  if (name.empty() || name.starts_with("System.Error.")) return unreachable(message);
  if (name == SD_BUS_ERROR_ACCESS_DENIED) {
    return {"AccessDenied", "Access is denied: only root and members of group portreeve may change anything."};
  }
  return {std::string(name.substr(name.rfind('.') + 1)), message};
}

// The variant that comes next; types that no property has are passed over, and show as blank.
bool read_variant(sd_bus_message* message, Value& value) {
  const char* contents = nullptr;
  if (sd_bus_message_peek_type(message, nullptr, &contents) <= 0) return false;
  const std::string_view type = contents;
  if (type != "s" && type != "b" && type != "y" && type != "u" && type != "t" && type != "d" && type != "as") {
    return sd_bus_message_skip(message, "v") >= 0;
  }
  if (sd_bus_message_enter_container(message, 'v', contents) < 0) return false;
  int result = 0;
  if (type == "as") {
    std::vector<std::string> texts;
    const char* text = nullptr;
    result = sd_bus_message_enter_container(message, 'a', "s");
    while (result >= 0 && (result = sd_bus_message_read_basic(message, 's', &text)) > 0) texts.emplace_back(text);
    if (result >= 0) result = sd_bus_message_exit_container(message);
    value = std::move(texts);
  } else if (type == "s") {
    const char* text = nullptr;
    if ((result = sd_bus_message_read_basic(message, 's', &text)) >= 0) value = std::string(text);
  } else if (type == "b") {
    int flag = 0;
    result = sd_bus_message_read_basic(message, 'b', &flag);
    value = flag != 0;
  } else if (type == "d") {
    double number = 0;
    result = sd_bus_message_read_basic(message, 'd', &number);
    value = number;
  } else if (type == "y") {
    std::uint8_t number = 0;
    result = sd_bus_message_read_basic(message, 'y', &number);
    value = std::uint64_t{number};
  } else if (type == "u") {
    std::uint32_t number = 0;
    result = sd_bus_message_read_basic(message, 'u', &number);
    value = std::uint64_t{number};
  } else {
    std::uint64_t number = 0;
    result = sd_bus_message_read_basic(message, 't', &number);
    value = number;
  }
  return result >= 0 && sd_bus_message_exit_container(message) >= 0;
}

// a{sv}
bool read_properties(sd_bus_message* message, Object& object) {
  int result = sd_bus_message_enter_container(message, 'a', "{sv}");
  while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
    const char* name = nullptr;
    Value value;
    if (sd_bus_message_read_basic(message, 's', &name) < 0 || !read_variant(message, value)) return false;
    object.properties.emplace_back(name, std::move(value));
    result = sd_bus_message_exit_container(message);
  }
  return result >= 0 && sd_bus_message_exit_container(message) >= 0;
}

// a{oa{sa{sv}}}, of which only `wanted` is kept.
bool read_managed_objects(sd_bus_message* message, std::string_view wanted, std::vector<Object>& objects) {
  int result = sd_bus_message_enter_container(message, 'a', "{oa{sa{sv}}}");
  while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "oa{sa{sv}}")) > 0) {
    const char* path = nullptr;
    if (sd_bus_message_read_basic(message, 'o', &path) < 0) return false;
    result = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");
    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0) {
      const char* interface = nullptr;
      if (sd_bus_message_read_basic(message, 's', &interface) < 0) return false;
      if (wanted == interface) {
        if (!read_properties(message, objects.emplace_back())) return false;
      } else if (sd_bus_message_skip(message, "a{sv}") < 0) {
        return false;
      }
      result = sd_bus_message_exit_container(message);
    }
    if (result < 0 || sd_bus_message_exit_container(message) < 0) return false;
    result = sd_bus_message_exit_container(message);
  }
  return result >= 0;
}

// a(sa{sv})
bool read_services(sd_bus_message* message, std::vector<Object>& services, std::string& last) {
  int result = sd_bus_message_enter_container(message, 'a', "(sa{sv})");
  while (result >= 0 && (result = sd_bus_message_enter_container(message, 'r', "sa{sv}")) > 0) {
    const char* name = nullptr;
    if (sd_bus_message_read_basic(message, 's', &name) < 0) return false;
    last = name;
    if (!read_properties(message, services.emplace_back())) return false;
    result = sd_bus_message_exit_container(message);
  }
  return result >= 0;
}

// {sv}
void append_setting(sd_bus_message* message, const Setting& setting) {
  const std::string& value = setting.values.front();
  sd_bus_message_open_container(message, 'e', "sv");
  sd_bus_message_append(message, "s", setting.name.c_str());
  switch (setting.type) {
    case Setting::Type::Text:
      sd_bus_message_append(message, "v", "s", value.c_str());
      break;
    case Setting::Type::Number:
      sd_bus_message_append(message, "v", "t", parse_number(value, 0, UINT64_MAX).value_or(0));
      break;
    case Setting::Type::Boolean:
      sd_bus_message_append(message, "v", "b", value == "true" ? 1 : 0);
      break;
    case Setting::Type::List:
      sd_bus_message_open_container(message, 'v', "as");
      sd_bus_message_open_container(message, 'a', "s");
      for (const std::string& one : setting.values) sd_bus_message_append(message, "s", one.c_str());
      sd_bus_message_close_container(message);
      sd_bus_message_close_container(message);
      break;
  }
  sd_bus_message_close_container(message);
}

}  // namespace

BusDaemon::~BusDaemon() { disconnect(); }

void BusDaemon::disconnect() { bus_ = sd_bus_flush_close_unref(bus_); }

Daemon::Answer<void> BusDaemon::connect() {
  if (bus_ != nullptr && sd_bus_is_open(bus_) > 0) return {};
  disconnect();
  int result = sd_bus_new(&bus_);
  std::string address = address_;
  if (const char* set = std::getenv("DBUS_SYSTEM_BUS_ADDRESS"); address.empty() && set != nullptr) address = set;
  if (address.empty()) address = "unix:path=/run/dbus/system_bus_socket";
  if (result >= 0) result = sd_bus_set_address(bus_, address.c_str());
  if (result >= 0) result = sd_bus_set_bus_client(bus_, 1);
  if (result >= 0) result = sd_bus_start(bus_);
  if (result < 0) {
    disconnect();
    return unreachable(system_error("cannot connect to the bus at " + address, -result).message);
  }
  return {};
}

Daemon::Answer<BusDaemon::Message> BusDaemon::start(const char* interface, const char* method) {
  PORTREEVE_TRY_VOID(connect());
  sd_bus_message* message = nullptr;
  const int result = sd_bus_message_new_method_call(bus_, &message, kName, kRoot, interface, method);
  if (result < 0) return unreachable(system_error("D-Bus", -result).message);
  return Message(message);
}

Daemon::Answer<BusDaemon::Message> BusDaemon::call(Message message) {
  sd_bus_error error{};
  sd_bus_message* answer = nullptr;
  const int result = sd_bus_call(bus_, message.get(), 0, &error, &answer);
  if (result >= 0) return Message(answer);
  DaemonError cause = from_bus(error, result);
  sd_bus_error_free(&error);
  return cause;
}

Daemon::Answer<std::vector<Object>> BusDaemon::objects(const std::string& interface) {
  PORTREEVE_TRY(Message question, start("org.freedesktop.DBus.ObjectManager", "GetManagedObjects"));
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Object> objects;
  if (!read_managed_objects(answer.get(), std::string(kName) + "." + interface, objects)) return unreadable();
  return objects;
}

Daemon::Answer<std::vector<Object>> BusDaemon::services() {
  std::vector<Object> services;
  std::string last;
  while (true) {
    const std::size_t before = services.size();
    PORTREEVE_TRY(Message question, start(kManager, "ListServices"));
    sd_bus_message_append(question.get(), "su", last.c_str(), 0);
    PORTREEVE_TRY(const Message answer, call(std::move(question)));
    if (!read_services(answer.get(), services, last)) return unreadable();
    if (services.size() == before) return services;
  }
}

Daemon::Answer<Object> BusDaemon::service(const std::string& name) {
  PORTREEVE_TRY(Message question, start(kManager, "GetService"));
  sd_bus_message_append(question.get(), "s", name.c_str());
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  Object service;
  if (!read_properties(answer.get(), service)) return unreadable();
  return service;
}

Daemon::Answer<std::vector<Fault>> BusDaemon::faults() {
  PORTREEVE_TRY(Message question, start("org.freedesktop.DBus.Properties", "Get"));
  sd_bus_message_append(question.get(), "ss", kManager, "ConfigurationFaults");
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Fault> faults;
  int result = sd_bus_message_enter_container(answer.get(), 'v', "a(suuss)");
  if (result > 0) result = sd_bus_message_enter_container(answer.get(), 'a', "(suuss)");
  const char* file = nullptr;
  const char* code = nullptr;
  const char* text = nullptr;
  Fault fault;
  while (result >= 0 &&
         (result = sd_bus_message_read(answer.get(), "(suuss)", &file, &fault.line, &fault.column, &code, &text)) > 0) {
    fault.file = file;
    fault.code = code;
    fault.text = text;
    faults.push_back(fault);
  }
  if (result < 0) return unreadable();
  return faults;
}

Daemon::Answer<void> BusDaemon::set(const std::string& kind, const std::vector<Setting>& settings) {
  PORTREEVE_TRY(Message question, start(kManager, ("Set" + kind).c_str()));
  sd_bus_message_open_container(question.get(), 'a', "{sv}");
  for (const Setting& setting : settings) append_setting(question.get(), setting);
  sd_bus_message_close_container(question.get());
  PORTREEVE_TRY_VOID(call(std::move(question)));
  return {};
}

Daemon::Answer<void> BusDaemon::remove(const std::string& kind, const std::vector<std::string>& key) {
  PORTREEVE_TRY(Message question, start(kManager, ("Remove" + kind).c_str()));
  for (const std::string& part : key) sd_bus_message_append(question.get(), "s", part.c_str());
  PORTREEVE_TRY_VOID(call(std::move(question)));
  return {};
}

}  // namespace portreeve::shell
