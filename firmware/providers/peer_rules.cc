#include <array>
#include <map>

#include "firmware/bgp/export_policy.h"
#include "firmware/providers/peer_config.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"
#include "hal/interface_name.h"

namespace portreeve::providers {
namespace {

using bgp::ExportPolicy;

// The host's own addresses: those that the configuration gives to switches, by these, and those that it has already.
using OwnAddresses = std::map<IpAddress, std::string>;

OwnAddresses own_addresses(const dsc::Configuration& configuration, const hal::Inventory& inventory) {
  OwnAddresses owners;
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type != &resources::kExternalVirtualSwitchType) continue;
    for (const IpPrefix& prefix : SwitchNetwork::of(resource).addresses) owners.emplace(prefix.address, resource.key);
  }
  for (const hal::InterfaceAddress& address : inventory.addresses) owners.emplace(address.prefix.address, "this host");
  return owners;
}

// What is wrong with one peer.
class PeerCheck {
 public:
  PeerCheck(const dsc::Resource& peer, const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics)
      : peer_(peer),
        configuration_(configuration),
        diagnostics_(diagnostics),
        switch_(configuration.find(resources::kExternalVirtualSwitchType.name, peer.text("SwitchName"))),
        speaker_(configuration.find(resources::kBgpSpeakerType.name, peer.text("SwitchName"))) {
    if (auto address = IpAddress::parse(peer.text("PeerAddress"))) address_ = *address;
    if (switch_ != nullptr) network_ = SwitchNetwork::of(*switch_);
  }

  void run(const OwnAddresses& own) {
    check_address(own);
    check_interface();
    check_as_numbers();
    check_hops();
    check_local_address();
    check_router_id();
    check_password();
    check_connect_mode();
    check_times();
    check_policy();
  }

 private:
  void refuse(std::string_view property, const char* code, const std::string& text) {
    diagnostics_.push_back({peer_.location(property), code, peer_.id().to_string() + ": " + text});
  }
  [[nodiscard]] bool unnumbered() const { return peer_.has("Interface"); }
  [[nodiscard]] bool on_link() const { return unnumbered() || address_.is_link_local(); }
  [[nodiscard]] Family family() const { return unnumbered() ? Family::IPv6 : address_.family(); }
  [[nodiscard]] std::string stated(const char* property) const {
    return std::string(property) + " " + std::string(peer_.text(property));
  }

  void check_address(const OwnAddresses& own);
  void check_interface();
  void check_as_numbers();
  void check_hops();
  void check_local_address();
  void check_router_id();
  void check_password();
  void check_connect_mode();
  void check_times();
  void check_policy();

  const dsc::Resource& peer_;
  const dsc::Configuration& configuration_;
  dsc::Diagnostics& diagnostics_;
  const dsc::Resource* switch_;   // nullptr: none of the name
  const dsc::Resource* speaker_;  // of the switch
  IpAddress address_;             // unspecified of an unnumbered peer
  SwitchNetwork network_;
};

void PeerCheck::check_address(const OwnAddresses& own) {
  if (unnumbered()) return;
  const auto bad = [&](const std::string& why) {
    refuse("PeerAddress", "BadPeerAddress", stated("PeerAddress") + why);
  };
  if (address_.is_loopback()) return bad(" is a loopback address; name the router, not this host");
  if (!address_.is_unicast()) return bad(" is not a unicast address; name the router");
  const auto owner = own.find(address_);
  if (owner == own.end()) return;
  bad(" is the address of " + owner->second + " itself; name the router, not this port");
}

void PeerCheck::check_interface() {
  const std::string own = hal::interface_of_switch(std::string(peer_.text("SwitchName")));
  if (!unnumbered() || peer_.text("Interface") == own) return;
  refuse("Interface", "BadInterface",
         stated("Interface") + " is not the interface of switch " + std::string(peer_.text("SwitchName")) +
             "; allowed: " + own);
}

void PeerCheck::check_as_numbers() {
  if (peer_.has("LocalAsn") && peer_.text("LocalAsn") == peer_.text("SelfAsn")) {
    refuse("LocalAsn", "BadLocalAsn", stated("LocalAsn") + " is SelfAsn already; leave it out, or give another");
  }
  if (peer_.flag("LocalAsnReplacesSelf") && !peer_.has("LocalAsn")) {
    refuse("LocalAsnReplacesSelf", "BadLocalAsn", "LocalAsnReplacesSelf means nothing without LocalAsn; leave it out");
  }
}

void PeerCheck::check_hops() {
  if (peer_.number("EbgpMultihop") <= 1) return;
  const auto bad = [&](const std::string& why) { refuse("EbgpMultihop", "BadHops", stated("EbgpMultihop") + why); };
  if (is_internal(peer_)) {
    bad(" is for external routers; an internal one is reached over any number of hops: leave it out");
  } else if (on_link()) {
    bad(" cannot be: a link-local address is reached over one link; allowed: 1");
  } else if (peer_.has("GtsmHops")) {
    bad(" cannot stand beside GtsmHops, which says over how many links the router is; leave it out");
  }
}

void PeerCheck::check_local_address() {
  const auto local = IpAddress::parse(peer_.text("LocalAddress"));
  if (!local) return;
  const auto bad = [&](const std::string& why) {
    refuse("LocalAddress", "BadLocalAddress", stated("LocalAddress") + why);
  };
  if (unnumbered()) {
    bad(" cannot stand beside Interface: such a session is between link-local addresses; leave it out");
  } else if (local->family() != address_.family()) {
    bad(std::string(" is ") + family_name(local->family()) + ", and the router's address is " +
        family_name(address_.family()) + "; give one of its family");
  } else if (!network_.has(*local)) {
    bad(" is no address of the switch; allowed: " + network_.addresses_in_words());
  }
}

void PeerCheck::check_router_id() {
  // A session over IPv4 has a local address that serves.
  if (switch_ == nullptr || family() == Family::IPv4) return;
  if (!router_id_of(peer_.text("SwitchName"), configuration_).is_unspecified()) return;
  refuse(
      unnumbered() ? "Interface" : "PeerAddress", "NoRouterId",
      "the switch has no IPv4 address to be the BGP identifier; give it one, or state RouterId in a BGPSpeaker of the "
      "switch");
}

void PeerCheck::check_password() {
  if (peer_.has("PasswordFile") && peer_.has("PasswordCredential")) {
    refuse("PasswordCredential", "TwoPasswords",
           "PasswordCredential cannot stand beside PasswordFile; give one of the two");
  }
  if (const std::string_view name = peer_.text("PasswordCredential"); name == "." || name == "..") {
    refuse("PasswordCredential", "InvalidValue",
           stated("PasswordCredential") + " names a directory; name a credential");
  }
  if (peer_.text("Authentication") == "TCP-AO") {
    refuse("Authentication", "NotSupported",
           "Authentication TCP-AO cannot be had: this kernel has no TCP-AO (RFC 5925); use MD5");
  }
}

void PeerCheck::check_connect_mode() {
  const std::string_view mode = peer_.text("ConnectMode");
  if (mode == "Active") return;
  if (speaker_ == nullptr) {
    refuse("ConnectMode", "NoListener",
           stated("ConnectMode") + " needs a <BGPSpeaker SwitchName=\"" + std::string(peer_.text("SwitchName")) +
               "\"/> that listens; state one, or Active");
    return;
  }
  const auto listening = IpAddress::parse(speaker_->text("ListenAddress"));
  if (listening && listening->family() != family()) {
    refuse("ConnectMode", "NoListener",
           stated("ConnectMode") + " cannot be: " + speaker_->id().to_string() + " listens on " +
               listening->to_string() + ", where no " + family_name(family()) + " router can connect");
  }
}

void PeerCheck::check_times() {
  if (!peer_.has("KeepaliveTimeInSeconds")) return;
  const std::uint64_t hold = peer_.number("HoldTimeInSeconds");
  if (hold == 0) {
    refuse("KeepaliveTimeInSeconds", "BadKeepaliveTime",
           "KeepaliveTimeInSeconds cannot be: with a hold time of 0 there are no KEEPALIVEs; leave it out");
  } else if (peer_.number("KeepaliveTimeInSeconds") >= hold) {
    refuse(
        "KeepaliveTimeInSeconds", "BadKeepaliveTime",
        stated("KeepaliveTimeInSeconds") + " is not less than the hold time; allowed: 1-" + std::to_string(hold - 1));
  }
}

void PeerCheck::check_policy() {
  if (peer_.has("LocalPreference") && !is_internal(peer_)) {
    refuse("LocalPreference", "BadLocalPreference",
           "LocalPreference is never sent to an external router (RFC 4271 §5.1.5); leave it out");
  }
  for (const char* kind : {"Community", "LargeCommunity", "ExtendedCommunity"}) {
    const auto values = peer_.values(kind);
    if (values.size() <= ExportPolicy::kCommunitiesMost) continue;
    diagnostics_.push_back({values[ExportPolicy::kCommunitiesMost].at, "TooMany",
                            peer_.id().to_string() + ": " + std::to_string(values.size()) + " elements <" + kind +
                                ">; allowed: at most " + std::to_string(ExportPolicy::kCommunitiesMost)});
  }
}

}  // namespace

void check_peers(const dsc::Configuration& configuration, const hal::Inventory& inventory,
                 dsc::Diagnostics& diagnostics) {
  const OwnAddresses own = own_addresses(configuration, inventory);
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type == &resources::kBgpPeerType) PeerCheck(resource, configuration, diagnostics).run(own);
  }
}

}  // namespace portreeve::providers
