#include "firmware/appliance/control.h"

#include <map>
#include <utility>

#include "dsc/check.h"
#include "firmware/appliance/release.h"
#include "firmware/appliance/user_layer.h"
#include "firmware/providers/resource_types.h"
#include "hal/base/text.h"

namespace portreeve::appliance {
namespace {

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
      return providers::kBgpPeerType;
    case bus::ResourceKind::BgpSpeaker:
      return providers::kBgpSpeakerType;
    case bus::ResourceKind::BfdProfile:
      break;
  }
  return providers::kBfdProfileType;
}

bus::AttributeType attribute_type(const dsc::Property& property) {
  if (property.list) return bus::AttributeType::Texts;
  if (property.kind == dsc::ValueKind::Boolean) return bus::AttributeType::Boolean;
  if (property.kind == dsc::ValueKind::Number) return bus::AttributeType::Number;
  if (property.kind != dsc::ValueKind::Asn) return bus::AttributeType::Text;
  return property.words.empty() ? bus::AttributeType::Number : bus::AttributeType::NumberOrText;
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
    case bus::ResourceKind::BfdProfile:
      break;
  }
  return "BFD profile " + key;
}

}  // namespace

ApplianceControl::Done ApplianceControl::once_shown(Done done) const {
  return [this, done = std::move(done)](Result<> result) {
    parts_.publish();
    done(std::move(result));
  };
}

void ApplianceControl::reload(Done done) {
  parts_.speaker.read_passwords_again();
  parts_.manager.reload(parts_.read_drop_ins(), once_shown(std::move(done)));
}

void ApplianceControl::validate(std::string document, std::function<void(std::vector<bus::DiagnosticView>)> done) {
  done(views_of(parts_.manager.validate(document, std::string(kCallFile))));
}

void ApplianceControl::apply(std::string document, std::function<void(Result<std::string>)> done) {
  const auto job = parts_.manager.apply(document, [](const Result<>&) {});
  if (job) {
    parts_.publish();
    done(*job);
  } else {
    done(error_of(job.error()));
  }
}

std::span<const bus::AttributeKey> ApplianceControl::attributes_of(bus::ResourceKind kind) const {
  static const std::map<bus::ResourceKind, std::vector<bus::AttributeKey>> kTables = [] {
    std::map<bus::ResourceKind, std::vector<bus::AttributeKey>> tables;
    for (const bus::ResourceKind one :
         {bus::ResourceKind::BgpPeer, bus::ResourceKind::BgpSpeaker, bus::ResourceKind::BfdProfile}) {
      for (const dsc::Property& property : type_of(one).properties) {
        tables[one].push_back({property.name, attribute_type(property), property.required});
      }
    }
    return tables;
  }();
  return kTables.at(kind);
}

void ApplianceControl::set_resource(bus::ResourceKind kind, const bus::Attributes& attributes,
                                    std::function<void(Result<bus::ResourceKey>)> done) {
  auto resource = dsc::make_resource(providers::schema(), type_of(kind), attributes);
  if (!resource) {
    done(resource.error());
    return;
  }
  bus::ResourceKey key;
  for (const dsc::Value& value : resource->settings) {
    if (value.property->key) key.push_back(value.text);
  }
  const auto settled = [key = std::move(key), done = std::move(done)](const Result<>& result) {
    if (result) {
      done(key);
    } else {
      done(result.error());
    }
  };
  parts_.manager.edit_user_layer(state_resource(std::move(*resource)), once_shown(settled));
}

void ApplianceControl::remove_resource(bus::ResourceKind kind, const bus::ResourceKey& key, Done done) {
  const dsc::ResourceType& type = type_of(kind);
  std::string joined;
  for (const std::string& part : key) joined += (joined.empty() ? "" : "/") + part;
  const auto id = dsc::parse_resource_id(providers::schema(), "[" + std::string(type.name) + "]" + joined);
  if (!id) {
    done(Error{ErrorKind::InvalidArgument, id.error().text});
    return;
  }
  const bool needs_switch = kind != bus::ResourceKind::BfdProfile;
  if (needs_switch && parts_.manager.effective().find(providers::kExternalVirtualSwitchType.name, key[0]) == nullptr) {
    done(Error{ErrorKind::NotFound, "there is no switch '" + printable(key[0]) + "'"});
    return;
  }
  parts_.manager.edit_user_layer(appliance::remove_resource(type, id->key, words_for(kind, id->key)),
                                 once_shown(std::move(done)));
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
