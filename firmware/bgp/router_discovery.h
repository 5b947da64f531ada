// Finds the routers that unnumbered peers are, on each interface that has such a peer: by their router advertisements,
// for which it asks. Shows ourselves likewise, for FRR takes a connection from a link-local address only after it has
// heard a router advertisement from there. The shell around router_advertisement.h and router_choice.h.
//
// We become no router by that: see encode_router_advertisement. Single-threaded; callbacks come from the event loop.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

class RouterDiscovery {
 public:
  // The router on an interface is now this one, or none. That a router is heard no more (none) does not say that a
  // session with it is lost: who has one keeps it.
  using Changed = std::function<void(const std::string& interface, const std::optional<IpAddress>& router)>;
  // The router that is known has advertised itself again: once a second at most, however often it does.
  using HeardAgain = std::function<void(const std::string& interface)>;

  RouterDiscovery(boost::asio::io_context& context, Changed changed, HeardAgain heard_again);
  ~RouterDiscovery();
  RouterDiscovery(const RouterDiscovery&) = delete;
  RouterDiscovery& operator=(const RouterDiscovery&) = delete;

  // Looks for a router there. Called again (the link came up, or another interface has the name now) it opens what
  // should be open, asks anew and shows us anew; the router that is known stays. NotReady: no such interface yet.
  Result<> watch(const std::string& interface);
  void unwatch(const std::string& interface);  // not watched: nothing happens
  // Advertises us at once, and as to a router that has just been found from then on.
  void show(const std::string& interface);

  [[nodiscard]] std::optional<IpAddress> router(const std::string& interface) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::bgp
