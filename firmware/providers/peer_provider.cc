#include "firmware/providers/peer_provider.h"

#include <utility>

#include "firmware/providers/peer_config.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

// What a property says, defaults included: "15", "no-export 65000:100", "none". A password is only ever named by its
// file.
std::string value_of(const dsc::Resource& resource, const dsc::Property& property) {
  if (!property.list) {
    const std::string_view text = resource.text(property.name);
    return text.empty() ? "none" : std::string(text);
  }
  std::string joined;
  for (const std::string_view text : resource.list(property.name))
    joined += (joined.empty() ? "" : " ") + std::string(text);
  return joined.empty() ? "none" : joined;
}

void add(std::string& list, std::string_view more) { list.append(list.empty() ? "" : ", ").append(more); }

// "PeerAsn 64512, SelfAsn 64513, HoldTimeInSeconds 15": what is stated, and the hold time.
std::string describe(const dsc::Resource& peer) {
  std::string text;
  for (const dsc::Property& property : peer.type->properties) {
    if (property.key) continue;
    if (!peer.has(property.name) && property.name != "HoldTimeInSeconds") continue;
    add(text, std::string(property.name) + " " + value_of(peer, property));
  }
  return text;
}

// "HoldTimeInSeconds 15 (was 90)", each property that says something else.
std::string describe_change(const dsc::Resource& before, const dsc::Resource& after) {
  std::string text;
  for (const dsc::Property& property : after.type->properties) {
    const std::string old = value_of(before, property);
    const std::string now = value_of(after, property);
    if (old == now) continue;
    add(text, property.name);
    text.append(" ").append(now).append(" (was ").append(old).append(")");
  }
  return text;
}

std::string identifier(const IpAddress& address) {
  return address.is_unspecified() ? "the session's own address" : address.to_string();
}

// What follows from other resources.
std::string describe_surroundings(const bgp::PeerConfig& before, const bgp::PeerConfig& after) {
  std::string text;
  if (before.router_id != after.router_id) {
    add(text, "router id " + identifier(after.router_id) + " (was " + identifier(before.router_id) + ")");
  }
  if (before.wait_for_bfd != after.wait_for_bfd)
    add(text, after.wait_for_bfd ? "waits for BFD" : "does not wait for BFD");
  return text;
}

const char* effect_in_words(bgp::ChangeEffect effect) {
  switch (effect) {
    case bgp::ChangeEffect::None:
    case bgp::ChangeEffect::InPlace:
      return "the session stays as it is";
    case bgp::ChangeEffect::RoutesSentAgain:
      return "sends its routes again";
    case bgp::ChangeEffect::ResetIfOver:
      return "resets its session if there are more prefixes already";
    case bgp::ChangeEffect::SessionReset:
      return "resets its session";
    case bgp::ChangeEffect::SessionBegins:
      return "begins a session";
    case bgp::ChangeEffect::SessionEnds:
      return "ends its session";
  }
  return "";
}

bool same_path(const BfdSessionConfig& a, const BfdSessionConfig& b) {
  return a.interface == b.interface && a.address == b.address && a.unnumbered == b.unnumbered &&
         a.local_address == b.local_address && a.multihop == b.multihop;
}

// Empty: it goes on.
std::string bfd_effect_in_words(const std::optional<BfdSessionConfig>& before,
                                const std::optional<BfdSessionConfig>& after) {
  if (!before && !after) return {};
  if (!after) return "BFD ends";
  const std::string kind = after->multihop ? " over several hops" : " over one hop";
  if (!before) return "BFD begins" + kind;
  return same_path(*before, *after) ? std::string() : "BFD ends and begins anew" + kind;
}

}  // namespace

PeerProvider PeerProvider::rehearsal(const hal::Host& host) const {
  PeerProvider copy = *this;
  copy.outside_.reset();
  copy.host_ = &host;
  return copy;
}

const dsc::ResourceType& PeerProvider::type() const { return resources::kBgpPeerType; }

// Of this moment: a peer is none of the addresses that this host has now.
dsc::Rule PeerProvider::rule() const {
  return [inventory = host_->inventory()](const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
    check_peers(configuration, inventory, diagnostics);
  };
}

Result<dsc::Plan> PeerProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  if (desired.has("PasswordCredential") && credentials_directory_.empty()) {
    return Error{ErrorKind::NotReady, "credential " + std::string(desired.text("PasswordCredential")) +
                                          " cannot be had: $CREDENTIALS_DIRECTORY is not set; add LoadCredential= to "
                                          "the daemon's unit, or use PasswordFile"};
  }
  const std::string interface = host_->switch_interface(std::string(desired.text("SwitchName")));
  Applied wanted{desired, peer_config(desired, target, interface, credentials_directory_),
                 bfd_config(desired, target, interface)};
  const auto known = applied_.find(desired.key);
  std::string text = "BGP peer " + desired.key + ": ";
  if (known == applied_.end()) {
    text += describe(desired);
  } else {
    const Applied& before = known->second;
    if (before.config == wanted.config && before.bfd == wanted.bfd) {
      known->second.resource = desired;  // what differs is for people only
      return plan;
    }
    std::string changes = describe_change(before.resource, desired);
    if (const std::string more = describe_surroundings(before.config, wanted.config); !more.empty()) add(changes, more);
    if (changes.empty())
      changes = before.config == wanted.config ? "BFD as its profile says now" : "as its switch is now";
    const bool any = before.config.enabled || wanted.config.enabled;
    std::string effects = any ? effect_in_words(bgp::effect_of(before.config, wanted.config)) : "there is no session";
    if (const std::string more = bfd_effect_in_words(before.bfd, wanted.bfd); !more.empty()) add(effects, more);
    text += changes + "; " + effects;
  }
  plan.operations.push_back({std::move(text), [this, wanted = std::move(wanted)]() -> Result<> {
                               set_up(wanted);
                               applied_.insert_or_assign(wanted.resource.key, wanted);
                               return {};
                             }});
  return plan;
}

void PeerProvider::set_up(const Applied& wanted) const {
  if (!outside_) return;
  const std::string& name = wanted.resource.key;
  outside_->announcer.add_peer(wanted.config.group, name);
  // A session that waits for BFD is not to begin on what BFD said of the old path; one that does not wait any more is
  // not to be held up by BFD's end.
  if (wanted.bfd) outside_->bfd.set(name, *wanted.bfd);
  outside_->speaker.set_peer(name, wanted.config);
  if (!wanted.bfd) outside_->bfd.remove(name);
}

void PeerProvider::end(const Applied& old) const {
  if (!outside_) return;
  const std::string& name = old.resource.key;
  outside_->announcer.remove_peer(old.config.group, name);
  outside_->speaker.remove_peer(name);
  outside_->bfd.remove(name);
}

Result<dsc::Plan> PeerProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  const auto known = applied_.find(old.key);
  if (known == applied_.end()) return plan;
  std::string text = "BGP peer " + old.key + ": remove";
  if (known->second.config.enabled) text += "; ends its session";
  if (known->second.bfd) text += ", BFD ends";
  plan.operations.push_back({std::move(text), [this, gone = known->second]() -> Result<> {
                               end(gone);
                               applied_.erase(gone.resource.key);
                               return {};
                             }});
  return plan;
}

std::optional<dsc::Resource> PeerProvider::actual(const dsc::Resource& desired) const {
  const auto known = applied_.find(desired.key);
  if (known == applied_.end()) return std::nullopt;
  dsc::Resource actual = desired;
  actual.settings = known->second.resource.settings;
  return actual;
}

}  // namespace portreeve::providers
