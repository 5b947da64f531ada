#include "firmware/bus/manager_object.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "firmware/bus/answers.h"
#include "firmware/bus/describe.h"
#include "firmware/bus/large_text.h"
#include "firmware/bus/names.h"
#include "firmware/bus/object_kinds.h"
#include "firmware/bus/properties.h"
#include "firmware/bus/requests.h"

namespace portreeve::bus {
namespace {

// About 2 ms of work on a small machine (1.7 µs to read a request, 2 µs a service's dictionary), so that the event
// loop's turn stays under 5 ms.
constexpr std::size_t kRequestsPerTurn = 1000;
constexpr std::size_t kNamesPerSignal = 5000;
constexpr std::uint32_t kMostServicesListed = 1000;

int append_answer(sd_bus_message* message, const ServiceReply& answer) {
  int result = sd_bus_message_open_container(message, 'r', "sass");
  if (result >= 0) result = append_text(message, answer.name);
  if (result >= 0) result = append_texts(message, answer.addresses);
  if (result >= 0) result = append_text(message, answer.refusal ? answer.refusal->message : std::string());
  return result < 0 ? result : sd_bus_message_close_container(message);
}

int append_listed(sd_bus_message* message, const std::vector<ServiceView>& services) {
  int result = sd_bus_message_open_container(message, 'a', "(sa{sv})");
  for (const ServiceView& service : services) {
    if (result >= 0) result = sd_bus_message_open_container(message, 'r', "sa{sv}");
    if (result >= 0) result = append_text(message, service.name);
    if (result >= 0) result = append_dictionary(message, service);
    if (result >= 0) result = sd_bus_message_close_container(message);
    if (result < 0) return result;
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

std::string path_of(ResourceKind kind, const ResourceKey& key) {
  return resource_path(kind, std::vector<std::string_view>(key.begin(), key.end()));
}

constexpr const char* kNotInDesiredState = "ResourcesNotInDesiredState";
constexpr const char* kOverridden = "OverriddenSettings";

// Properties by name whose values differ.
std::vector<const char*> changes_of(const ConfigurationStatusView& before, const ConfigurationStatusView& now) {
  std::vector<const char*> names;
  for (const auto& property : properties_of<ConfigurationStatusView>()) {
    if (!equal(value_of(before, property), value_of(now, property))) names.push_back(property.name);
  }
  if (before.not_in_desired_state != now.not_in_desired_state) names.push_back(kNotInDesiredState);
  if (before.overridden != now.overridden) names.push_back(kOverridden);
  return names;
}

constexpr std::uint64_t kOpen = SD_BUS_VTABLE_UNPRIVILEGED;  // who may call what is decided in change_queue.h

}  // namespace

const sd_bus_vtable ManagerObject::kVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("StatusText", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("ConfigurationFaults", "a(suuss)", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("ConfigurationMode", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("RunningConfiguration", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("CurrentConfiguration", "t", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("UnconfirmedConfiguration", "t", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("ConfirmBefore", "t", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("NumberOfResources", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY(kNotInDesiredState, "a(sss)", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY(kOverridden, "a(suuss)", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, change<&ManagerObject::reload>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("Validate", SD_BUS_ARGS("s", document), SD_BUS_RESULT("a(suuss)", faults),
                            change<&ManagerObject::validate>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("Apply", SD_BUS_ARGS("s", document, "a{sv}", options), SD_BUS_RESULT("o", job),
                            change<&ManagerObject::apply>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("WhatIf", SD_BUS_ARGS("s", document), SD_BUS_RESULT("a(ss)", operations, "s", failure),
                            change<&ManagerObject::what_if>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("Confirm", SD_BUS_ARGS("t", id), SD_BUS_NO_RESULT, change<&ManagerObject::confirm>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("Restore", SD_BUS_ARGS("t", id, "a{sv}", options), SD_BUS_RESULT("o", job),
                            change<&ManagerObject::restore>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("GetConfiguration", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", document),
                            read<&ManagerObject::get_configuration>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("CompareConfigurations", SD_BUS_ARGS("t", before, "t", after),
                            SD_BUS_RESULT("a(ssss)", differences), change<&ManagerObject::compare_configurations>,
                            kOpen),
    SD_BUS_METHOD_WITH_ARGS("ListConfigurations", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", configurations),
                            read<&ManagerObject::list_configurations>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetBGPPeer", SD_BUS_ARGS("a{sv}", peer), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::set_resource<ResourceKind::BgpPeer>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveBGPPeer", SD_BUS_ARGS("s", switch_name, "s", peer), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::BgpPeer>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetBGPSpeaker", SD_BUS_ARGS("a{sv}", speaker), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::set_resource<ResourceKind::BgpSpeaker>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveBGPSpeaker", SD_BUS_ARGS("s", switch_name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::BgpSpeaker>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetBFDProfile", SD_BUS_ARGS("a{sv}", profile), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::set_resource<ResourceKind::BfdProfile>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveBFDProfile", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::BfdProfile>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AddExternalVirtualSwitch", SD_BUS_ARGS("a{sv}", virtual_switch), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::add_resource<ResourceKind::ExternalVirtualSwitch>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetExternalVirtualSwitch", SD_BUS_ARGS("a{sv}", virtual_switch), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::change_resource<ResourceKind::ExternalVirtualSwitch>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveExternalVirtualSwitch", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::ExternalVirtualSwitch>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AddVirtualNetwork", SD_BUS_ARGS("a{sv}", network), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::add_resource<ResourceKind::VirtualNetwork>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetVirtualNetwork", SD_BUS_ARGS("a{sv}", network), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::change_resource<ResourceKind::VirtualNetwork>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveVirtualNetwork", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::VirtualNetwork>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AddHostVnic", SD_BUS_ARGS("a{sv}", vnic), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::add_resource<ResourceKind::HostVnic>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetHostVnic", SD_BUS_ARGS("a{sv}", vnic), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::change_resource<ResourceKind::HostVnic>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveHostVnic", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::HostVnic>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AddRoute", SD_BUS_ARGS("a{sv}", route), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::add_resource<ResourceKind::Route>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetRoute", SD_BUS_ARGS("a{sv}", route), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::change_resource<ResourceKind::Route>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveRoute", SD_BUS_ARGS("s", interface_alias, "s", destination_prefix), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::Route>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetMacAddressPool", SD_BUS_ARGS("a{sv}", pool), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::set_resource<ResourceKind::MacAddressPool>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveMacAddressPool", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::MacAddressPool>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("SetIPAddressPool", SD_BUS_ARGS("a{sv}", pool), SD_BUS_RESULT("o", path),
                            change<&ManagerObject::set_resource<ResourceKind::IpAddressPool>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("RemoveIPAddressPool", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            change<&ManagerObject::remove_resource<ResourceKind::IpAddressPool>>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AllocateService", SD_BUS_ARGS("s", name, "a{sv}", request), SD_BUS_RESULT("as", addresses),
                            change<&ManagerObject::allocate_service>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("AllocateServices", SD_BUS_ARGS("a(sa{sv})", requests), SD_BUS_RESULT("a(sass)", results),
                            change<&ManagerObject::allocate_services>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("ReleaseServices", SD_BUS_ARGS("as", names), SD_BUS_NO_RESULT,
                            change<&ManagerObject::release_services>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("ListServices", SD_BUS_ARGS("s", after, "u", limit), SD_BUS_RESULT("a(sa{sv})", services),
                            read<&ManagerObject::list_services>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("GetService", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", service),
                            read<&ManagerObject::get_service>, kOpen),
    SD_BUS_METHOD_WITH_ARGS("PrepareRestart", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, change<&ManagerObject::prepare_restart>,
                            kOpen),
    SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", json), read<&ManagerObject::describe>,
                            kOpen),
    SD_BUS_SIGNAL_WITH_ARGS("ServicesChanged", SD_BUS_ARGS("as", names), 0),
    SD_BUS_VTABLE_END,
};

ManagerObject::ManagerObject(runtime::BusConnection& connection, Control& control, Worker& worker, AccountFiles files,
                             std::function<void(Refresh)> refresh)
    : connection_(connection),
      control_(control),
      worker_(worker),
      refresh_(std::move(refresh)),
      changes_(connection, std::move(files)) {}

void ManagerObject::show(sd_bus& bus) {
  status_text_ = control_.status_text();
  faults_ = control_.faults();
  configuration_ = control_.configuration_status();
  sd_bus_slot* slot = nullptr;
  if (sd_bus_add_object_vtable(&bus, &slot, kRootPath, kManagerInterface, kVtable, this) >= 0) slot_.reset(slot);
}

void ManagerObject::clear() {
  changes_.clear();
  requests_.clear();
  changed_services_.clear();
  slot_.reset();
}

void ManagerObject::update(sd_bus& bus) {
  std::string status_text = control_.status_text();
  std::vector<DiagnosticView> faults = control_.faults();
  ConfigurationStatusView configuration = control_.configuration_status();
  std::vector<const char*> names = changes_of(configuration_, configuration);
  if (status_text != status_text_) names.push_back("StatusText");
  if (faults != faults_) names.push_back("ConfigurationFaults");
  if (names.empty()) return;
  names.push_back(nullptr);
  status_text_ = std::move(status_text);
  faults_ = std::move(faults);
  configuration_ = std::move(configuration);
  sd_bus_emit_properties_changed_strv(&bus, kRootPath, kManagerInterface, const_cast<char**>(names.data()));
}

void ManagerObject::services_changed(std::span<const std::string> names) {
  changed_services_.insert(changed_services_.end(), names.begin(), names.end());
}

bool ManagerObject::emit_services_changed(sd_bus& bus) {
  if (changed_services_.empty()) return true;
  const auto end =
      changed_services_.begin() + static_cast<std::ptrdiff_t>(std::min(kNamesPerSignal, changed_services_.size()));
  std::vector<std::string> names(std::make_move_iterator(changed_services_.begin()), std::make_move_iterator(end));
  changed_services_.erase(changed_services_.begin(), end);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  sd_bus_message* signal = nullptr;
  if (sd_bus_message_new_signal(&bus, &signal, kRootPath, kManagerInterface, "ServicesChanged") >= 0) {
    const Message owned(signal);
    if (append_texts(signal, names) >= 0) sd_bus_send(&bus, signal, nullptr);
  }
  return changed_services_.empty();
}

int ManagerObject::get_property(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void* self,
                                sd_bus_error*) {
  const auto& manager = *static_cast<const ManagerObject*>(self);
  const std::string_view property = name;
  if (property == "Version") return append_text(reply, PORTREEVE_VERSION);
  if (property == "StatusText") return append_text(reply, manager.status_text_);
  if (property == "ConfigurationFaults") return append_faults(reply, manager.faults_);
  if (property == kNotInDesiredState) return append_resources(reply, manager.configuration_.not_in_desired_state);
  if (property == kOverridden) return append_faults(reply, manager.configuration_.overridden);
  for (const auto& one : properties_of<ConfigurationStatusView>()) {
    if (property == one.name) return append(reply, value_of(manager.configuration_, one));
  }
  return -ENOENT;
}

// What sd-bus calls: 1 means that the call is answered, or will be.
template <void (ManagerObject::*Method)(const CallPtr&)>
int ManagerObject::read(sd_bus_message* message, void* self, sd_bus_error*) {
  auto& manager = *static_cast<ManagerObject*>(self);
  (manager.*Method)(manager.make_call(message));
  return 1;
}

template <bool (ManagerObject::*Step)(const CallPtr&)>
int ManagerObject::change(sd_bus_message* message, void* self, sd_bus_error*) {
  auto& manager = *static_cast<ManagerObject*>(self);
  const CallPtr call = manager.make_call(message);
  manager.changes_.push(call, [&manager, call] { return (manager.*Step)(call); });
  return 1;
}

// Calls may outlive us in the hands of Control.
CallPtr ManagerObject::make_call(sd_bus_message* message) {
  return std::make_shared<Call>(message, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->connection_.kick();
  });
}

Control::Done ManagerObject::done_of(const CallPtr& call) {
  return [call](const Result<>& result) { call->done(result); };
}

void ManagerObject::list_services(const CallPtr& call) {
  const char* after = nullptr;
  std::uint32_t limit = 0;
  if (sd_bus_message_read(call->message(), "su", &after, &limit) < 0) return;
  if (limit == 0 || limit > kMostServicesListed) limit = kMostServicesListed;
  const std::vector<ServiceView> services = control_.list_services(after, limit);
  call->reply([&](sd_bus_message* answer) { return append_listed(answer, services); });
}

void ManagerObject::get_service(const CallPtr& call) {
  const auto name = read_text(call->message());
  if (!name) return call->fail(name.error());
  const auto service = control_.service(*name);
  if (!service) return call->fail(service.error());
  call->reply([&](sd_bus_message* answer) { return append_dictionary(answer, *service); });
}

void ManagerObject::describe(const CallPtr& call) {
  const std::string json = bus::describe(control_);
  call->reply([&](sd_bus_message* answer) { return append_text(answer, json); });
}

bool ManagerObject::reload(const CallPtr& call) {
  control_.reload(done_of(call));
  return true;
}

bool ManagerObject::validate(const CallPtr& call) {
  read_document(worker_, call, [call, weak = weak_from_this()](std::string document) {
    const auto self = weak.lock();
    if (!self) return;
    self->control_.validate(std::move(document), [call](const std::vector<DiagnosticView>& faults) {
      call->reply([&](sd_bus_message* answer) { return append_faults(answer, faults); });
    });
  });
  return true;
}

bool ManagerObject::state_resource(const CallPtr& call, ResourceKind kind, Statement how) {
  const std::span<const AttributeKey> known = control_.attributes_of(kind);
  std::vector<AttributeKey> keys(known.begin(), known.end());
  for (AttributeKey& key : keys) key.required = key.required && (how != Statement::Change || key.key);
  const auto attributes = read_attributes(call->message(), keys);
  if (!attributes) {
    call->fail(attributes.error());
    return true;
  }
  const auto done = [call, kind, weak = weak_from_this()](const Result<ResourceKey>& key) {
    if (!key) return call->fail(key.error());
    if (const auto self = weak.lock()) self->refresh_(Refresh::All);
    call->reply([&](sd_bus_message* answer) { return append_path(answer, path_of(kind, *key)); });
  };
  control_.state_resource(kind, how, *attributes, call->caller(), done);
  return true;
}

template <ResourceKind Kind>
bool ManagerObject::set_resource(const CallPtr& call) {
  return state_resource(call, Kind, Statement::Set);
}

template <ResourceKind Kind>
bool ManagerObject::add_resource(const CallPtr& call) {
  return state_resource(call, Kind, Statement::Add);
}

template <ResourceKind Kind>
bool ManagerObject::change_resource(const CallPtr& call) {
  return state_resource(call, Kind, Statement::Change);
}

template <ResourceKind Kind>
bool ManagerObject::remove_resource(const CallPtr& call) {
  ResourceKey key;
  constexpr bool kOfTwoParts = Kind == ResourceKind::BgpPeer || Kind == ResourceKind::Route;
  for (int parts = kOfTwoParts ? 2 : 1; parts > 0; --parts) {
    const auto part = read_text(call->message());
    if (!part) {
      call->fail(part.error());
      return true;
    }
    key.push_back(*part);
  }
  control_.remove_resource(Kind, key, call->caller(), [call, weak = weak_from_this()](const Result<>& result) {
    if (const auto self = weak.lock()) self->refresh_(Refresh::All);
    call->done(result);
  });
  return true;
}

bool ManagerObject::allocate_service(const CallPtr& call) {
  auto request = read_service_request(call->message());
  if (!request) {
    call->fail(request.error());
    return true;
  }
  std::vector<ServiceRequest> requests;
  requests.push_back(std::move(*request));
  control_.allocate_services(std::move(requests), [call](const std::vector<ServiceReply>& replies) {
    if (replies.empty()) return;
    if (replies[0].refusal) return call->fail(*replies[0].refusal);
    call->reply([&](sd_bus_message* answer) { return append_texts(answer, replies[0].addresses); });
  });
  return true;
}

bool ManagerObject::allocate_services(const CallPtr& call) {
  sd_bus_message* message = call->message();
  if (requests_.empty()) {  // the first turn
    if (const auto entered = enter_service_requests(message); !entered) {
      call->fail(entered.error());
      return true;
    }
  }
  for (std::size_t i = 0; i < kRequestsPerTurn; ++i) {
    auto request = next_service_request(message);
    if (!request) {
      requests_.clear();
      call->fail(request.error());
      return true;
    }
    if (!*request) {
      control_.allocate_services(std::exchange(requests_, {}),
                                 [call, weak = weak_from_this()](std::vector<ServiceReply> replies) {
                                   const auto self = weak.lock();
                                   if (!self) return;
                                   answer_array(self->connection_, call, std::move(replies), "(sass)", append_answer);
                                 });
      return true;
    }
    requests_.push_back(std::move(**request));
  }
  return false;
}

bool ManagerObject::release_services(const CallPtr& call) {
  auto names = read_texts(call->message());
  if (!names) {
    call->fail(names.error());
    return true;
  }
  control_.release_services(std::move(*names), done_of(call));
  return true;
}

bool ManagerObject::prepare_restart(const CallPtr& call) {
  call->done(control_.prepare_restart());
  return true;
}

}  // namespace portreeve::bus
