#include "firmware/services/announcer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "firmware/services/address_set.h"

namespace portreeve::services {
namespace {

constexpr std::array kFamilies = {Family::IPv4, Family::IPv6};

struct Switch {
  AddressSet addresses;
  std::map<std::string, Carried> peers;  // what their sessions carry
  std::size_t carrying_ipv4 = 0;         // of the peers
  std::size_t carrying_ipv6 = 0;
  Carried handed_over;          // a session has had everything since the first peer was added
  std::vector<IpRange> always;  // announced by BGP whether a service has them or not

  [[nodiscard]] bool is_carried(Family family) const {
    return (family == Family::IPv4 ? carrying_ipv4 : carrying_ipv6) != 0;
  }
  void set_carried(Carried& of_peer, Carried now) {
    carrying_ipv4 += std::size_t{now.ipv4} - std::size_t{of_peer.ipv4};
    carrying_ipv6 += std::size_t{now.ipv6} - std::size_t{of_peer.ipv6};
    of_peer = now;
  }

  [[nodiscard]] bool announces_always(const IpAddress& address) const {
    return std::any_of(always.begin(), always.end(), [&](const IpRange& range) { return range.contains(address); });
  }
};

// Who announces a family on a switch. Both at once only while it waits for BGP.
struct Ways {
  bool layer2 = false;
  bool bgp = false;
};

struct Difference {
  std::vector<IpAddress> gone;
  std::vector<IpAddress> come;
};

// The addresses of a range that no service has.
std::vector<IpAddress> unused(const IpRange& range, const Switch& on) {
  std::vector<IpAddress> addresses;
  addresses.reserve(range.size());
  for (std::optional<IpAddress> next = range.first; next && *next <= range.last; next = next->next()) {
    if (!on.addresses.contains(*next)) addresses.push_back(*next);
  }
  return addresses;
}

std::vector<IpAddress> of_family(std::span<const IpAddress> addresses, Family family) {
  std::vector<IpAddress> some;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(some),
               [family](const IpAddress& address) { return address.family() == family; });
  return some;
}

}  // namespace

struct Announcer::State {
  State(RouteAnnouncer& routes, RouteAnnouncer& neighbours) : bgp(routes), layer2(neighbours) {}

  [[nodiscard]] Ways ways(const Switch& on, Family family) const;
  [[nodiscard]] AnnouncementMode mode(const Switch& on, Family family) const;
  void change_addresses(const std::string& name, const Difference& difference);
  void forget_if_empty(const std::string& name);
  void change_peers(const std::string& name, const std::function<void(Switch&)>& change);

  RouteAnnouncer& bgp;
  RouteAnnouncer& layer2;
  std::map<std::string, Switch> switches;
  std::function<void(const std::string&)> changed;
};

const char* mode_name(AnnouncementMode mode) {
  switch (mode) {
    case AnnouncementMode::Layer2:
      return "Layer2";
    case AnnouncementMode::Layer2WaitingForBgp:
      return "Layer2, waiting for BGP";
    case AnnouncementMode::Bgp:
      return "BGP";
    case AnnouncementMode::NoAnnouncer:
      return "NoAnnouncer";
  }
  return "";
}

Announcer::Announcer(RouteAnnouncer& bgp, RouteAnnouncer& layer2) : state_(std::make_unique<State>(bgp, layer2)) {}
Announcer::~Announcer() = default;

void Announcer::addresses_changed(std::span<const AddressChange> changes) {
  // The net effect of the batch: an address that is removed and added again on its switch has not moved at all, and no
  // router shall see it flap.
  std::vector<const AddressChange*> ordered;
  ordered.reserve(changes.size());
  for (const AddressChange& change : changes) {
    if (!change.switch_name.empty()) ordered.push_back(&change);
  }
  const auto place = [](const AddressChange* change) { return std::tie(change->switch_name, change->address); };
  const auto before = [&](const AddressChange* a, const AddressChange* b) { return place(a) < place(b); };
  if (!std::is_sorted(ordered.begin(), ordered.end(), before)) {
    std::stable_sort(ordered.begin(), ordered.end(), before);
  }
  for (auto change = ordered.begin(); change != ordered.end();) {
    const std::string& name = (*change)->switch_name;
    Switch& on = state_->switches[name];
    Difference difference;
    for (; change != ordered.end() && (*change)->switch_name == name; ++change) {
      const auto next = std::next(change);
      if (next != ordered.end() && place(*next) == place(*change)) continue;  // only its last change counts
      const IpAddress& address = (*change)->address;
      if ((*change)->added && on.addresses.insert(address)) difference.come.push_back(address);
      if (!(*change)->added && on.addresses.erase(address)) difference.gone.push_back(address);
    }
    state_->change_addresses(name, difference);
    state_->forget_if_empty(name);
  }
}

void Announcer::announce_always(const std::string& switch_name, const IpRange& range) {
  Switch& on = state_->switches[switch_name];
  on.always.push_back(range);
  if (state_->ways(on, range.first.family()).bgp) state_->bgp.announce(switch_name, unused(range, on));
}

void Announcer::announce_no_more(const std::string& switch_name, const IpRange& range) {
  Switch& on = state_->switches[switch_name];
  std::erase(on.always, range);
  if (state_->ways(on, range.first.family()).bgp) state_->bgp.withdraw(switch_name, unused(range, on));
  state_->forget_if_empty(switch_name);
}

void Announcer::add_peer(const std::string& switch_name, const std::string& peer) {
  state_->change_peers(switch_name, [&](Switch& on) { on.peers.try_emplace(peer); });
}

void Announcer::remove_peer(const std::string& switch_name, const std::string& peer) {
  state_->change_peers(switch_name, [&](Switch& on) {
    const auto known = on.peers.find(peer);
    if (known == on.peers.end()) return;
    on.set_carried(known->second, {});
    on.peers.erase(known);
    if (on.peers.empty()) on.handed_over = {};
  });
}

void Announcer::peer_changed(const std::string& switch_name, const std::string& peer, Carried carried,
                             bool synchronized) {
  state_->change_peers(switch_name, [&](Switch& on) {
    const auto known = on.peers.find(peer);
    if (known == on.peers.end()) return;
    on.set_carried(known->second, carried);
    if (!synchronized) return;
    on.handed_over.ipv4 = on.handed_over.ipv4 || carried.ipv4;
    on.handed_over.ipv6 = on.handed_over.ipv6 || carried.ipv6;
  });
}

AnnouncementMode Announcer::mode(const std::string& switch_name, Family family) const {
  const auto known = state_->switches.find(switch_name);
  return known == state_->switches.end() ? state_->mode({}, family) : state_->mode(known->second, family);
}

bool Announcer::has_peers(const std::string& switch_name) const {
  const auto known = state_->switches.find(switch_name);
  return known != state_->switches.end() && !known->second.peers.empty();
}

void Announcer::on_mode_change(std::function<void(const std::string& switch_name)> changed) {
  state_->changed = std::move(changed);
}

Ways Announcer::State::ways(const Switch& on, Family family) const {
  const bool by_bgp = !on.peers.empty() && bgp.carries(family);
  return {layer2.carries(family) && (!by_bgp || !on.handed_over.has(family)), by_bgp};
}

AnnouncementMode Announcer::State::mode(const Switch& on, Family family) const {
  const Ways now = ways(on, family);
  if (now.layer2) return now.bgp ? AnnouncementMode::Layer2WaitingForBgp : AnnouncementMode::Layer2;
  return now.bgp && on.is_carried(family) ? AnnouncementMode::Bgp : AnnouncementMode::NoAnnouncer;
}

void Announcer::State::change_addresses(const std::string& name, const Difference& difference) {
  const Switch& on = switches[name];
  for (const Family family : kFamilies) {
    const Ways now = ways(on, family);
    std::vector<IpAddress> gone = of_family(difference.gone, family);
    std::vector<IpAddress> come = of_family(difference.come, family);
    if (now.layer2 && !gone.empty()) layer2.withdraw(name, gone);
    if (now.layer2 && !come.empty()) layer2.announce(name, come);
    if (!now.bgp) continue;
    if (!on.always.empty()) {
      for (auto* addresses : {&gone, &come}) {
        std::erase_if(*addresses, [&](const IpAddress& address) { return on.announces_always(address); });
      }
    }
    if (!gone.empty()) bgp.withdraw(name, gone);
    if (!come.empty()) bgp.announce(name, come);
  }
}

void Announcer::State::forget_if_empty(const std::string& name) {
  const auto known = switches.find(name);
  if (known->second.addresses.empty() && known->second.peers.empty() && known->second.always.empty())
    switches.erase(known);
}

void Announcer::State::change_peers(const std::string& name, const std::function<void(Switch&)>& change) {
  Switch& on = switches[name];
  std::array<Ways, kFamilies.size()> ways_before;
  std::array<AnnouncementMode, kFamilies.size()> modes_before{};
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    ways_before.at(i) = ways(on, kFamilies.at(i));
    modes_before.at(i) = mode(on, kFamilies.at(i));
  }
  change(on);
  bool mode_changed = false;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    const Family family = kFamilies.at(i);
    const Ways before = ways_before.at(i);
    const Ways now = ways(on, family);
    mode_changed = mode_changed || mode(on, family) != modes_before.at(i);
    // A session comes and goes far more often than whoever announces changes: that alone is worth looking at them all.
    if (now.layer2 == before.layer2 && now.bgp == before.bgp) continue;
    for (const IpRange& range : on.always) {
      if (range.first.family() != family || now.bgp == before.bgp) continue;
      const std::vector<IpAddress> more = unused(range, on);
      now.bgp ? bgp.announce(name, more) : bgp.withdraw(name, more);
    }
    const std::vector<IpAddress> addresses = on.addresses.sorted(family);
    if (addresses.empty()) continue;
    // Make before break: whoever comes speaks before whoever goes falls silent.
    if (now.layer2 && !before.layer2) layer2.announce(name, addresses);
    if (now.bgp && !before.bgp) bgp.announce(name, addresses);
    if (!now.layer2 && before.layer2) layer2.withdraw(name, addresses);
    if (!now.bgp && before.bgp) bgp.withdraw(name, addresses);
  }
  forget_if_empty(name);
  if (mode_changed && changed) changed(name);
}

}  // namespace portreeve::services
