#include "firmware/shell/bus_daemon.h"

#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "hal/base/number.h"

namespace portreeve::shell {
namespace {

constexpr const char* kName = "org.portreeve.Portreeve1";
constexpr const char* kRoot = "/org/portreeve/Portreeve1";
constexpr const char* kManager = "org.portreeve.Portreeve1.Manager";
constexpr const char* kJob = "org.portreeve.Portreeve1.Job";
constexpr const char* kPort = "org.portreeve.Portreeve1.Port";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
constexpr const char* kTimeoutOption = "ConfirmTimeoutInSeconds";
constexpr std::uint64_t kLongestSilence = 1'000'000;  // microseconds; then a job is asked for without a signal

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
    return {"AccessDenied", "Access is denied: only root and members of group portreeve may do this."};
  }
  return {std::string(name.substr(name.rfind('.') + 1)), message};
}

std::string place_of(const Fault& fault) {
  return fault.file + ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": ";
}

// a(suuss)
bool read_faults(sd_bus_message* message, std::vector<Fault>& faults) {
  const char* file = nullptr;
  const char* code = nullptr;
  const char* text = nullptr;
  Fault fault;
  int result = sd_bus_message_enter_container(message, 'a', "(suuss)");
  while (result >= 0 &&
         (result = sd_bus_message_read(message, "(suuss)", &file, &fault.line, &fault.column, &code, &text)) > 0) {
    fault.file = file;
    fault.code = code;
    fault.text = text;
    faults.push_back(fault);
  }
  return result >= 0 && sd_bus_message_exit_container(message) >= 0;
}

// What comes next of a(suuss), "a.xml:3:4: why", or of a(sss), "[Port]Port2: Waiting: for eth7"; as a variant.
bool read_rows(sd_bus_message* message, const char* type, std::vector<std::string>& rows) {
  if (sd_bus_message_enter_container(message, 'v', type) < 0) return false;
  if (std::string_view(type) == "a(suuss)") {
    std::vector<Fault> faults;
    if (!read_faults(message, faults)) return false;
    for (const Fault& fault : faults) rows.push_back(place_of(fault) + fault.text);
  } else {
    const char* parts[3] = {};
    int result = sd_bus_message_enter_container(message, 'a', "(sss)");
    while (result >= 0 && (result = sd_bus_message_read(message, "(sss)", &parts[0], &parts[1], &parts[2])) > 0) {
      const std::string why = *parts[2] == '\0' ? "" : std::string(": ") + parts[2];
      rows.push_back(std::string(parts[0]) + ": " + parts[1] + why);
    }
    if (result < 0 || sd_bus_message_exit_container(message) < 0) return false;
  }
  return sd_bus_message_exit_container(message) >= 0;
}

// The variant that comes next; types that no property has are passed over, and show as blank.
bool read_variant(sd_bus_message* message, Value& value) {
  const char* contents = nullptr;
  if (sd_bus_message_peek_type(message, nullptr, &contents) <= 0) return false;
  const std::string_view type = contents;
  if (type == "a(sss)" || type == "a(suuss)") {
    return read_rows(message, contents, value.emplace<std::vector<std::string>>());
  }
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

// a{st}
bool read_counters(sd_bus_message* message, Object& object) {
  const char* name = nullptr;
  std::uint64_t count = 0;
  int result = sd_bus_message_enter_container(message, 'a', "{st}");
  while (result >= 0 && (result = sd_bus_message_read(message, "{st}", &name, &count)) > 0) {
    object.properties.emplace_back(name, count);
  }
  return result >= 0;
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

// a(ss), s
bool read_preview(sd_bus_message* message, Preview& preview) {
  const char* resource = nullptr;
  const char* text = nullptr;
  int result = sd_bus_message_enter_container(message, 'a', "(ss)");
  while (result >= 0 && (result = sd_bus_message_read(message, "(ss)", &resource, &text)) > 0) {
    preview.operations.push_back({resource, text});
  }
  if (result < 0 || sd_bus_message_exit_container(message) < 0) return false;
  if (sd_bus_message_read_basic(message, 's', &text) < 0) return false;
  preview.failure = text;
  return true;
}

// aa{sv}
bool read_dictionaries(sd_bus_message* message, std::vector<Object>& objects) {
  if (sd_bus_message_enter_container(message, 'a', "a{sv}") < 0) return false;
  while (sd_bus_message_at_end(message, 0) == 0) {
    if (!read_properties(message, objects.emplace_back())) return false;
  }
  return true;
}

// a(ssss)
bool read_differences(sd_bus_message* message, std::vector<Object>& objects) {
  const char* parts[4] = {};
  int result = sd_bus_message_enter_container(message, 'a', "(ssss)");
  while (result >= 0 &&
         (result = sd_bus_message_read(message, "(ssss)", &parts[0], &parts[1], &parts[2], &parts[3])) > 0) {
    objects.emplace_back().properties = {{"Resource", std::string(parts[0])},
                                         {"Property", std::string(parts[1])},
                                         {"Before", std::string(parts[2])},
                                         {"After", std::string(parts[3])}};
  }
  return result >= 0;
}

// a{sv}
void append_confirm_timeout(sd_bus_message* message, std::uint32_t seconds) {
  if (seconds == 0)
    sd_bus_message_append(message, "a{sv}", 0);
  else
    sd_bus_message_append(message, "a{sv}", 1, kTimeoutOption, "u", seconds);
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

Daemon::Answer<BusDaemon::Message> BusDaemon::start(const char* interface, const char* method, const char* path) {
  PORTREEVE_TRY_VOID(connect());
  sd_bus_message* message = nullptr;
  const int result =
      sd_bus_message_new_method_call(bus_, &message, kName, path != nullptr ? path : kRoot, interface, method);
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

Daemon::Answer<Object> BusDaemon::statistics(const std::string& port) {
  char* encoded = nullptr;
  if (sd_bus_path_encode((std::string(kRoot) + "/port").c_str(), port.c_str(), &encoded) < 0) return unreadable();
  const std::unique_ptr<char, decltype(&std::free)> path(encoded, &std::free);
  PORTREEVE_TRY(Message question, start(kPort, "GetStatistics", path.get()));
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  Object statistics;
  if (!read_counters(answer.get(), statistics)) return unreadable();
  return statistics;
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
  PORTREEVE_TRY(Message question, start(kProperties, "Get"));
  sd_bus_message_append(question.get(), "ss", kManager, "ConfigurationFaults");
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Fault> faults;
  if (sd_bus_message_enter_container(answer.get(), 'v', "a(suuss)") < 0) return unreadable();
  if (!read_faults(answer.get(), faults)) return unreadable();
  return faults;
}

Daemon::Answer<void> BusDaemon::set(const std::string& kind, const std::vector<Setting>& settings) {
  return state("Set" + kind, settings);
}

Daemon::Answer<void> BusDaemon::add(const std::string& kind, const std::vector<Setting>& settings) {
  return state("Add" + kind, settings);
}

Daemon::Answer<void> BusDaemon::state(const std::string& method, const std::vector<Setting>& settings) {
  PORTREEVE_TRY(Message question, start(kManager, method.c_str()));
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

Daemon::Answer<Object> BusDaemon::properties_of(const char* path, const char* interface) {
  PORTREEVE_TRY(Message question, start(kProperties, "GetAll", path));
  sd_bus_message_append(question.get(), "s", interface);
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  Object object;
  if (!read_properties(answer.get(), object)) return unreadable();
  return object;
}

Daemon::Answer<Object> BusDaemon::status() { return properties_of(kRoot, kManager); }

Daemon::Answer<std::vector<Fault>> BusDaemon::validate(const std::string& document) {
  PORTREEVE_TRY(Message question, start(kManager, "Validate"));
  sd_bus_message_append(question.get(), "s", document.c_str());
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Fault> faults;
  if (!read_faults(answer.get(), faults)) return unreadable();
  return faults;
}

Daemon::Answer<Preview> BusDaemon::what_if(const std::string& document) {
  PORTREEVE_TRY(Message question, start(kManager, "WhatIf"));
  sd_bus_message_append(question.get(), "s", document.c_str());
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  Preview preview;
  if (!read_preview(answer.get(), preview)) return unreadable();
  return preview;
}

// A document, or the path of a job.
Daemon::Answer<std::string> BusDaemon::text_of_call(Message message) {
  PORTREEVE_TRY(const Message answer, call(std::move(message)));
  char type = 0;
  const char* text = nullptr;
  if (sd_bus_message_peek_type(answer.get(), &type, nullptr) <= 0 || (type != 's' && type != 'o')) return unreadable();
  if (sd_bus_message_read_basic(answer.get(), type, &text) < 0) return unreadable();
  return std::string(text);
}

Daemon::Answer<std::string> BusDaemon::apply(const std::string& document, std::uint32_t confirm_timeout) {
  PORTREEVE_TRY(Message question, start(kManager, "Apply"));
  sd_bus_message_append(question.get(), "s", document.c_str());
  append_confirm_timeout(question.get(), confirm_timeout);
  return text_of_call(std::move(question));
}

Daemon::Answer<std::string> BusDaemon::restore(std::uint64_t id, std::uint32_t confirm_timeout) {
  PORTREEVE_TRY(Message question, start(kManager, "Restore"));
  sd_bus_message_append(question.get(), "t", id);
  append_confirm_timeout(question.get(), confirm_timeout);
  return text_of_call(std::move(question));
}

Daemon::Answer<Object> BusDaemon::job(const std::string& name) { return properties_of(name.c_str(), kJob); }

Daemon::Answer<Object> BusDaemon::end_of_job(const std::string& name) {
  PORTREEVE_TRY_VOID(connect());
  sd_bus_slot* slot = nullptr;
  sd_bus_match_signal(bus_, &slot, kName, name.c_str(), kProperties, "PropertiesChanged", nullptr, nullptr);
  const std::unique_ptr<sd_bus_slot, decltype(&sd_bus_slot_unref)> owned(slot, &sd_bus_slot_unref);
  bool shown = false;
  auto now = job(name);
  while (now && now->text("State") != "Finished") {
    const Value* progress = now->find("Progress");
    const double* fraction = progress != nullptr ? std::get_if<double>(progress) : nullptr;
    if (progress_ && fraction != nullptr) progress_(*fraction);
    shown = true;
    wait_for_news();
    now = job(name);
  }
  if (progress_ && shown) progress_(std::nullopt);
  return now;
}

// A signal, or silence that lasts too long: the daemon may have gone without a word.
void BusDaemon::wait_for_news() {
  bool any = false;
  while (sd_bus_process(bus_, nullptr) > 0) any = true;
  if (!any) sd_bus_wait(bus_, kLongestSilence);
}

Daemon::Answer<void> BusDaemon::confirm(std::uint64_t id) {
  PORTREEVE_TRY(Message question, start(kManager, "Confirm"));
  sd_bus_message_append(question.get(), "t", id);
  PORTREEVE_TRY_VOID(call(std::move(question)));
  return {};
}

Daemon::Answer<std::string> BusDaemon::configuration() {
  PORTREEVE_TRY(Message question, start(kManager, "GetConfiguration"));
  return text_of_call(std::move(question));
}

Daemon::Answer<std::vector<Object>> BusDaemon::configurations() {
  PORTREEVE_TRY(Message question, start(kManager, "ListConfigurations"));
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Object> configurations;
  if (!read_dictionaries(answer.get(), configurations)) return unreadable();
  return configurations;
}

Daemon::Answer<std::vector<Object>> BusDaemon::differences(std::uint64_t before, std::uint64_t after) {
  PORTREEVE_TRY(Message question, start(kManager, "CompareConfigurations"));
  sd_bus_message_append(question.get(), "tt", before, after);
  PORTREEVE_TRY(const Message answer, call(std::move(question)));
  std::vector<Object> differences;
  if (!read_differences(answer.get(), differences)) return unreadable();
  return differences;
}

}  // namespace portreeve::shell
