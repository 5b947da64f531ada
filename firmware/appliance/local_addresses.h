// The host takes the packets of its services: their addresses stand as /32 and /128 on `lo` while the service lives
// (LocalAddress="true"). A few are set at once, so that an address is there before it is announced; many are set in
// slices, so that the event loop is never held. What somebody else takes off is put back, ever more slowly where that
// goes on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>

#include "firmware/services/registry.h"
#include "hal/base/time.h"
#include "hal/host.h"

namespace portreeve::appliance {

class LocalAddresses {
 public:
  LocalAddresses(boost::asio::io_context& context, hal::Host& host)
      : context_(context), host_(host), held_timer_(context) {}

  void change(std::span<const services::AddressChange> changes);

  // After a start: takes away what an earlier run put on `lo` for services that are no more.
  void remove_all_but(const services::Registry& registry);

  // The host lost some. They are put back at once, and after 100 ms, doubling to 30 s, while somebody keeps on; or only
  // told of, where the mode is not to correct.
  void put_back_lost(const services::Registry& registry, bool corrects);

 private:
  // What somebody else took off lately.
  struct Loss {
    TimePoint put_back_at{};
    Duration hold{};  // before it is put back again
    bool is_held = false;
  };

  void work(std::size_t most);
  void apply(const IpAddress& address, bool wanted);
  void enqueue(const IpAddress& address, bool wanted);
  void put_back_due();

  boost::asio::io_context& context_;
  hal::Host& host_;
  std::unordered_map<IpAddress, bool> pending_;  // address → whether it shall stand
  std::deque<IpAddress> order_;
  bool posted_ = false;
  std::unordered_map<IpAddress, Loss> losses_;
  boost::asio::steady_timer held_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace portreeve::appliance
