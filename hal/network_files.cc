#include "hal/network_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace portreeve::hal {
namespace {

constexpr std::string_view kFront = "10-portreeve-";
constexpr std::string_view kBack = ".network";
constexpr mode_t kReadableByAll = 0644;

// rtm_protocol of routes that networkd has from DHCP.
constexpr std::uint8_t kDhcpProtocol = 16;

// Empty where it is none of ours.
std::string interface_of_file(std::string_view name) {
  if (!name.starts_with(kFront) || !name.ends_with(kBack) || name.size() <= kFront.size() + kBack.size()) return {};
  return std::string(name.substr(kFront.size(), name.size() - kFront.size() - kBack.size()));
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<> write_all(int descriptor, std::string_view text, const std::string& doing) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(doing, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  // The unit's umask would keep it from networkd.
  return fchmod(descriptor, kReadableByAll) == 0 ? Result<>() : system_error(doing, errno);
}

}  // namespace

std::string network_file_name(const std::string& interface) {
  return std::string(kFront) + interface + std::string(kBack);
}

std::string network_file_text(const std::string& interface) {
  return "# Portreeve's; it is written anew.\n"
         "[Match]\n"
         "Name=" +
         interface +
         "\n\n"
         "[Network]\n"
         "DHCP=ipv4\n"
         "KeepConfiguration=static\n"
         "LinkLocalAddressing=ipv6\n"
         "IPv6AcceptRA=no\n"
         "IPv6PrivacyExtensions=kernel\n"
         "LLDP=no\n"
         "IgnoreCarrierLoss=5s\n\n"
         "[DHCPv4]\n"
         "ClientIdentifier=mac\n"
         "UseHostname=no\n";
}

NetworkFileStates read_network_files(const std::string& directory) {
  NetworkFileStates states{directory, false, {}};
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  states.available = !error;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string interface = interface_of_file(entry->path().filename().native());
    if (!interface.empty()) states.files[interface] = content_of(entry->path()) == network_file_text(interface);
  }
  return states;
}

NetworkFileStates read_network_file(const std::string& directory, const std::string& interface) {
  std::error_code error;
  NetworkFileStates states{directory, std::filesystem::is_directory(directory, error), {}};
  const std::filesystem::path path = std::filesystem::path(directory) / network_file_name(interface);
  if (std::filesystem::exists(path, error)) states.files[interface] = content_of(path) == network_file_text(interface);
  return states;
}

Result<> write_network_file(const std::string& directory, const std::string& interface) {
  const std::string path = directory + "/" + network_file_name(interface);
  const std::string draft = directory + "/." + network_file_name(interface);
  const std::string doing = "cannot write " + path;
  const int descriptor = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kReadableByAll);
  if (descriptor < 0) return system_error(doing, errno);
  Result<> result = write_all(descriptor, network_file_text(interface), doing);
  if (close(descriptor) != 0 && result) result = system_error(doing, errno);
  if (result && rename(draft.c_str(), path.c_str()) != 0) result = system_error(doing, errno);
  if (!result) unlink(draft.c_str());
  return result;
}

Result<> remove_network_file(const std::string& directory, const std::string& interface) {
  const std::string path = directory + "/" + network_file_name(interface);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error("cannot remove " + path, errno);
}

Result<std::optional<DhcpChange>> plan_dhcp(const std::string& link_name, const std::string& interface, bool wanted,
                                            const NetworkFileStates& states) {
  const auto file = states.files.find(interface);
  if (!wanted) {
    if (file == states.files.end()) return std::optional<DhcpChange>();
    return std::optional(DhcpChange{link_name + ": have systemd-networkd ask by DHCP no more", false});
  }
  if (!states.available) {
    return Error{ErrorKind::NotReady, "DHCP waits for systemd-networkd: there is no directory " + states.directory};
  }
  if (file != states.files.end() && file->second) return std::optional<DhcpChange>();
  return std::optional(DhcpChange{link_name + ": have systemd-networkd ask for an address by DHCP", true});
}

std::optional<DhcpLease> dhcp_lease(IfIndex link, const Inventory& inventory) {
  std::optional<DhcpLease> lease;
  for (const InterfaceAddress& address : inventory.addresses) {
    if (address.interface != link || address.permanent || !address.prefix.address.is_v4()) continue;
    lease = DhcpLease{address.prefix, {}, address.lifetime};
    break;
  }
  for (const Gateway& gateway : inventory.gateways) {
    if (lease && gateway.interface == link && gateway.protocol == kDhcpProtocol) lease->gateway = gateway.address;
  }
  return lease;
}

}  // namespace portreeve::hal
