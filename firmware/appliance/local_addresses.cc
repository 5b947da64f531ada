#include "firmware/appliance/local_addresses.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <unordered_set>

#include "dsc/reconciler.h"
#include "hal/base/log.h"

namespace portreeve::appliance {
namespace {

using dsc::Reconciler;  // who fights with us here is held off as for resources

// A slice ends after so many or so long: one takes the kernel 5 to 30 µs, and while 100,000 are announced they wait for
// it in every turn.
constexpr std::size_t kSlice = 128;
constexpr Duration kSliceTime = std::chrono::microseconds(500);

bool stands_on_lo(const services::Service& service) { return service.local_address && !service.switch_name.empty(); }

}  // namespace

void LocalAddresses::change(std::span<const services::AddressChange> changes) {
  for (const services::AddressChange& change : changes) {
    const bool wanted = change.added && change.local_address;
    if (change.added && !change.local_address) continue;
    losses_.erase(change.address);
    enqueue(change.address, wanted);
  }
  if (!posted_) work(kSlice);
}

void LocalAddresses::enqueue(const IpAddress& address, bool wanted) {
  if (pending_.insert_or_assign(address, wanted).second) order_.push_back(address);
}

void LocalAddresses::put_back_lost(const services::Registry& registry, bool corrects) {
  const TimePoint now = Clock::now();
  std::erase_if(losses_, [&](const auto& one) {
    const Loss& loss = one.second;
    return !loss.is_held && now >= loss.put_back_at + loss.hold + Reconciler::kCalm;
  });
  for (const IpAddress& address : host_.take_lost_local_addresses()) {
    if (pending_.contains(address)) continue;  // it is being changed anyway
    const auto service = registry.find(address);
    if (!service || !stands_on_lo(*service)) continue;  // the kernel told late of what we did
    if (corrects) {
      losses_[address].is_held = true;
    } else {
      log_warning("address " + address.to_string() + " of a service was taken off lo, and is left so");
    }
  }
  put_back_due();
}

void LocalAddresses::put_back_due() {
  const TimePoint now = Clock::now();
  std::optional<TimePoint> next;
  for (auto& [address, loss] : losses_) {
    if (!loss.is_held) continue;
    const TimePoint due = loss.put_back_at + loss.hold;
    if (due > now) {
      next = next ? std::min(*next, due) : due;
      continue;
    }
    log_warning("address " + address.to_string() + " of a service was taken off lo by something else: it is put back");
    loss = {now, loss.hold == Duration{} ? Reconciler::kFirstHold : std::min(2 * loss.hold, Reconciler::kLongestHold),
            false};
    enqueue(address, true);
  }
  if (!posted_) work(kSlice);
  if (!next) return;
  held_timer_.expires_at(*next);
  held_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) put_back_due();
  });
}

void LocalAddresses::remove_all_but(const services::Registry& registry) {
  std::unordered_set<IpAddress> wanted;
  for (std::string after;;) {
    const auto page = registry.list(after, 1000);
    if (page.empty()) break;
    for (const services::Service& service : page) {
      if (stands_on_lo(service)) {
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
