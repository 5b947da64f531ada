// What systemd-networkd is told, octet for octet, and when.
#include "hal/network_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fakes/fake_host.h"
#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(NetworkFiles) {
  fakes::TemporaryDirectory temporary;
  const std::string directory = temporary.path();
  const std::filesystem::path path = temporary.path() / std::filesystem::path("10-portreeve-vSwitch1.network");

  [[nodiscard]] NetworkFileStates states() const { return read_network_files(directory); }
  static std::string planned(bool wanted, const NetworkFileStates& states) {
    const auto change = plan_dhcp("vSwitch1", "vSwitch1", wanted, states);
    if (!change) return change.error().message;
    return *change ? (*change)->text : std::string();
  }
};
// clang-format on

TEST(NetworkFiles, OneSaysThatNetworkdAsksByDhcpAndLeavesAllElse) {
  CHECK(write_network_file(directory, "vSwitch1").has_value());
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  STRCMP_EQUAL(R"(# Portreeve's; it is written anew.
[Match]
Name=vSwitch1

[Network]
DHCP=ipv4
KeepConfiguration=static
LinkLocalAddressing=ipv6
IPv6AcceptRA=no
IPv6PrivacyExtensions=kernel
LLDP=no
IgnoreCarrierLoss=5s

[DHCPv4]
ClientIdentifier=mac
UseHostname=no
)",
               text.c_str());
}

TEST(NetworkFiles, NetworkdMayReadItWhateverTheUmaskIs) {
  const mode_t before = umask(0077);
  CHECK(write_network_file(directory, "vSwitch1").has_value());
  umask(before);
  struct stat status {};
  CHECK_EQUAL(0, stat(path.c_str(), &status));
  CHECK_EQUAL(0644U, status.st_mode & 07777U);
}

TEST(NetworkFiles, NoDraftIsLeftAndOthersFilesAreNone) {
  std::ofstream(temporary.path() / std::filesystem::path("10-other.network")) << "[Match]\n";
  CHECK(write_network_file(directory, "vSwitch1").has_value());
  CHECK_EQUAL(2, std::distance(std::filesystem::directory_iterator(directory), {}));
  CHECK_EQUAL(1U, states().files.size());
  CHECK(states().files.at("vSwitch1"));
}

TEST(NetworkFiles, OneIsWrittenAnewWhenItSaysSomethingElse) {
  STRCMP_EQUAL("vSwitch1: have systemd-networkd ask for an address by DHCP", planned(true, states()).c_str());
  CHECK(write_network_file(directory, "vSwitch1").has_value());
  STRCMP_EQUAL("", planned(true, states()).c_str());
  std::ofstream(path) << "[Network]\n";
  STRCMP_EQUAL("vSwitch1: have systemd-networkd ask for an address by DHCP",
               planned(true, read_network_file(directory, "vSwitch1")).c_str());
}

TEST(NetworkFiles, OneIsRemovedWhenItIsNotWanted) {
  STRCMP_EQUAL("", planned(false, states()).c_str());
  CHECK(write_network_file(directory, "vSwitch1").has_value());
  STRCMP_EQUAL("vSwitch1: have systemd-networkd ask by DHCP no more", planned(false, states()).c_str());
  CHECK(remove_network_file(directory, "vSwitch1").has_value());
  CHECK(remove_network_file(directory, "vSwitch1").has_value());
  CHECK(states().files.empty());
}

TEST(NetworkFiles, WithoutNetworkdsDirectoryDhcpWaits) {
  const NetworkFileStates nowhere = read_network_files(directory + "/none");
  STRCMP_EQUAL(("DHCP waits for systemd-networkd: there is no directory " + directory + "/none").c_str(),
               planned(true, nowhere).c_str());
  STRCMP_EQUAL("", planned(false, nowhere).c_str());
}

TEST(NetworkFiles, ALeaseIsWhatIsNotPermanentOnTheLink) {
  constexpr IfIndex kLink{3};
  Inventory inventory;
  inventory.addresses = {{kLink, *IpPrefix::parse("10.0.0.10/24"), kOurProtocol}};
  CHECK(!dhcp_lease(kLink, inventory));
  InterfaceAddress leased{kLink, *IpPrefix::parse("10.0.0.50/24")};
  leased.permanent = false;
  leased.lifetime = 3600;
  inventory.addresses.push_back(leased);
  inventory.gateways = {{kLink, *IpAddress::parse("10.0.0.1"), kOurProtocol, 1},
                        {kLink, *IpAddress::parse("10.0.0.2"), 16, 1024}};
  const auto lease = dhcp_lease(kLink, inventory);
  STRCMP_EQUAL("10.0.0.50/24", lease->address.to_string().c_str());
  STRCMP_EQUAL("10.0.0.2", lease->gateway->to_string().c_str());
  CHECK_EQUAL(3600U, lease->lifetime);
}
