#include "firmware/appliance/local_addresses.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>
#include <unordered_set>

#include "hal/base/log.h"
#include "hal/base/time.h"

namespace portreeve::appliance {
namespace {

// A slice ends after so many or so long: one takes the kernel 5 to 30 µs, and while 100,000 are announced they wait for
// it in every turn.
constexpr std::size_t kSlice = 128;
constexpr Duration kSliceTime = std::chrono::microseconds(500);

}  // namespace

void LocalAddresses::change(std::span<const services::AddressChange> changes) {
  for (const services::AddressChange& change : changes) {
    const bool wanted = change.added && change.local_address;
    if (change.added && !change.local_address) continue;
    if (pending_.insert_or_assign(change.address, wanted).second) order_.push_back(change.address);
  }
  if (!posted_) work(kSlice);
}

void LocalAddresses::remove_all_but(const services::Registry& registry) {
  std::unordered_set<IpAddress> wanted;
  for (std::string after;;) {
    const auto page = registry.list(after, 1000);
    if (page.empty()) break;
    for (const services::Service& service : page) {
      if (service.local_address && !service.switch_name.empty()) {
        wanted.insert(service.addresses.begin(), service.addresses.end());
      }
    }
    after = page.back().name;
  }
  for (const IpAddress& address : host_.our_local_addresses()) {
    if (!wanted.contains(address) && pending_.emplace(address, false).second) order_.push_back(address);
  }
  if (!posted_) work(kSlice);
}

void LocalAddresses::work(std::size_t most) {
  const TimePoint end = Clock::now() + kSliceTime;
  for (; most > 0 && !order_.empty() && Clock::now() < end; --most) {
    const IpAddress address = order_.front();
    order_.pop_front();
    const auto found = pending_.find(address);
    const bool wanted = found->second;
    pending_.erase(found);
    apply(address, wanted);
  }
  posted_ = !order_.empty();
  if (!posted_) return;
  boost::asio::post(context_, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) work(kSlice);
  });
}

void LocalAddresses::apply(const IpAddress& address, bool wanted) {
  const Result<> done = wanted ? host_.add_local_address(address) : host_.remove_local_address(address);
  if (!done) {
    log_error("address " + address.to_string() +
              (wanted ? " could not be put on lo: " : " could not be taken off lo: ") + done.error().message);
  }
}

}  // namespace portreeve::appliance
