// <HardwareMap>: which ports are where. Nothing is to be done for it by itself: ports that the hardware names read it,
// and are planned again when it changes.
#pragma once

#include "dsc/provider.h"
#include "hal/port_names.h"

namespace portreeve::providers {

// Empty where there is none.
hal::HardwareMap hardware_map_of(const dsc::Configuration& configuration);

class HardwareMapProvider : public dsc::Provider {
 public:
  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
};

}  // namespace portreeve::providers
