#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

void check_speakers(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  for (const dsc::Resource& speaker : configuration.resources) {
    if (speaker.type != &resources::kBgpSpeakerType) continue;
    const auto address = IpAddress::parse(speaker.text("ListenAddress"));
    const dsc::Resource* const on = configuration.find(resources::kExternalVirtualSwitchType.name, speaker.key);
    if (!address || on == nullptr) continue;
    const SwitchNetwork network = SwitchNetwork::of(*on);
    if (network.has(*address)) continue;
    diagnostics.push_back({speaker.location("ListenAddress"), "BadListenAddress",
                           speaker.id().to_string() + ": ListenAddress " + address->to_string() +
                               " is no address of the switch; allowed: " + network.addresses_in_words()});
  }
}

}  // namespace portreeve::providers
