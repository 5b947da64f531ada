#include "firmware/providers/rehearsal.h"

#include <vector>

#include "firmware/providers/bfd_profile_provider.h"
#include "firmware/providers/hardware_map_provider.h"
#include "firmware/providers/mac_address_pool_provider.h"
#include "firmware/providers/network_provider.h"
#include "firmware/providers/switch_provider.h"

namespace portreeve::providers {
namespace {

class ProviderRehearsal : public dsc::Rehearsal {
 public:
  explicit ProviderRehearsal(const RealProviders& real)
      : host_(real.host.rehearsal()),
        ports_(real.ports.rehearsal(*host_)),
        routes_(real.routes.rehearsal(*host_)),
        pools_(real.pools.rehearsal()),
        speakers_(real.speakers.rehearsal(*host_)),
        peers_(real.peers.rehearsal(*host_)),
        services_(real.services.rehearsal(pools_)) {}
  ProviderRehearsal(const ProviderRehearsal&) = delete;
  ProviderRehearsal& operator=(const ProviderRehearsal&) = delete;

  [[nodiscard]] const std::vector<dsc::Provider*>& providers() const override { return all_; }

 private:
  std::unique_ptr<hal::Host> host_;
  HardwareMapProvider hardware_map_;
  PortProvider ports_;
  SwitchProvider switches_{*host_, ports_};
  MacAddressPoolProvider mac_address_pools_;
  VirtualNetworkProvider networks_{*host_};
  HostVnicProvider vnics_{*host_};
  RouteProvider routes_;
  PoolProvider pools_;
  BfdProfileProvider bfd_profiles_;
  SpeakerProvider speakers_;
  PeerProvider peers_;
  ServiceProvider services_;
  std::vector<dsc::Provider*> all_{&hardware_map_, &ports_,    &switches_, &mac_address_pools_,
                                   &networks_,     &vnics_,    &routes_,   &pools_,
                                   &bfd_profiles_, &speakers_, &peers_,    &services_};
};

}  // namespace

std::unique_ptr<dsc::Rehearsal> make_rehearsal(const RealProviders& real) {
  return std::make_unique<ProviderRehearsal>(real);
}

}  // namespace portreeve::providers
