#include "hal/inventory_builder.h"

#include "hal/interface_name.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

namespace {

constexpr IfIndex kLo{1};
constexpr IfIndex kPort{2};
constexpr IfIndex kBridge{3};

netlink::Link lo() {
  netlink::Link link;
  link.index = kLo;
  link.name = "lo";
  link.loopback = true;
  return link;
}

netlink::Link ethernet(IfIndex index, const std::string& name) {
  netlink::Link link;
  link.index = index;
  link.name = name;
  link.ethernet = true;
  link.mac = *MacAddress::parse("02:00:00:00:00:01");
  link.mtu = 1500;
  return link;
}

netlink::Link bridge(IfIndex index, const std::string& name, std::uint32_t group = 0) {
  netlink::Link link = ethernet(index, name);
  link.kind = "bridge";
  link.group = group;
  link.bridge.emplace();
  return link;
}

netlink::Address on(IfIndex interface, const char* prefix, std::uint8_t protocol = 0) {
  return {interface, *IpPrefix::parse(prefix), protocol};
}

netlink::DefaultRoute via(IfIndex interface, const char* gateway, std::uint32_t metric = 0) {
  return {interface, *IpAddress::parse(gateway), 3, metric};
}

netlink::Route to(const char* destination, IfIndex interface, std::uint8_t protocol = kOurProtocol) {
  return {interface, *IpPrefix::parse(destination), *IpAddress::parse("10.0.0.1"), protocol, 100};
}

netlink::Link veth(IfIndex index, const std::string& name, IfIndex pair) {
  netlink::Link link = ethernet(index, name);
  link.kind = "veth";
  link.group = kOurLinkGroup;
  link.pair = pair;
  link.up = true;
  return link;
}

netlink::Link our_bridge() {
  netlink::Link link = bridge(kBridge, "vSwitch1", kOurLinkGroup);
  link.bridge->default_pvid = 1;
  return link;
}

}  // namespace

// clang-format off
TEST_GROUP(InventoryBuilder) {
  SwitchRecords records;
  int drivers_asked = 0;
  std::vector<PciFunction> functions;
  std::vector<std::string> functions_asked;
  int modes_asked = 0;
  int routes_asked = 0;
  std::vector<netlink::DefaultRoute> kernel_routes;
  std::vector<netlink::Route> kernel_own_routes;
  int vlans_asked = 0;
  netlink::PortVlans kernel_vlans{1, {100}};
  netlink::Driver driver{"virtio_net", "0000:00:03.0", "1.0.0", "4.22"};
  InventoryBuilder builder{records,
                           {.driver = [this](const std::string&) { ++drivers_asked; return driver; },
                            .link_modes = [this](IfIndex) {
                              ++modes_asked;
                              return netlink::LinkModes{25000, true};
                            },
                            .default_routes = [this](IfIndex) { ++routes_asked; return kernel_routes; },
                            .our_routes = [this](IfIndex) { return kernel_own_routes; },
                            .port_vlans = [this](IfIndex) { ++vlans_asked; return kernel_vlans; },
                            .pci_functions = [this] { return functions; },
                            .pci_function = [this](const std::string& address) {
                              functions_asked.push_back(address);
                              return PciFunction{address, 3, "", false};
                            },
                            .device_port = [](const netlink::Link&) { return 1U; }}};

  const Inventory& inventory() const { return builder.inventory(); }
};
// clang-format on

TEST(InventoryBuilder, AnEthernetLinkThatIsNotOursIsAPort) {
  CHECK(builder.replace_all({lo(), ethernet(kPort, "eth0"), bridge(kBridge, "br0")}, {}, {}));
  CHECK_EQUAL(1U, inventory().ports.size());
  CHECK(inventory().port_by_interface("eth0") == inventory().port(kPort));
  CHECK(inventory().port(kLo) == nullptr && inventory().port(kBridge) == nullptr);
}

TEST(InventoryBuilder, ALinkOfOurGroupIsNoPort) {
  netlink::Link ours = ethernet(kPort, "bond0");
  ours.group = kOurLinkGroup;
  builder.replace_all({ours}, {}, {});
  CHECK(inventory().ports.empty());
}

TEST(InventoryBuilder, PhysicalMeansThatItHasAParentDevice) {
  netlink::Link link = ethernet(kPort, "eth0");
  link.parent_device = "virtio2";
  link.parent_bus = "virtio";
  builder.set_link(link);
  CHECK(inventory().port(kPort)->physical);
  STRCMP_EQUAL("virtio2", inventory().port(kPort)->parent_device.c_str());
  // The driver knows where virtio sits.
  STRCMP_EQUAL("0000:00:03.0", inventory().port(kPort)->pci_address.c_str());
}

TEST(InventoryBuilder, AParentOnThePciBusIsThePciAddress) {
  driver = {"e1000e", ""};
  netlink::Link link = ethernet(kPort, "eth0");
  link.parent_device = "0000:02:00.1";
  link.parent_bus = "pci";
  builder.set_link(link);
  STRCMP_EQUAL("0000:02:00.1", inventory().port(kPort)->pci_address.c_str());
}

TEST(InventoryBuilder, APortKeepsWhatItsDriverAndItsDeviceSaidAtFirst) {
  netlink::Link link = ethernet(kPort, "eth0");
  builder.set_link(link);
  driver = {};
  link.mtu = 9000;
  builder.set_link(link);
  STRCMP_EQUAL("1.0.0", inventory().port(kPort)->driver_version.c_str());
  STRCMP_EQUAL("4.22", inventory().port(kPort)->firmware_version.c_str());
  CHECK_EQUAL(1U, inventory().port(kPort)->device_port);
}

TEST(InventoryBuilder, APciFunctionIsAskedForWhenALinkOfItComesThatWasNotThereBefore) {
  functions = {{"0000:02:00.0", 1, "", false}};
  builder.replace_all({}, {}, {});
  CHECK(inventory().pci_functions == functions);
  netlink::Link known = ethernet(kPort, "eth0");
  known.parent_device = "0000:02:00.0";
  known.parent_bus = "pci";
  netlink::Link plugged = known;
  plugged.index = IfIndex{9};
  plugged.parent_device = "0000:01:00.0";
  builder.set_link(known);
  builder.set_link(plugged);
  CHECK(functions_asked == std::vector<std::string>{"0000:01:00.0"});
  CHECK_EQUAL(2U, inventory().pci_functions.size());
  CHECK(inventory().pci_function("0000:01:00.0")->onboard_index == 3U);
  builder.remove_link(plugged.index);  // while its driver is loaded anew it is there all the same
  CHECK(inventory().pci_function("0000:01:00.0") != nullptr);
}

TEST(InventoryBuilder, TheDriverIsAskedOnceAndTheSpeedIsDueWhenTheCarrierComes) {
  netlink::Link link = ethernet(kPort, "eth0");
  builder.set_link(link);
  CHECK_EQUAL(1, drivers_asked);
  CHECK_EQUAL(0, modes_asked);
  link.carrier = true;
  CHECK(builder.set_link(link));
  CHECK(builder.link_modes_due());
  CHECK(builder.ask_link_modes(1));
  CHECK(!builder.link_modes_due());
  CHECK_EQUAL(25000U, inventory().port(kPort)->speed_mbps.value_or(0));
  CHECK(inventory().port(kPort)->duplex == Duplex::Full);
  link.mtu = 9000;
  builder.set_link(link);
  builder.ask_link_modes(1);
  CHECK_EQUAL(1, modes_asked);
  link.carrier = false;
  builder.set_link(link);
  CHECK(!inventory().port(kPort)->speed_mbps.has_value());
  CHECK(inventory().port(kPort)->duplex == Duplex::Unknown);
  CHECK_EQUAL(1, drivers_asked);
}

TEST(InventoryBuilder, AMessageThatSaysNothingNewChangesNothing) {
  CHECK(builder.set_link(ethernet(kPort, "eth0")));
  CHECK(!builder.set_link(ethernet(kPort, "eth0")));
  CHECK(builder.set_address(on(kPort, "10.0.0.1/24")));
  CHECK(!builder.set_address(on(kPort, "10.0.0.1/24")));
  CHECK(!builder.remove_address(on(kPort, "10.0.0.2/24")));
  CHECK(!builder.remove_link(kBridge));
}

TEST(InventoryBuilder, MembersFollowTheirMaster) {
  builder.set_link(bridge(kBridge, "br0"));
  netlink::Link link = ethernet(kPort, "eth0");
  link.master = kBridge;
  builder.set_link(link);
  CHECK(inventory().bridge(kBridge)->members == std::vector<IfIndex>{kPort});
  CHECK(inventory().port(kPort)->master == kBridge);
  link.master.reset();
  builder.set_link(link);
  CHECK(inventory().bridge(kBridge)->members.empty());
  link.master = kBridge;
  builder.set_link(link);
  builder.remove_link(kPort);
  CHECK(inventory().bridge(kBridge)->members.empty());
}

TEST(InventoryBuilder, AMemberThatIsNoPortCountsToo) {
  builder.set_link(bridge(kBridge, "br0"));
  netlink::Link tunnel;
  tunnel.index = IfIndex{9};
  tunnel.name = "gre0";
  tunnel.master = kBridge;
  CHECK(builder.set_link(tunnel));
  CHECK(inventory().bridge(kBridge)->members == std::vector<IfIndex>{IfIndex{9}});
}

TEST(InventoryBuilder, ABridgeIsOursByItsGroup) {
  builder.set_link(bridge(kBridge, "vSwitch1", kOurLinkGroup));
  CHECK(inventory().bridge(kBridge)->ours);
  CHECK(inventory().switch_by_name("vSwitch1") == inventory().bridge(kBridge));
}

TEST(InventoryBuilder, ABridgeIsOursByItsRecord) {
  records.made("vSwitch1", kBridge);
  builder.set_link(bridge(kBridge, "renamed"));
  CHECK(inventory().bridge(kBridge)->ours);
  STRCMP_EQUAL("vSwitch1", inventory().bridge(kBridge)->switch_name.c_str());
}

TEST(InventoryBuilder, ABridgeOfARecordedNameAndAnotherIndexIsForeign) {
  records.made("vSwitch1", IfIndex{77});
  builder.set_link(bridge(kBridge, "vSwitch1"));
  CHECK(!inventory().bridge(kBridge)->ours);
}

TEST(InventoryBuilder, ALongNameIsReadFromTheAlternativeNames) {
  netlink::Link link = bridge(kBridge, "vswitc-c487b15a", kOurLinkGroup);
  link.alternative_names = {"something-else", "vswitch-for-the-compute-network"};
  builder.set_link(link);
  STRCMP_EQUAL("vswitch-for-the-compute-network", inventory().bridge(kBridge)->switch_name.c_str());
}

TEST(InventoryBuilder, JoinedAreTheMembersThatWereRecorded) {
  records.join("vSwitch1", kBridge, kPort);
  builder.set_link(bridge(kBridge, "vSwitch1", kOurLinkGroup));
  for (const IfIndex index : {kPort, IfIndex{9}}) {
    netlink::Link link = ethernet(index, "port" + std::to_string(number(index)));
    link.master = kBridge;
    builder.set_link(link);
  }
  CHECK_EQUAL(2U, inventory().bridge(kBridge)->members.size());
  CHECK(inventory().bridge(kBridge)->joined == std::vector<IfIndex>{kPort});
  records.join("vSwitch1", kBridge, IfIndex{9});
  CHECK(builder.refresh_recorded(kBridge));
  CHECK_EQUAL(2U, inventory().bridge(kBridge)->joined.size());
}

TEST(InventoryBuilder, OurAddressesOnLoAreKeptApart) {
  builder.replace_all({lo()}, {on(kLo, "127.0.0.1/8"), on(kLo, "10.9.9.1/32", kOurProtocol)}, {});
  CHECK_EQUAL(1U, inventory().addresses.size());
  CHECK(builder.local_addresses().contains(*IpAddress::parse("10.9.9.1")));
  CHECK(builder.set_address(on(kLo, "10.9.9.2/32", kOurProtocol)));
  CHECK(!builder.set_address(on(kLo, "10.9.9.2/32", kOurProtocol)));
  CHECK(builder.remove_address(on(kLo, "10.9.9.2/32", kOurProtocol)));
  // Foreign, or no host address.
  CHECK(builder.set_address(on(kLo, "10.9.9.3/32")));
  CHECK(builder.set_address(on(kLo, "10.8.0.1/24", kOurProtocol)));
  CHECK_EQUAL(3U, inventory().addresses.size());
  CHECK_EQUAL(1U, builder.local_addresses().size());
}

TEST(InventoryBuilder, AReplacingRouteTakesThePlaceOfThatWithItsMetric) {
  builder.set_routes({via(kPort, "10.0.0.1")}, false);
  builder.set_routes({via(kPort, "10.0.0.2", 5)}, false);
  builder.set_routes({via(kPort, "2001:db8::1")}, false);
  CHECK(builder.set_routes({via(kBridge, "10.0.0.3")}, true));
  CHECK_EQUAL(3U, inventory().gateways.size());
  for (const Gateway& gateway : inventory().gateways) CHECK(gateway.address != *IpAddress::parse("10.0.0.1"));
  CHECK(builder.remove_routes({via(kBridge, "10.0.0.3")}));
  CHECK(!builder.remove_routes({via(kBridge, "10.0.0.3")}));
}

TEST(InventoryBuilder, RoutesAreReadAgainWhereTheKernelDropsThemSilently) {
  netlink::Link link = ethernet(kPort, "eth0");
  link.up = true;
  builder.replace_all({link}, {on(kPort, "10.0.0.9/24")}, {via(kPort, "10.0.0.1"), via(kPort, "10.0.0.2", 5)});
  kernel_routes = {via(kPort, "10.0.0.2", 5)};
  CHECK(builder.remove_address(on(kPort, "10.0.0.9/24")));
  CHECK_EQUAL(1U, inventory().gateways.size());
  kernel_routes.clear();
  link.up = false;
  builder.set_link(link);
  CHECK(inventory().gateways.empty());
  CHECK_EQUAL(2, routes_asked);
}

TEST(InventoryBuilder, OfOtherRoutesOnlyOursAreKept) {
  CHECK(builder.replace_all({lo(), ethernet(kPort, "eth0")}, {}, {}, {to("10.1.0.0/16", kPort)}));
  CHECK(builder.set_route(to("10.2.0.0/16", kPort), false));
  CHECK(!builder.set_route(to("10.3.0.0/16", kPort, 3), false));
  CHECK_EQUAL(2U, inventory().routes.size());
  CHECK(!builder.remove_route(to("10.2.0.0/16", kPort, 3)));
  CHECK(builder.remove_route(to("10.2.0.0/16", kPort)));
  CHECK(builder.remove_link(kPort));
  CHECK(inventory().routes.empty());
}

TEST(InventoryBuilder, OursIsGoneWhenAnotherTakesItsPlace) {
  builder.set_route(to("10.1.0.0/16", kPort), false);
  CHECK(!builder.set_route(to("10.2.0.0/16", kBridge, 3), true));
  CHECK(builder.set_route(to("10.1.0.0/16", kBridge, 3), true));
  CHECK(inventory().routes.empty());
}

TEST(InventoryBuilder, OurRoutesAreReadAgainWhereTheKernelDropsThemSilently) {
  netlink::Link link = ethernet(kPort, "eth0");
  link.up = true;
  builder.replace_all({link}, {on(kPort, "10.0.0.9/24")}, {}, {to("10.1.0.0/16", kPort), to("10.2.0.0/16", kPort)});
  kernel_own_routes = {to("10.2.0.0/16", kPort)};
  builder.remove_address(on(kPort, "10.0.0.9/24"));
  CHECK_EQUAL(1U, inventory().routes.size());
  kernel_own_routes.clear();
  link.up = false;
  builder.set_link(link);
  CHECK(inventory().routes.empty());
}

TEST(InventoryBuilder, RoutesAreNotAskedForWhereThereAreNone) {
  builder.replace_all({lo()}, {on(kLo, "10.9.9.1/32", kOurProtocol)}, {via(kPort, "10.0.0.1")});
  builder.remove_address(on(kLo, "10.9.9.1/32", kOurProtocol));
  CHECK_EQUAL(0, routes_asked);
}

TEST(InventoryBuilder, WithALinkGoItsAddressesAndRoutes) {
  driver = {"veth", ""};
  builder.replace_all({ethernet(kPort, "eth0")}, {on(kPort, "10.0.0.9/24")}, {via(kPort, "10.0.0.1")});
  CHECK(builder.remove_link(kPort));
  CHECK(inventory() == Inventory());
}

TEST(InventoryBuilder, AFullReadingThatFindsNothingNewChangesNothing) {
  const std::vector<netlink::Link> links = {lo(), ethernet(kPort, "eth0"), bridge(kBridge, "br0")};
  const std::vector<netlink::Address> addresses = {on(kPort, "10.0.0.9/24"), on(kLo, "10.9.9.1/32", kOurProtocol)};
  CHECK(builder.replace_all(links, addresses, {via(kPort, "10.0.0.1")}));
  CHECK(!builder.replace_all(links, addresses, {via(kPort, "10.0.0.1")}));
  CHECK_EQUAL(1, drivers_asked);
  CHECK(builder.replace_all(links, {}, {}));
}

TEST(InventoryBuilder, ALinkIsFoundByItsAlternativeName) {
  netlink::Link link = ethernet(kPort, "eth0");
  link.alternative_names = {"enp0s3"};
  builder.set_link(link);
  CHECK(inventory().port_by_interface("enp0s3") != nullptr);
  CHECK(inventory().port_by_interface("enp0s4") == nullptr);
}

TEST(InventoryBuilder, TheVlansOfOurSwitchesPortsAreReadWhenTheyJoinAndWhenTheyChange) {
  netlink::Link link = ethernet(kPort, "eth0");
  builder.replace_all({link, our_bridge()}, {}, {});
  CHECK_EQUAL(0, vlans_asked);
  CHECK(!builder.vlans_changed(kPort));
  link.master = kBridge;
  CHECK(builder.set_link(link));
  CHECK_EQUAL(1, inventory().port(kPort)->vlans.untagged);
  CHECK(inventory().port(kPort)->vlans.tagged == std::vector<std::uint16_t>{100});
  kernel_vlans.tagged.push_back(200);
  CHECK(builder.vlans_changed(kPort));
  CHECK(inventory().port(kPort)->vlans.tagged == (std::vector<std::uint16_t>{100, 200}));
  CHECK(!builder.vlans_changed(kPort));
  link.master.reset();
  builder.set_link(link);
  CHECK(inventory().port(kPort)->vlans == PortVlans());
}

TEST(InventoryBuilder, NobodyIsAskedForVlansOfForeignBridgesOrWhereTheKernelKnowsNone) {
  netlink::Link foreign = bridge(kBridge, "br0");
  foreign.bridge->default_pvid = 1;
  netlink::Link link = ethernet(kPort, "eth0");
  link.master = kBridge;
  builder.replace_all({link, foreign}, {}, {});
  builder.replace_all({link, bridge(kBridge, "vSwitch1", kOurLinkGroup)}, {}, {});
  CHECK_EQUAL(0, vlans_asked);
}

TEST(InventoryBuilder, AVethPairOfOursIsAHostVnicAndNoPort) {
  constexpr IfIndex kFar{4};
  netlink::Link port = veth(kFar, port_of_vnic(VnicOwner::VirtualNetwork, "v100"), kPort);
  port.master = kBridge;
  builder.replace_all({veth(kPort, "v100", kFar), port, our_bridge()}, {}, {});
  CHECK(inventory().ports.empty());
  const HostVnic* const vnic = inventory().vnic_by_name("v100");
  CHECK(vnic != nullptr && vnic->owner == VnicOwner::VirtualNetwork && vnic->up);
  CHECK(vnic->index == kPort && vnic->port == kFar && vnic->bridge == kBridge);
  CHECK_EQUAL(1, vnic->vlans.untagged);
  kernel_vlans = {100, {}};
  CHECK(builder.vlans_changed(kFar));
  CHECK_EQUAL(100, inventory().vnic_by_name("v100")->vlans.untagged);
  port.up = false;
  CHECK(builder.set_link(port));
  CHECK(!inventory().vnic_by_name("v100")->up);
  CHECK(builder.remove_link(kFar));
  CHECK(inventory().vnics.empty());
}

TEST(InventoryBuilder, AVethPairOfOursOfOtherNamesIsNoHostVnic) {
  builder.replace_all({veth(kPort, "v100", IfIndex{4}), veth(IfIndex{4}, "vnic-00000000", kPort)}, {}, {});
  CHECK(inventory().vnics.empty() && inventory().ports.empty());
}

TEST(InventoryBuilder, APortInATeamOfOursIsTheSwitchs) {
  constexpr IfIndex kTeam{4};
  netlink::Link team = ethernet(kTeam, "team-00000001");
  team.kind = "bond";
  team.group = kOurLinkGroup;
  team.bond.emplace();
  team.bond->mode = 1;
  team.bond->link_check = 100;
  team.master = kBridge;
  records.join("vSwitch1", kBridge, kPort);
  netlink::Link port = ethernet(kPort, "eth0");
  builder.replace_all({port, our_bridge(), team}, {}, {});
  CHECK(inventory().bridge(kBridge)->joined.empty());
  port.master = kTeam;
  CHECK(builder.set_link(port));
  CHECK(inventory().team(kTeam)->ports == std::vector<IfIndex>{kPort});
  CHECK(inventory().team(kTeam)->settings == TeamSettings());
  CHECK(inventory().bridge(kBridge)->joined == std::vector<IfIndex>{kPort});
  CHECK(inventory().bridge_of(*inventory().port(kPort)) == inventory().bridge(kBridge));
  CHECK(inventory().port(kTeam) == nullptr);
  team.bond->active = kPort;
  CHECK(builder.set_link(team));
  CHECK(inventory().team(kTeam)->active_port == kPort);
  team.bond->mode = 0;  // round robin is no mode of ours
  builder.set_link(team);
  CHECK(!inventory().team(kTeam)->settings);
  builder.remove_link(kPort);
  CHECK(inventory().team(kTeam)->ports.empty() && inventory().bridge(kBridge)->joined.empty());
}
