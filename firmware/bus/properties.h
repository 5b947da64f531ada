// What each view shows, by name: the one table from which come the D-Bus properties with their change signals, the
// dictionaries of services, and the JSON of Describe. Names are those of the cmdlets' output.
#pragma once

#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/bus/value.h"

namespace portreeve::bus {

template <class View>
struct Property {
  using Member = std::variant<std::string View::*, bool View::*, std::uint8_t View::*, std::uint32_t View::*,
                              std::uint64_t View::*, double View::*, std::vector<std::string> View::*>;
  const char* name;
  Member member;
};

template <class View>
std::span<const Property<View>> properties_of();
template <>
std::span<const Property<PortView>> properties_of<PortView>();
template <>
std::span<const Property<PortStatistics>> properties_of<PortStatistics>();
template <>
std::span<const Property<SwitchView>> properties_of<SwitchView>();
template <>
std::span<const Property<PeerView>> properties_of<PeerView>();
template <>
std::span<const Property<PeerCounters>> properties_of<PeerCounters>();
template <>
std::span<const Property<SpeakerView>> properties_of<SpeakerView>();
template <>
std::span<const Property<BfdProfileView>> properties_of<BfdProfileView>();
template <>
std::span<const Property<VirtualNetworkView>> properties_of<VirtualNetworkView>();
template <>
std::span<const Property<HostVnicView>> properties_of<HostVnicView>();
template <>
std::span<const Property<RouteView>> properties_of<RouteView>();
template <>
std::span<const Property<MacAddressPoolView>> properties_of<MacAddressPoolView>();
template <>
std::span<const Property<PoolView>> properties_of<PoolView>();
template <>
std::span<const Property<JobView>> properties_of<JobView>();
template <>
std::span<const Property<ServiceView>> properties_of<ServiceView>();
template <>
std::span<const Property<DiagnosticView>> properties_of<DiagnosticView>();
template <>
std::span<const Property<ConfigurationView>> properties_of<ConfigurationView>();
template <>
std::span<const Property<ResourceView>> properties_of<ResourceView>();
template <>
std::span<const Property<ConfigurationStatusView>> properties_of<ConfigurationStatusView>();  // but its lists

template <class View>
Value value_of(const View& view, const Property<View>& property) {
  const auto pick = [&view](auto member) -> Value {
    if constexpr (std::is_class_v<std::remove_cvref_t<decltype(view.*member)>>) {
      return &(view.*member);
    } else {
      return view.*member;
    }
  };
  return std::visit(pick, property.member);
}

// a{sv}
template <class View>
int append_dictionary(sd_bus_message* message, const View& view) {
  int result = sd_bus_message_open_container(message, 'a', "{sv}");
  for (const Property<View>& property : properties_of<View>()) {
    if (result < 0) return result;
    result = append_entry(message, property.name, value_of(view, property));
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

// {"Name":"Port2",…}
template <class View>
void append_json(std::string& json, const View& view) {
  const char* separator = "{\"";
  for (const Property<View>& property : properties_of<View>()) {
    json += separator;
    json += property.name;
    json += "\":";
    append_json(json, value_of(view, property));
    separator = ",\"";
  }
  json += '}';
}

}  // namespace portreeve::bus
