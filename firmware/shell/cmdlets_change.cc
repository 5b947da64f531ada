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
  PeerSettings peer{.peer_address = arguments.text("PeerAddress"),
                    .peer_asn = arguments.number("PeerAsn"),
                    .self_asn = arguments.number("SelfAsn"),
                    .switch_name = arguments.text("SwitchName"),
                    .hold_time = {}};
  if (arguments.has("HoldTimeInSeconds")) peer.hold_time = arguments.number("HoldTimeInSeconds");
  const auto done = daemon.set_bgp_peer(peer);
  if (!done) return cmdlet_error(done.error(), peer.peer_address);
  return Flow{};
}

Outcome remove_bgp_peer(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string peer = arguments.text("PeerAddress");
  const auto done = daemon.remove_bgp_peer(arguments.text("SwitchName"), peer);
  if (!done) return cmdlet_error(done.error(), peer);
  return Flow{};
}

}  // namespace portreeve::shell
