// <BFDProfile>: by which times BFD watches the way to the peers that name it. Nothing is to be done for it by itself:
// peers read it (peer_config.h), and are planned again when it changes. So it is always as it is desired.
#pragma once

#include "dsc/provider.h"

namespace portreeve::providers {

class BfdProfileProvider : public dsc::Provider {
 public:
  [[nodiscard]] const dsc::ResourceType& type() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
};

}  // namespace portreeve::providers
