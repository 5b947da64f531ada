#include "firmware/appliance/control.h"

#include <utility>

#include "dsc/check.h"
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

}  // namespace

ApplianceControl::Done ApplianceControl::once_shown(Done done) const {
  return [this, done = std::move(done)](Result<> result) {
    parts_.publish();
    done(std::move(result));
  };
}

void ApplianceControl::reload(Done done) { parts_.manager.reload(parts_.read_drop_ins(), once_shown(std::move(done))); }

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

void ApplianceControl::set_bgp_peer(const bus::Attributes& attributes, Done done) {
  auto resource = dsc::make_resource(providers::schema(), providers::kBgpPeerType, attributes);
  if (!resource) {
    done(resource.error());
    return;
  }
  parts_.manager.edit_user_layer(state_resource(std::move(*resource)), once_shown(std::move(done)));
}

void ApplianceControl::remove_bgp_peer(const std::string& switch_name, const std::string& peer, Done done) {
  const auto address = IpAddress::parse(peer);
  if (!address) {
    done(address.error());
    return;
  }
  if (parts_.manager.effective().find(providers::kExternalVirtualSwitchType.name, switch_name) == nullptr) {
    done(Error{ErrorKind::NotFound, "there is no switch '" + printable(switch_name) + "'"});
    return;
  }
  const std::string text = address->to_string();
  parts_.manager.edit_user_layer(remove_resource(providers::kBgpPeerType, switch_name + "/" + text,
                                                 "BGP peer " + text + " on switch " + switch_name),
                                 once_shown(std::move(done)));
}

void ApplianceControl::allocate_services(std::span<const bus::ServiceRequest> asked,
                                         std::function<void(std::vector<bus::ServiceReply>)> done) {
  Allocation::begin(parts_.registry, asked, parts_.post, std::move(done));
}

void ApplianceControl::release_services(std::span<const std::string> names, Done done) {
  const Result<> released = parts_.registry.release(names, services::Owner::Lease, done);
  if (!released) done(released.error());
}

std::vector<bus::ServiceView> ApplianceControl::list_services(const std::string& after, std::uint32_t limit) {
  std::vector<bus::ServiceView> views;
  for (const services::Service* service : parts_.registry.list(after, limit))
    views.push_back(parts_.views.service(*service));
  return views;
}

Result<bus::ServiceView> ApplianceControl::service(const std::string& name) {
  const services::Service* const service = parts_.registry.find(name);
  if (service == nullptr) return Error{ErrorKind::NotFound, "there is no service '" + printable(name) + "'"};
  return parts_.views.service(*service);
}

Result<> ApplianceControl::prepare_restart() {
  return Error{ErrorKind::NotSupported,
               "graceful restart is not supported yet: a stop ends the BGP sessions; nothing has been prepared"};
}

}  // namespace portreeve::appliance
