// The host takes the packets of its services: their addresses stand as /32 and /128 on `lo` while the service lives
// (LocalAddress="true"). A few are set at once, so that an address is there before it is announced; many are set in
// slices, so that the event loop is never held.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <unordered_map>

#include "firmware/services/registry.h"
#include "hal/host.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::appliance {

class LocalAddresses {
 public:
  LocalAddresses(boost::asio::io_context& context, hal::Host& host) : context_(context), host_(host) {}

  void change(std::span<const services::AddressChange> changes);

  // After a start: takes away what an earlier run put on `lo` for services that are no more.
  void remove_all_but(const services::Registry& registry);

 private:
  void work(std::size_t most);
  void apply(const IpAddress& address, bool wanted);

  boost::asio::io_context& context_;
  hal::Host& host_;
  std::unordered_map<IpAddress, bool> pending_;  // address → whether it shall stand
  std::deque<IpAddress> order_;
  bool posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace portreeve::appliance
