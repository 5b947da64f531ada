#include "firmware/bus/access.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "firmware/bus/names.h"
#include "hal/base/number.h"

namespace portreeve::bus {
namespace {

// Senders remembered; their names are never used again by others, so forgetting one costs a question only.
constexpr std::size_t kRemembered = 256;

// A line of group(5) or passwd(5), "portreeve:x:998:…": both begin with a name, a password and the number.
struct Account {
  std::string_view name;
  std::optional<std::uint64_t> number;
};

Account read_account(std::string_view line) {
  const std::size_t name_end = std::min(line.find(':'), line.size());
  const std::size_t password_end = line.find(':', std::min(name_end + 1, line.size()));
  if (password_end == std::string_view::npos) return {};
  const std::string_view rest = line.substr(password_end + 1);
  return {line.substr(0, name_end), parse_number(rest.substr(0, rest.find(':')), 0, UINT32_MAX - 1)};
}

std::optional<std::uint32_t> number_of_our_group(const std::string& file) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const Account group = read_account(line);
    if (group.name == kGroup && group.number) return static_cast<std::uint32_t>(*group.number);
  }
  return std::nullopt;
}

std::string user_name(const std::string& file, std::uint32_t uid) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const Account user = read_account(line);
    if (user.number == uid && !user.name.empty()) return std::string(user.name);
  }
  return std::to_string(uid);
}

struct Credentials {
  std::optional<std::uint32_t> user;
  std::vector<std::uint32_t> groups;
};

// The driver's GetConnectionCredentials, a{sv}; what else it tells is passed over.
Credentials read_credentials(sd_bus_message* reply) {
  Credentials credentials;
  if (sd_bus_message_enter_container(reply, 'a', "{sv}") < 0) return {};
  while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
    const char* key = nullptr;
    const char* contents = nullptr;
    if (sd_bus_message_read_basic(reply, 's', &key) < 0) return {};
    if (sd_bus_message_peek_type(reply, nullptr, &contents) < 0) return {};
    if (std::string_view(key) == "UnixUserID" && std::string_view(contents) == "u") {
      std::uint32_t user = 0;
      if (sd_bus_message_read(reply, "v", "u", &user) < 0) return {};
      credentials.user = user;
    } else if (std::string_view(key) == "UnixGroupIDs" && std::string_view(contents) == "au") {
      const void* groups = nullptr;
      std::size_t size = 0;
      if (sd_bus_message_enter_container(reply, 'v', "au") < 0) return {};
      if (sd_bus_message_read_array(reply, 'u', &groups, &size) < 0) return {};
      if (sd_bus_message_exit_container(reply) < 0) return {};
      const auto* first = static_cast<const std::uint32_t*>(groups);
      credentials.groups.assign(first, first + size / sizeof(std::uint32_t));
    } else if (sd_bus_message_skip(reply, "v") < 0) {
      return {};
    }
    if (sd_bus_message_exit_container(reply) < 0) return {};
  }
  return credentials;
}

}  // namespace

void Access::check(sd_bus_message* message, Decide decide) {
  const char* name = sd_bus_message_get_sender(message);
  if (name == nullptr) return decide(std::nullopt);
  if (senders_.size() >= kRemembered && !senders_.contains(name)) {
    std::erase_if(senders_, [](const auto& sender) { return sender.second->known; });
  }
  auto& sender = senders_[name];
  if (sender == nullptr) {
    sender = std::make_unique<Sender>();
    sender->access = this;
    sd_bus_slot* query = nullptr;
    const int asked = sd_bus_call_method_async(sd_bus_message_get_bus(message), &query, "org.freedesktop.DBus",
                                               "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                               "GetConnectionCredentials", credentials_came, sender.get(), "s", name);
    sender->query.reset(query);
    if (asked < 0) {
      senders_.erase(name);
      return decide(std::nullopt);
    }
  }
  if (sender->known) return decide(sender->allowed);
  sender->waiting.push_back(std::move(decide));
}

int Access::credentials_came(sd_bus_message* reply, void* userdata, sd_bus_error*) {
  auto& sender = *static_cast<Sender*>(userdata);
  const bool answered = sd_bus_message_is_method_error(reply, nullptr) == 0;
  const std::optional<Caller> allowed = answered ? sender.access->allowed_caller(reply) : std::nullopt;
  sender.known = true;
  sender.allowed = allowed;
  const std::vector<Decide> waiting = std::exchange(sender.waiting, {});
  // Without an answer the next call asks again. `sender` may be gone from here on: what decides may call `check`.
  if (!answered)
    std::erase_if(sender.access->senders_, [&](const auto& other) { return other.second.get() == &sender; });
  for (const Decide& decide : waiting) decide(allowed);
  return 0;
}

std::optional<Caller> Access::allowed_caller(sd_bus_message* reply) const {
  const auto [user, groups] = read_credentials(reply);
  if (!user) return std::nullopt;
  if (*user != 0 && *user != geteuid()) {
    const auto ours = number_of_our_group(files_.groups);
    if (!ours || std::find(groups.begin(), groups.end(), *ours) == groups.end()) return std::nullopt;
  }
  return Caller{*user, user_name(files_.users, *user)};
}

void Access::forget() { senders_.clear(); }

}  // namespace portreeve::bus
