// The providers over a host in memory: plans are made and carried out as they would be, and nothing happens outside.
#pragma once

#include <memory>

#include "dsc/rehearsal.h"
#include "firmware/providers/peer_provider.h"
#include "firmware/providers/pool_provider.h"
#include "firmware/providers/port_provider.h"
#include "firmware/providers/route_provider.h"
#include "firmware/providers/service_provider.h"
#include "firmware/providers/speaker_provider.h"
#include "hal/host.h"

namespace portreeve::providers {

// What the real providers have to be copied; those of switches, networks and profiles know nothing by themselves.
struct RealProviders {
  const hal::Host& host;
  const PortProvider& ports;
  const RouteProvider& routes;
  const PoolProvider& pools;
  const SpeakerProvider& speakers;
  const PeerProvider& peers;
  const ServiceProvider& services;
};

// Takes a few milliseconds where there are 1,000 peers. Leases are read from the registry when they are asked for:
// what is made lives no longer than it.
std::unique_ptr<dsc::Rehearsal> make_rehearsal(const RealProviders& real);

}  // namespace portreeve::providers
