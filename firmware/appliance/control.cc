#include "firmware/appliance/control.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include "dsc/check.h"
#include "dsc/value.h"
#include "firmware/appliance/release.h"
#include "firmware/appliance/user_layer.h"
#include "firmware/providers/networks.h"
#include "firmware/resources/resource_types.h"
#include "hal/base/text.h"

namespace portreeve::appliance {
namespace {

// What is read of it takes several times as much.
constexpr std::size_t kLargeDocument = std::size_t{128} * 1024;

constexpr std::string_view kCallFile = "-";  // what diagnostics call a document that came by D-Bus

std::vector<bus::DiagnosticView> views_of(const dsc::Diagnostics& faults) {
  std::vector<bus::DiagnosticView> views;
  views.reserve(faults.size());
  for (const dsc::Diagnostic& fault : faults) {
    views.push_back({fault.at.file, fault.at.line, fault.at.column, fault.code, fault.text});
  }
  return views;
}

Error error_of(const dsc::Diagnostics& faults) {
  std::string message;
  for (const dsc::Diagnostic& fault : faults) message += (message.empty() ? "" : "\n") + fault.to_string();
  return {ErrorKind::InvalidArgument, std::move(message)};
}

const dsc::ResourceType& type_of(bus::ResourceKind kind) {
  switch (kind) {
    case bus::ResourceKind::BgpPeer:
      return resources::kBgpPeerType;
    case bus::ResourceKind::BgpSpeaker:
      return resources::kBgpSpeakerType;
    case bus::ResourceKind::ExternalVirtualSwitch:
      return resources::kExternalVirtualSwitchType;
    case bus::ResourceKind::VirtualNetwork:
      return resources::kVirtualNetworkType;
    case bus::ResourceKind::HostVnic:
      return resources::kHostVnicType;
    case bus::ResourceKind::Route:
      return resources::kRouteType;
    case bus::ResourceKind::MacAddressPool:
      return resources::kMacAddressPoolType;
    case bus::ResourceKind::IpAddressPool:
      return resources::kIpAddressPoolType;
    case bus::ResourceKind::BfdProfile:
      break;
  }
  return resources::kBfdProfileType;
}

bus::AttributeType attribute_type(const dsc::Property& property) {
  if (property.list) return bus::AttributeType::Texts;
  if (property.kind == dsc::ValueKind::Boolean) return bus::AttributeType::Boolean;
  if (property.kind == dsc::ValueKind::Number) return bus::AttributeType::Number;
  if (property.kind != dsc::ValueKind::Asn) return bus::AttributeType::Text;
  return property.words.empty() ? bus::AttributeType::Number : bus::AttributeType::NumberOrText;
}

// Of what is to be changed, its key alone.
Result<dsc::Resource> named_resource(const dsc::ResourceType& type, const bus::Attributes& attributes) {
  dsc::Resource resource;
  resource.type = &type;
  for (const auto& [name, text] : attributes) {
    const dsc::Property* const property = type.find(name);
    if (property == nullptr || !property->key) continue;
    auto value = dsc::check_value(*property, text);
    if (!value) return Error{ErrorKind::InvalidArgument, name + " " + value.error().text};
    resource.set(name, std::move(*value));
  }
  return resource;
}

dsc::Edit edit_of(bus::Statement how, dsc::Resource resource, const bus::Attributes& attributes,
                  const std::string& words) {
  switch (how) {
    case bus::Statement::Set:
      break;
    case bus::Statement::Add:
      return add_resource(std::move(resource), words);
    case bus::Statement::Change:
      return change_resource(resources::schema(), std::move(resource), attributes, words);
  }
  return state_resource(std::move(resource));
}

dsc::Author author_of(const bus::Caller& caller) { return {caller.uid, caller.name}; }

dsc::ApplyOptions options_of(const bus::Caller& caller, std::optional<std::uint32_t> confirm_timeout) {
  dsc::ApplyOptions options{author_of(caller), {}};
  if (confirm_timeout) options.confirm_timeout = std::chrono::seconds(*confirm_timeout);
  return options;
}

// "BGP peer 10.0.0.2 on switch vSwitch1"
std::string words_for(bus::ResourceKind kind, const std::string& key) {
  switch (kind) {
    case bus::ResourceKind::BgpPeer: {
      const std::size_t slash = key.find('/');
      return "BGP peer " + key.substr(slash + 1) + " on switch " + key.substr(0, slash);
    }
    case bus::ResourceKind::BgpSpeaker:
      return "BGP speaker of switch " + key;
    case bus::ResourceKind::ExternalVirtualSwitch:
      return "virtual switch " + key;
    case bus::ResourceKind::VirtualNetwork:
      return "virtual network " + key;
    case bus::ResourceKind::HostVnic:
      return "host virtual NIC " + key;
    case bus::ResourceKind::Route: {
      const std::size_t slash = key.find('/');
      return "route to " + key.substr(slash + 1) + " by " + key.substr(0, slash);
    }
    case bus::ResourceKind::MacAddressPool:
      return "pool of MAC addresses " + key;
    case bus::ResourceKind::IpAddressPool:
      return "pool " + key;
    case bus::ResourceKind::BfdProfile:
      break;
  }
  return "BFD profile " + key;
}

constexpr std::array kKinds = {bus::ResourceKind::BgpPeer,        bus::ResourceKind::BgpSpeaker,
                               bus::ResourceKind::BfdProfile,     bus::ResourceKind::ExternalVirtualSwitch,
                               bus::ResourceKind::VirtualNetwork, bus::ResourceKind::HostVnic,
                               bus::ResourceKind::Route,          bus::ResourceKind::MacAddressPool,
                               bus::ResourceKind::IpAddressPool};

}  // namespace

ApplianceControl::Done ApplianceControl::once_shown(Done done) const {
  return [this, done = std::move(done)](Result<> result) {
    parts_.publish();
    done(std::move(result));
  };
}

void ApplianceControl::note_document(std::size_t octets) const {
  if (octets >= kLargeDocument) parts_.used_memory();
}

void ApplianceControl::reload(Done done) {
  parts_.speaker.read_passwords_again();
  parts_.manager.reload(parts_.read_drop_ins, once_shown(std::move(done)));
}

void ApplianceControl::validate(std::string document, std::function<void(std::vector<bus::DiagnosticView>)> done) {
  const std::size_t octets = document.size();
  parts_.manager.validate(std::move(document), std::string(kCallFile),
                          [this, octets, done = std::move(done)](const dsc::Diagnostics& faults) {
                            note_document(octets);
                            done(views_of(faults));
                          });
}

void ApplianceControl::apply(std::string document, const bus::Caller& caller,
                             std::optional<std::uint32_t> confirm_timeout,
                             std::function<void(Result<std::string>)> done) {
  const auto accepted = [this, done = std::move(done)](const Result<std::string, dsc::Diagnostics>& job) {
    if (!job) return done(error_of(job.error()));
    parts_.publish();
    done(*job);
  };
  const std::size_t octets = document.size();
  parts_.manager.apply(std::move(document), options_of(caller, confirm_timeout), accepted,
                       [this, octets](const Result<>& /*result*/) {
                         note_document(octets);
                         parts_.publish();  // who waits for the job's end is told at once
                       });
}

Result<std::string> ApplianceControl::restore(std::optional<std::uint64_t> id, const bus::Caller& caller,
                                              std::optional<std::uint32_t> confirm_timeout) {
  auto job = parts_.manager.restore(id, options_of(caller, confirm_timeout),
                                    [this](const Result<>& /*result*/) { parts_.publish(); });
  if (job) parts_.publish();
  return job;
}

void ApplianceControl::confirm(std::optional<std::uint64_t> id, Done done) {
  parts_.manager.confirm(id, once_shown(std::move(done)));
}

void ApplianceControl::what_if(std::optional<std::string> document,
                               std::function<void(Result<bus::PreviewView>)> done) {
  const std::size_t octets = document ? document->size() : 0;
  parts_.manager.what_if(std::move(document), [this, octets, done = std::move(done)](Result<dsc::Preview> preview) {
    note_document(octets);
    if (!preview) return done(preview.error());
    bus::PreviewView view;
    view.operations.reserve(preview->steps.size());
    for (dsc::Preview::Step& step : preview->steps)
      view.operations.emplace_back(step.id.to_string(), std::move(step.text));
    if (preview->failure) view.failure = preview->failure->message;
    done(std::move(view));
  });
}

void ApplianceControl::get_configuration(std::function<void(Result<std::string>)> done) {
  parts_.manager.survey([this, done = std::move(done)](Result<std::string> document) {
    if (document) note_document(document->size());
    done(std::move(document));
  });
}

void ApplianceControl::compare_configurations(std::uint64_t before, std::uint64_t after,
                                              std::function<void(Result<std::vector<bus::PropertyChangeView>>)> done) {
  const auto compared = [done = std::move(done)](const Result<std::vector<dsc::PropertyChange>>& changes) {
    if (!changes) return done(changes.error());
    std::vector<bus::PropertyChangeView> views;
    for (const dsc::PropertyChange& change : *changes) {
      views.push_back({change.id.to_string(), change.property, change.before, change.after});
    }
    done(std::move(views));
  };
  parts_.manager.compare(before, after, compared);
}

std::span<const bus::AttributeKey> ApplianceControl::attributes_of(bus::ResourceKind kind) const {
  static const std::map<bus::ResourceKind, std::vector<bus::AttributeKey>> kTables = [] {
    std::map<bus::ResourceKind, std::vector<bus::AttributeKey>> tables;
    for (const bus::ResourceKind one : kKinds) {
      for (const dsc::Property& property : type_of(one).properties) {
        tables[one].push_back({property.name, attribute_type(property), property.required, property.key});
      }
    }
    return tables;
  }();
  return kTables.at(kind);
}

void ApplianceControl::state_resource(bus::ResourceKind kind, bus::Statement how, const bus::Attributes& attributes,
                                      const bus::Caller& caller, std::function<void(Result<bus::ResourceKey>)> done) {
  const dsc::ResourceType& type = type_of(kind);
  auto resource = how == bus::Statement::Change ? named_resource(type, attributes)
                                                : dsc::given_resource(resources::schema(), type, attributes);
  if (!resource) {
    done(resource.error());
    return;
  }
  bus::ResourceKey key;
  for (const dsc::Value& value : resource->settings) {
    if (value.property->key) key.push_back(value.text);
  }
  const auto settled = [key, done = std::move(done)](const Result<>& result) {
    if (result) {
      done(key);
    } else {
      done(result.error());
    }
  };
  const std::string words = words_for(kind, resource->key);
  dsc::Edit edit = edit_of(how, std::move(*resource), attributes, words);
  std::vector<std::string> ports = hardware_ports_of(attributes);
  if (!ports.empty()) edit = with_hardware_ports(std::move(edit), std::move(ports));
  parts_.manager.edit_user_layer(std::move(edit), {"Set", author_of(caller)}, once_shown(settled));
}

// Ports that a switch is to have and that the hardware has.
std::vector<std::string> ApplianceControl::hardware_ports_of(const bus::Attributes& attributes) const {
  std::vector<std::string> ports;
  for (const auto& [name, text] : attributes) {
    if (name == "InterfaceAlias") ports.push_back(text);
  }
  if (ports.empty()) return ports;
  const std::vector<std::string> hardware = parts_.views.hardware_ports();
  std::erase_if(ports, [&](const std::string& port) {
    return std::find(hardware.begin(), hardware.end(), port) == hardware.end();
  });
  return ports;
}

void ApplianceControl::remove_resource(bus::ResourceKind kind, const bus::ResourceKey& key, const bus::Caller& caller,
                                       Done done) {
  const dsc::ResourceType& type = type_of(kind);
  std::string joined;
  for (const std::string& part : key) joined += (joined.empty() ? "" : "/") + part;
  const auto id = dsc::parse_resource_id(resources::schema(), "[" + std::string(type.name) + "]" + joined);
  if (!id) {
    done(Error{ErrorKind::InvalidArgument, id.error().text});
    return;
  }
  const bool needs_switch = kind == bus::ResourceKind::BgpPeer || kind == bus::ResourceKind::BgpSpeaker;
  if (needs_switch && providers::find_network(parts_.manager.effective(), key[0]) == nullptr) {
    done(Error{ErrorKind::NotFound, "there is no switch '" + printable(key[0]) + "'"});
    return;
  }
  const std::string words = words_for(kind, id->key);
  auto edit = kind == bus::ResourceKind::BgpPeer || kind == bus::ResourceKind::BgpSpeaker ||
                      kind == bus::ResourceKind::BfdProfile
                  ? appliance::remove_resource(type, id->key, words)
                  : remove_unused_resource(type, id->key, words);
  parts_.manager.edit_user_layer(std::move(edit), {"Remove", author_of(caller)}, once_shown(std::move(done)));
}

void ApplianceControl::allocate_services(std::vector<bus::ServiceRequest> asked,
                                         std::function<void(std::vector<bus::ServiceReply>)> done) {
  Allocation::begin(parts_.registry, std::move(asked), parts_.post,
                    [this, done = std::move(done)](std::vector<bus::ServiceReply> replies) {
                      parts_.leases_changed(replies.size());
                      done(std::move(replies));
                    });
}

void ApplianceControl::release_services(std::vector<std::string> names, Done done) {
  const std::size_t count = names.size();
  Release::begin(parts_.registry, std::move(names), parts_.post,
                 [this, count, done = std::move(done)](Result<> result) {
                   parts_.leases_changed(count);
                   done(std::move(result));
                 });
}

std::vector<bus::ServiceView> ApplianceControl::list_services(const std::string& after, std::uint32_t limit) {
  std::vector<bus::ServiceView> views;
  for (const services::Service& service : parts_.registry.list(after, limit))
    views.push_back(parts_.views.service(service));
  return views;
}

Result<bus::ServiceView> ApplianceControl::service(const std::string& name) {
  const auto service = parts_.registry.find(name);
  if (!service) return Error{ErrorKind::NotFound, "there is no service '" + printable(name) + "'"};
  return parts_.views.service(*service);
}

Result<> ApplianceControl::prepare_restart() {
  parts_.speaker.prepare_restart();
  return {};
}

}  // namespace portreeve::appliance
