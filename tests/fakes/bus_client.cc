#include "tests/fakes/bus_client.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "tests/fakes/run_until.h"

namespace portreeve::fakes {
namespace {

constexpr const char* kName = "org.portreeve.Portreeve1";
constexpr const char* kRoot = "/org/portreeve/Portreeve1";
constexpr const char* kManager = "org.portreeve.Portreeve1.Manager";

std::string describe_next(sd_bus_message* message);

std::string describe_container(sd_bus_message* message, char type, const char* contents) {
  std::string text;
  sd_bus_message_enter_container(message, type, contents);
  while (sd_bus_message_at_end(message, 0) == 0) text += (text.empty() ? "" : ",") + describe_next(message);
  sd_bus_message_exit_container(message);
  if (type == 'a') return "[" + text + "]";
  if (type == 'r') return "(" + text + ")";
  return text;
}

std::string describe_next(sd_bus_message* message) {
  char type = 0;
  const char* contents = nullptr;
  if (sd_bus_message_peek_type(message, &type, &contents) <= 0) return "";
  if (contents != nullptr) return describe_container(message, type, contents);
  if (type == 's' || type == 'o' || type == 'g') {
    const char* text = nullptr;
    sd_bus_message_read_basic(message, type, &text);
    return text;
  }
  if (type == 'd') {
    double value = 0;
    sd_bus_message_read_basic(message, type, &value);
    return std::to_string(value);
  }
  std::uint64_t value = 0;  // little-endian machines: the low octets are the number
  sd_bus_message_read_basic(message, type, &value);
  return std::to_string(value);
}

std::string describe(sd_bus_message* message) {
  std::string text;
  while (sd_bus_message_at_end(message, 1) == 0) text += (text.empty() ? "" : " ") + describe_next(message);
  return text;
}

sd_bus* connect(const std::string& address) {
  sd_bus* bus = nullptr;
  sd_bus_new(&bus);
  sd_bus_set_address(bus, address.c_str());
  sd_bus_set_bus_client(bus, 1);
  if (sd_bus_start(bus) < 0) std::abort();
  return bus;
}

sd_bus_message* make_call(sd_bus* bus, const char* path, const char* interface, const char* method,
                          const BusClient::Fill& fill, const char* destination = kName) {
  sd_bus_message* message = nullptr;
  sd_bus_message_new_method_call(bus, &message, destination, path, interface, method);
  if (fill) fill(message);
  return message;
}

}  // namespace

BusClient::BusClient(boost::asio::io_context& context, const std::string& address)
    : context_(context), bus_(connect(address)) {
  pump_ = std::make_unique<runtime::BusPump>(context, bus_, [](int) {});
}

BusClient::~BusClient() {
  pump_.reset();
  sd_bus_close_unref(bus_);
}

int BusClient::answered(sd_bus_message* answer, void* self, sd_bus_error*) {
  const sd_bus_error* error = sd_bus_message_get_error(answer);
  static_cast<BusClient*>(self)->answers_.push_back(error != nullptr ? Answer{error->name, error->message}
                                                                     : Answer{"", describe(answer)});
  return 0;
}

int BusClient::signalled(sd_bus_message* signal, void* self, sd_bus_error*) {
  std::string text = sd_bus_message_get_path(signal);
  text += std::string(" ") + sd_bus_message_get_interface(signal) + "." + sd_bus_message_get_member(signal) + " ";
  static_cast<BusClient*>(self)->signals.push_back(text + describe(signal));
  return 0;
}

void BusClient::send(const char* path, const char* interface, const char* method, const Fill& fill) {
  sd_bus_message* message = make_call(bus_, path, interface, method, fill);
  sd_bus_call_async(bus_, nullptr, message, answered, this, 20'000'000);
  sd_bus_message_unref(message);
  pump_->kick();
}

BusClient::Answer BusClient::call(const char* path, const char* interface, const char* method, const Fill& fill) {
  const std::size_t before = answers_.size();
  send(path, interface, method, fill);
  if (!run_until(
          context_, [&] { return answers_.size() > before; }, std::chrono::seconds(25)))
    return {"none", ""};
  return answers_.back();
}

BusClient::Answer BusClient::manager(const char* method, const Fill& fill) {
  return call(kRoot, kManager, method, fill);
}

std::string BusClient::property(const char* path, const char* interface, const char* name) {
  const Answer answer = call(path, "org.freedesktop.DBus.Properties", "Get",
                             [&](sd_bus_message* m) { sd_bus_message_append(m, "ss", interface, name); });
  return answer.error.empty() ? answer.text : answer.error;
}

bool BusClient::has_owner() {
  const std::size_t before = answers_.size();
  sd_bus_message* message = make_call(
      bus_, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
      [](sd_bus_message* m) { sd_bus_message_append(m, "s", kName); }, "org.freedesktop.DBus");
  sd_bus_call_async(bus_, nullptr, message, answered, this, 0);
  sd_bus_message_unref(message);
  pump_->kick();
  return run_until(context_, [&] { return answers_.size() > before; }) && answers_.back().text == "1";
}

void BusClient::record_signals() {
  const std::size_t before = answers_.size();
  const auto installed = [](sd_bus_message* answer, void* self, sd_bus_error*) {
    return BusClient::answered(answer, self, nullptr);
  };
  sd_bus_match_signal_async(bus_, nullptr, kName, nullptr, nullptr, nullptr, signalled, installed, this);
  pump_->kick();
  run_until(context_, [&] { return answers_.size() > before; });
}

std::string error_of_call_as(boost::asio::io_context& context, const std::string& address, unsigned user,
                             const std::vector<unsigned>& groups, const char* method, const BusClient::Fill& fill) {
  std::array<int, 2> result{};
  if (pipe2(result.data(), O_CLOEXEC | O_NONBLOCK) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const std::vector<gid_t> ids(groups.begin(), groups.end());
    std::string text = "cannot change the user: run this test as root";
    if (setgroups(ids.size(), ids.data()) == 0 && setgid(user) == 0 && setuid(user) == 0) {
      sd_bus* bus = connect(address);
      sd_bus_error error{};
      const int called = sd_bus_call(bus, make_call(bus, kRoot, kManager, method, fill), 0, &error, nullptr);
      text = called >= 0 ? "none" : error.name;
    }
    _exit(write(result[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  std::array<char, 256> text{};
  ssize_t size = -1;
  run_until(context, [&] { return (size = read(result[0], text.data(), text.size())) > 0; });
  waitpid(child, nullptr, 0);
  for (const int end : result) close(end);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "no answer";
}

}  // namespace portreeve::fakes
