#include "firmware/shell/cmdlets.h"

namespace portreeve::shell {
namespace {

// PowerShell's category for a D-Bus error of ours.
const char* category_of(std::string_view name) {
  constexpr std::pair<std::string_view, const char*> kCategories[] = {
      {"InvalidArgument", "InvalidArgument"}, {"NotFound", "ObjectNotFound"},     {"Conflict", "ResourceExists"},
      {"Exhausted", "LimitsExceeded"},        {"NotSupported", "NotImplemented"}, {"NotManaged", "PermissionDenied"},
      {"AccessDenied", "PermissionDenied"},   {"Busy", "ResourceBusy"},           {"NotReady", "ResourceUnavailable"},
      {"NotAvailable", "ConnectionError"},
  };
  for (const auto& [error, category] : kCategories) {
    if (error == name) return category;
  }
  return "InvalidOperation";
}

std::string peer_of(const Bound& arguments) {
  return arguments.text(arguments.has("Interface") ? "Interface" : "PeerAddress");
}

Outcome set(Daemon& daemon, const char* kind, const Bound& arguments, const std::string& target) {
  const auto done = daemon.set(kind, arguments.settings());
  if (!done) return cmdlet_error(done.error(), target);
  return Flow{};
}

Outcome remove(Daemon& daemon, const char* kind, const std::vector<std::string>& key) {
  const auto done = daemon.remove(kind, key);
  if (!done) return cmdlet_error(done.error(), key.back());
  return Flow{};
}

}  // namespace

ShellError cmdlet_error(const DaemonError& error, const std::string& target) {
  return {.command = {},
          .message = error.message,
          .category = category_of(error.name),
          .target = target.empty() ? "" : target + ":String",
          .exception = "PortreeveException",
          .id = error.name};
}

Outcome set_bgp_peer(Daemon& daemon, const Bound& arguments, Flow&) {
  return set(daemon, "BGPPeer", arguments, peer_of(arguments));
}

Outcome remove_bgp_peer(Daemon& daemon, const Bound& arguments, Flow&) {
  const bool in_network = arguments.has("VirtualNetworkName");
  if (in_network && arguments.has("SwitchName")) {
    return cmdlet_error({"InvalidArgument", "Give exactly one of SwitchName and VirtualNetworkName."},
                        peer_of(arguments));
  }
  return remove(daemon, "BGPPeer",
                {arguments.text(in_network ? "VirtualNetworkName" : "SwitchName"), peer_of(arguments)});
}

Outcome set_bgp_speaker(Daemon& daemon, const Bound& arguments, Flow&) {
  return set(daemon, "BGPSpeaker", arguments, arguments.text("SwitchName"));
}

Outcome remove_bgp_speaker(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "BGPSpeaker", {arguments.text("SwitchName")});
}

Outcome set_bfd_profile(Daemon& daemon, const Bound& arguments, Flow&) {
  return set(daemon, "BFDProfile", arguments, arguments.text("Name"));
}

Outcome remove_bfd_profile(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "BFDProfile", {arguments.text("Name")});
}

}  // namespace portreeve::shell
