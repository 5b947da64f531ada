#include "firmware/providers/speaker_provider.h"

#include <utility>

#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

std::string describe(const bgp::ListenConfig& config) {
  const std::string port = "port " + std::to_string(config.port);
  return config.address.is_unspecified() ? port + " of all addresses" : port + " of " + config.address.to_string();
}

}  // namespace

SpeakerProvider SpeakerProvider::rehearsal(const hal::Host& host) const {
  SpeakerProvider copy = *this;
  copy.speaker_ = nullptr;
  copy.host_ = &host;
  return copy;
}

const dsc::ResourceType& SpeakerProvider::type() const { return resources::kBgpSpeakerType; }

dsc::Rule SpeakerProvider::rule() const { return check_speakers; }

Result<dsc::Plan> SpeakerProvider::plan(const dsc::Resource& desired, const dsc::Configuration& /*target*/) {
  dsc::Plan plan;
  Listening wanted;
  wanted.config.interface = host_->switch_interface(desired.key);
  if (auto address = IpAddress::parse(desired.text("ListenAddress"))) wanted.config.address = *address;
  wanted.config.port = static_cast<std::uint16_t>(desired.number("ListenPort"));
  const hal::Bridge* const bridge = host_->inventory().bridge_by_name(wanted.config.interface);
  if (bridge == nullptr) {
    plan.waiting = "switch " + desired.key + " does not stand yet";
    return plan;
  }
  wanted.bridge = bridge->index;
  const auto known = applied_.find(desired.key);
  if (known != applied_.end() && known->second == wanted) return plan;
  std::string text = "BGP speaker " + desired.key + ": listen on " + describe(wanted.config);
  if (known != applied_.end()) text += " (was " + describe(known->second.config) + "; sessions stay)";
  plan.operations.push_back(
      {std::move(text), [this, name = desired.key, wanted = std::move(wanted)] { return listen(name, wanted); }});
  return plan;
}

Result<> SpeakerProvider::listen(const std::string& switch_name, const Listening& listening) {
  if (speaker_ != nullptr) PORTREEVE_TRY_VOID(speaker_->listen(switch_name, listening.config));
  applied_[switch_name] = listening;
  return {};
}

Result<dsc::Plan> SpeakerProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  if (!applied_.contains(old.key)) return plan;
  plan.operations.push_back({"BGP speaker " + old.key + ": stop listening", [this, name = old.key]() -> Result<> {
                               if (speaker_ != nullptr) speaker_->stop_listening(name);
                               applied_.erase(name);
                               return {};
                             }});
  return plan;
}

std::optional<dsc::Resource> SpeakerProvider::actual(const dsc::Resource& desired) const {
  const auto known = applied_.find(desired.key);
  if (known == applied_.end()) return std::nullopt;
  const Listening& listening = known->second;
  const hal::Bridge* const bridge = host_->inventory().bridge_by_name(listening.config.interface);
  if (bridge == nullptr || bridge->index != listening.bridge) return std::nullopt;
  const IpAddress& address = listening.config.address;
  dsc::Resource actual = desired;
  const auto stated = IpAddress::parse(desired.text("ListenAddress"));
  if ((stated ? *stated : IpAddress()) != address)
    state_seen(actual, "ListenAddress", address.is_unspecified() ? "" : address.to_string());
  state_seen(actual, "ListenPort", std::to_string(listening.config.port));
  return actual;
}

}  // namespace portreeve::providers
