// <Route>: a static route of the host, by a switch, a virtual network or a host virtual NIC. How it is made and changed
// in place is hal's (route_plan.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dsc/provider.h"
#include "hal/host.h"

namespace portreeve::providers {

class RouteProvider : public dsc::Provider {
 public:
  explicit RouteProvider(hal::Host& host) : host_(&host) {}

  // Knows the same routes, of that host.
  [[nodiscard]] RouteProvider rehearsal(hal::Host& host) const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
  // By their switch or virtual NIC, also where a document names a port.
  [[nodiscard]] std::vector<dsc::Resource> owned() const override;

 private:
  [[nodiscard]] std::string link_of(const dsc::Resource& route) const;

  hal::Host* host_;
  std::map<std::string, std::string> links_;  // by the route's key: what it was last planned to leave by
};

}  // namespace portreeve::providers
