// All providers, over a host in memory, a registry on a disk in memory, and a speaker whose event loop does not run.
#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsc/transaction.h"
#include "firmware/providers/bfd_profile_provider.h"
#include "firmware/providers/hardware_map_provider.h"
#include "firmware/providers/mac_address_pool_provider.h"
#include "firmware/providers/network_provider.h"
#include "firmware/providers/peer_provider.h"
#include "firmware/providers/pool_provider.h"
#include "firmware/providers/port_provider.h"
#include "firmware/providers/rehearsal.h"
#include "firmware/providers/service_provider.h"
#include "firmware/providers/speaker_provider.h"
#include "firmware/providers/switch_provider.h"
#include "tests/fakes/fake_host.h"

#include "tests/unit/providers/outside.h"
#include "tests/unit/providers/stated.h"
#include "tests/unit/services/support.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

namespace portreeve::providers_tests {

inline std::shared_ptr<const dsc::Configuration> stated(const std::string& inside) {
  return std::make_shared<const dsc::Configuration>(
      configuration_of("<Configuration xmlns=\"urn:portreeve:dsc:1\">" + inside + "</Configuration>"));
}

struct World {
  boost::asio::io_context io;
  fakes::FakeHost host;
  bgp::Speaker speaker{io};
  Routes bgp;
  Routes layer2;
  services::Announcer announcer{bgp, layer2};
  Sessions bfd;
  services::FakeJournal journal;
  services::Registry registry{journal};

  providers::HardwareMapProvider hardware_map;
  providers::PortProvider ports{host};
  providers::SwitchProvider switches{host, ports};
  providers::MacAddressPoolProvider mac_address_pools;
  providers::VirtualNetworkProvider networks{host};
  providers::HostVnicProvider vnics{host};
  providers::RouteProvider routes{host};
  providers::PoolProvider pools{registry, announcer};
  providers::BfdProfileProvider profiles;
  providers::SpeakerProvider speakers{speaker, host};
  providers::PeerProvider peers{speaker, announcer, bfd, host, ""};
  providers::ServiceProvider services{registry};
  std::vector<dsc::Provider*> all{&hardware_map, &ports, &switches, &mac_address_pools, &networks, &vnics,
                                  &routes,       &pools, &profiles, &speakers,          &peers,    &services};

  std::shared_ptr<const dsc::Configuration> applied = std::make_shared<const dsc::Configuration>();
  dsc::StatusBoard board;

  [[nodiscard]] std::unique_ptr<dsc::Rehearsal> rehearsal() const {
    return providers::make_rehearsal({host, ports, routes, pools, speakers, peers, services});
  }

  // What is run on the way to `target`, a line each, and why it failed.
  std::string run(const std::vector<dsc::Provider*>& on, const std::shared_ptr<const dsc::Configuration>& target,
                  dsc::StatusBoard& statuses) {
    const dsc::Providers these(on);
    dsc::Difference difference = dsc::Difference::between(applied, target);
    difference.test_all();
    dsc::Transaction transaction(dsc::Transaction::Mode::AllOrNothing, std::move(difference), these, statuses);
    std::string texts;
    transaction.on_operation([&](const dsc::ResourceId&, const std::string& text) { texts += text + "\n"; });
    while (!transaction.finished()) {
      transaction.step();
      journal.complete_all();
    }
    return texts + (transaction.error() ? transaction.error()->message : "");
  }
  std::string apply(const std::shared_ptr<const dsc::Configuration>& target) {
    std::string texts = run(all, target, board);
    applied = target;
    return texts;
  }

  // What is done, after a rehearsal of it said the same; then it stands, and there is nothing more to do.
  std::string changed(const std::string& inside) {
    const auto target = stated(inside);
    const auto rehearsed_by = rehearsal();
    dsc::StatusBoard statuses = board;
    const std::string rehearsed = run(rehearsed_by->providers(), target, statuses);
    std::string done = apply(target);
    STRCMP_EQUAL(rehearsed.c_str(), done.c_str());
    STRCMP_EQUAL("", apply(target).c_str());
    for (const dsc::Resource& resource : target->resources) {
      for (const dsc::Provider* provider : all) {
        if (&provider->type() != resource.type) continue;
        const auto actual = provider->actual(resource);
        CHECK_TEXT(actual && actual->same_state(resource), resource.id().to_string().c_str());
      }
    }
    return done;
  }
};

}  // namespace portreeve::providers_tests
