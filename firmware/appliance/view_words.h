// What the views of all kinds of resources say in the same way.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/resource.h"
#include "firmware/runtime/name_servers.h"
#include "hal/network_files.h"

namespace portreeve::appliance {

inline std::string source_name(dsc::Source source) { return source == dsc::Source::User ? "User" : "Dsc"; }

inline std::vector<std::string> texts(const std::vector<std::string_view>& list) { return {list.begin(), list.end()}; }

inline void add_once(std::vector<std::string>& list, std::string_view text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
}

template <class Each>
void for_each_of(const dsc::Configuration& configuration, const dsc::ResourceType& type, Each each) {
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type == &type) each(resource);
  }
}

// Of a switch or a host virtual NIC that is to ask by DHCP. Without `link` it does not stand yet.
template <class View>
void show_dhcp(View& view, std::optional<IfIndex> link, const hal::Inventory& inventory,
               const runtime::NameServers& name_servers) {
  view.dhcp = true;
  const auto lease = link ? hal::dhcp_lease(*link, inventory) : std::nullopt;
  if (lease) {
    view.dhcp_address = lease->address.to_string();
    if (lease->gateway) view.dhcp_gateway = lease->gateway->to_string();
    view.dhcp_lease_time = lease->lifetime;
    view.dhcp_name_servers = name_servers.of(*link);
  } else if (view.status_text.empty()) {
    view.status_text = "systemd-networkd has no address by DHCP yet";
  }
}

}  // namespace portreeve::appliance
