#include "dsc/resource_run.h"

#include <algorithm>
#include <utility>

#include "hal/base/log.h"
#include "hal/base/text.h"

namespace portreeve::dsc {

void log_operation(const ResourceId& /*id*/, const std::string& text) { log_info(printable(text)); }

Providers::Providers(const std::vector<Provider*>& providers) : all_(providers) {
  for (Provider* provider : providers) by_type_[&provider->type()] = provider;
}

Provider* Providers::of(const ResourceType& type) const {
  const auto found = by_type_.find(&type);
  return found == by_type_.end() ? nullptr : found->second;
}

Result<ResourceRun> ResourceRun::to_desired_state(const Providers& providers, const Resource& resource,
                                                  const Configuration& target) {
  Provider* const provider = providers.of(*resource.type);
  if (provider == nullptr) return ResourceRun(resource, {});
  PORTREEVE_TRY(Plan plan, provider->plan(resource, target));
  return ResourceRun(resource, std::move(plan));
}

Result<ResourceRun> ResourceRun::to_removal(const Providers& providers, const Resource& resource) {
  Provider* const provider = providers.of(*resource.type);
  if (provider == nullptr) return ResourceRun(resource, {});
  PORTREEVE_TRY(Plan plan, provider->plan_removal(resource));
  return ResourceRun(resource, std::move(plan));
}

Result<> ResourceRun::run_next(const Observer& observer) {
  Operation& operation = plan_.operations[next_++];
  observer(resource_->id(), operation.text);
  // Taken out, so that what it holds is let go once it has run.
  const std::function<Result<>()> run = std::exchange(operation.run, nullptr);
  auto result = run();
  if (result) return {};
  failed_ = true;
  return Error{result.error().kind, operation.text + ": " + result.error().message};
}

std::string ResourceRun::to_do() const {
  std::string text;
  for (const Operation& operation : plan_.operations) text += (text.empty() ? "" : "; ") + operation.text;
  return text;
}

std::vector<std::string> ResourceRun::done() const {
  std::vector<std::string> texts;
  const std::size_t good = failed_ ? next_ - 1 : next_;
  for (std::size_t i = 0; i < good; ++i) texts.push_back(plan_.operations[i].text);
  return texts;
}

bool ResourceRun::is_within(const std::set<std::string>& operations) const {
  return std::all_of(plan_.operations.begin(), plan_.operations.end(),
                     [&](const Operation& operation) { return operations.contains(operation.text); });
}

void ResourceRun::add_to(std::set<std::string>& operations) const {
  for (const Operation& operation : plan_.operations) operations.insert(operation.text);
}

ResourceStatus ResourceRun::outcome() const {
  if (plan_.waiting.empty()) return {ResourceState::InDesiredState, {}};
  return {ResourceState::Waiting, plan_.waiting};
}

std::string unmet_dependency(const Resource& resource, const StatusBoard& board) {
  for (const Dependency& dependency : resource.depends_on) {
    if (!board.was_applied(dependency.id)) return "waits for " + dependency.id.to_string();
  }
  return {};
}

}  // namespace portreeve::dsc
