#include <algorithm>
#include <map>
#include <utility>

#include "firmware/providers/networks.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

class RouteCheck {
 public:
  RouteCheck(const dsc::Resource& route, const IpPrefix& destination, dsc::Diagnostics& diagnostics)
      : route_(route), destination_(destination), diagnostics_(diagnostics) {}

  // Of a resource that is there, else a fault says so already.
  void check_link(const dsc::Resource* link) const {
    if (link == nullptr) {
      refuse("InterfaceAlias", "NotInSwitch",
             "port " + std::string(route_.text("InterfaceAlias")) +
                 " is in no switch, and a port has no addresses; name a switch, a virtual network or a host virtual "
                 "NIC");
    } else if (link->type == &resources::kVirtualNetworkType && !link->has("IPAddress")) {
      refuse("InterfaceAlias", "NotInNetwork",
             "the host is not in virtual network " + link->key + "; give that an IPAddress");
    }
  }

  void check_destination() const {
    const std::string text = destination_.to_string();
    if (destination_.length == 0) {
      refuse("DestinationPrefix", "BadRoute",
             "DestinationPrefix " + text + " is the default route; state it as the Gateway of a switch");
    } else if (destination_.address != destination_.first()) {
      refuse("DestinationPrefix", "BadAddress",
             "DestinationPrefix " + text + " is an address in a subnet; did you mean " +
                 IpPrefix{destination_.first(), destination_.length}.to_string() + "?");
    } else if (destination_.address.is_multicast() || destination_.address.is_loopback()) {
      refuse("DestinationPrefix", "BadRoute",
             "DestinationPrefix " + text + " cannot be routed; give a subnet of unicast addresses");
    }
  }

  void check_next_hop(const dsc::Resource& link) const {
    const auto next_hop = IpAddress::parse(route_.text("NextHop"));
    if (!next_hop) return;
    const std::string text = "NextHop " + next_hop->to_string();
    bool own = false;
    // What DHCP will bring is not known.
    bool reached = next_hop->is_v4() ? link.flag("Dhcp") : next_hop->is_link_local();
    for (const std::string_view address : link.list("IPAddress")) {
      const auto prefix = IpPrefix::parse(address);
      if (!prefix) continue;
      own = own || prefix->address == *next_hop;
      reached = reached || prefix->contains(*next_hop);
    }
    if (next_hop->family() != destination_.address.family()) {
      refuse("NextHop", "BadNextHop",
             text + " is no " + family_name(destination_.address.family()) +
                 " address, as the destination is; name a router of that family");
    } else if (own || !next_hop->is_unicast()) {
      refuse("NextHop", "BadNextHop",
             text + (own ? " is the host's own address" : " is not a unicast address") + "; name the router");
    } else if (!reached) {
      refuse("NextHop", "BadNextHop",
             text + " is in no subnet of " + link.id().to_string() + "; it must be in that of an IPAddress");
    }
  }

  void refuse_duplicate(const dsc::Resource& other) const {
    refuse("RouteMetric", "Duplicate",
           other.id().to_string() + " leads to the same destination with the same metric; give another RouteMetric");
  }

 private:
  void refuse(std::string_view property, const char* code, const std::string& text) const {
    diagnostics_.push_back({route_.location(property), code, route_.id().to_string() + ": " + text});
  }

  const dsc::Resource& route_;
  const IpPrefix& destination_;
  dsc::Diagnostics& diagnostics_;
};

}  // namespace

void check_routes(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  std::map<std::pair<IpPrefix, std::uint64_t>, const dsc::Resource*> taken;
  for (const dsc::Resource& route : configuration.resources) {
    if (route.type != &resources::kRouteType) continue;
    const auto destination = IpPrefix::parse(route.text("DestinationPrefix"));
    if (!destination) continue;
    const RouteCheck check(route, *destination, diagnostics);
    const dsc::Resource* const link = link_of_route(route, configuration);
    check.check_link(link);
    check.check_destination();
    if (link != nullptr) check.check_next_hop(*link);
    const auto [other, first] = taken.emplace(std::pair(*destination, route.number("RouteMetric")), &route);
    if (!first) check.refuse_duplicate(*other->second);
  }
}

}  // namespace portreeve::providers
