// The name servers that DHCP brought to a link: only systemd-networkd knows them. It is asked over the bus, once for
// each lease, and not started for that. Never blocks; where nobody answers there are none.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/runtime/bus_connection.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"

namespace portreeve::runtime {

// Of the JSON that networkd describes a link by; none where it is something else.
std::vector<std::string> name_servers_of(std::string_view description);

class NameServers : public BusUser {
 public:
  using Leases = std::map<IfIndex, IpPrefix>;

  // `came` is called from the event loop when there are others than before.
  NameServers(BusConnection& connection, std::function<void()> came);
  ~NameServers() override;
  NameServers(const NameServers&) = delete;
  NameServers& operator=(const NameServers&) = delete;

  // The links that have a lease now, each with its address; of others there are no name servers.
  void follow(const Leases& leases);
  [[nodiscard]] std::vector<std::string> of(IfIndex link) const;

  void bus_up(sd_bus& bus) override;
  void bus_down() override;

 private:
  struct Link {
    NameServers* owner = nullptr;
    IpPrefix lease;
    std::vector<std::string> servers;
    sd_bus_slot* question = nullptr;  // none where it was answered, or could not be asked
  };

  static int answered(sd_bus_message* reply, void* link, sd_bus_error* error);
  void ask(sd_bus& bus, IfIndex index, Link& link);
  static void forget_question(Link& link);

  BusConnection& connection_;
  std::function<void()> came_;
  std::map<IfIndex, std::unique_ptr<Link>> links_;
};

}  // namespace portreeve::runtime
