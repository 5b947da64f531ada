#include "firmware/runtime/name_servers.h"

#include <cstddef>
#include <utility>

namespace portreeve::runtime {
namespace {

constexpr std::size_t kMostServers = 16;

// What stands between the bracket at the front and its own end; nothing where that does not come.
std::string_view in_brackets(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '[') {
      ++depth;
    } else if (!quoted && c == ']' && --depth == 0) {
      return text.substr(1, i - 1);
    }
  }
  return {};
}

// "10,0,0,1": the octets of an address, as numbers.
std::string address_of(std::string_view numbers) {
  std::vector<std::byte> octets;
  while (!numbers.empty() && octets.size() <= 16) {
    const std::size_t end = numbers.find(',');
    const auto octet = parse_number(numbers.substr(0, end), 0, 255);
    if (!octet) return {};
    octets.push_back(static_cast<std::byte>(*octet));
    numbers.remove_prefix(end == std::string_view::npos ? numbers.size() : end + 1);
  }
  const auto address = IpAddress::from_octets(octets);
  return address ? address->to_string() : std::string();
}

}  // namespace

std::vector<std::string> name_servers_of(std::string_view description) {
  constexpr std::string_view kList = "\"DNS\":[";
  constexpr std::string_view kAddress = "\"Address\":[";
  std::vector<std::string> servers;
  const std::size_t at = description.find(kList);
  if (at == std::string_view::npos) return servers;
  std::string_view list = in_brackets(description.substr(at + kList.size() - 1));
  for (std::size_t next = list.find(kAddress); next != std::string_view::npos; next = list.find(kAddress)) {
    list.remove_prefix(next + kAddress.size() - 1);
    std::string server = address_of(in_brackets(list));
    if (!server.empty()) servers.push_back(std::move(server));
    if (servers.size() == kMostServers) break;
  }
  return servers;
}

NameServers::NameServers(BusConnection& connection, std::function<void()> came)
    : connection_(connection), came_(std::move(came)) {
  connection_.add(*this);
}

NameServers::~NameServers() {
  NameServers::bus_down();
  connection_.remove(*this);
}

void NameServers::follow(const Leases& leases) {
  std::erase_if(links_, [&](const auto& entry) {
    const auto lease = leases.find(entry.first);
    const bool goes = lease == leases.end() || lease->second != entry.second->lease;
    if (goes) forget_question(*entry.second);
    return goes;
  });
  for (const auto& [index, lease] : leases) {
    auto& link = links_[index];
    if (link != nullptr) continue;
    link = std::make_unique<Link>(Link{this, lease, {}, nullptr});
    if (sd_bus* const bus = connection_.bus()) ask(*bus, index, *link);
  }
}

std::vector<std::string> NameServers::of(IfIndex link) const {
  const auto known = links_.find(link);
  return known == links_.end() ? std::vector<std::string>() : known->second->servers;
}

void NameServers::bus_up(sd_bus& bus) {
  for (const auto& [index, link] : links_) ask(bus, index, *link);
}

void NameServers::bus_down() {
  for (const auto& [index, link] : links_) forget_question(*link);
}

void NameServers::forget_question(Link& link) { sd_bus_slot_unref(std::exchange(link.question, nullptr)); }

void NameServers::ask(sd_bus& bus, IfIndex index, Link& link) {
  sd_bus_message* call = nullptr;
  if (sd_bus_message_new_method_call(&bus, &call, "org.freedesktop.network1", "/org/freedesktop/network1",
                                     "org.freedesktop.network1.Manager", "DescribeLink") < 0) {
    return;
  }
  forget_question(link);
  if (sd_bus_message_set_auto_start(call, 0) >= 0 &&
      sd_bus_message_append(call, "i", static_cast<std::int32_t>(number(index))) >= 0) {
    sd_bus_call_async(&bus, &link.question, call, answered, &link, 0);
  }
  sd_bus_message_unref(call);
  connection_.kick();
}

int NameServers::answered(sd_bus_message* reply, void* link, sd_bus_error*) {
  Link& asked = *static_cast<Link*>(link);
  forget_question(asked);
  const char* description = nullptr;
  if (sd_bus_message_is_method_error(reply, nullptr) != 0) return 0;
  if (sd_bus_message_read(reply, "s", &description) <= 0) return 0;
  auto servers = name_servers_of(description);
  if (servers == asked.servers) return 0;
  asked.servers = std::move(servers);
  asked.owner->came_();
  return 0;
}

}  // namespace portreeve::runtime
