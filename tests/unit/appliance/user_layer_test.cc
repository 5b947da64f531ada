#include "firmware/appliance/user_layer.h"

#include "dsc/check.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using appliance::add_resource;
using appliance::change_resource;
using appliance::remove_resource;
using appliance::remove_unused_resource;
using appliance::state_resource;
using appliance::with_hardware_ports;

namespace {

dsc::Resource peer(const std::string& asn) {
  const std::vector<std::pair<std::string, std::string>> properties = {
      {"SwitchName", "s1"}, {"PeerAddress", "10.0.0.2"}, {"PeerAsn", asn}, {"SelfAsn", "64513"}};
  return dsc::given_resource(resources::schema(), resources::kBgpPeerType, properties);
}

const std::string kKey = "s1/10.0.0.2";

dsc::Resource virtual_switch(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::pair<std::string, std::string>> properties = {{"Name", "s1"}, {"InterfaceAlias", "P1"}};
  properties.insert(properties.end(), more.begin(), more.end());
  return dsc::given_resource(resources::schema(), resources::kExternalVirtualSwitchType, properties);
}

}  // namespace

TEST_GROUP(UserLayer) {
  dsc::Document user;
  dsc::Configuration drop_ins;
  dsc::Configuration effective;

  Result<> remove() {
    return remove_resource(resources::kBgpPeerType, kKey, "BGP peer 10.0.0.2 on switch s1")(user, drop_ins, effective);
  }
  Result<> change(const std::vector<std::pair<std::string, std::string>>& given) {
    dsc::Resource named;
    named.type = &resources::kExternalVirtualSwitchType;
    named.set("Name", "s1");
    return change_resource(resources::schema(), named, given, "virtual switch s1")(user, drop_ins, effective);
  }
};

TEST(UserLayer, StatingAResourceAgainReplacesWhatWasStated) {
  CHECK(state_resource(peer("64512"))(user, drop_ins, effective).has_value());
  CHECK(state_resource(peer("64599"))(user, drop_ins, effective).has_value());
  LONGS_EQUAL(1, user.resources.size());
  LONGS_EQUAL(64599, user.resources[0].number("PeerAsn"));
}

TEST(UserLayer, PortsOfTheHardwareComeWithTheEditUnlessThereAreSuchPorts) {
  dsc::Resource known = dsc::given_resource(resources::schema(), resources::kPortType,
                                            std::vector<std::pair<std::string, std::string>>{{"Name", "Port1"}});
  effective.resources = {known};
  const auto edit = with_hardware_ports(state_resource(virtual_switch({})), {"Port1", "Port5"});
  CHECK(edit(user, drop_ins, effective).has_value());
  LONGS_EQUAL(2, user.resources.size());
  STRCMP_EQUAL("[Port]Port5", user.resources[1].id().to_string().c_str());
}

TEST(UserLayer, NoPortComesWithAnEditThatIsRefused) {
  effective.resources = {virtual_switch({})};
  const auto edit = with_hardware_ports(appliance::add_resource(virtual_switch({}), "virtual switch s1"), {"Port5"});
  CHECK(!edit(user, drop_ins, effective).has_value());
  CHECK(user.resources.empty());
}

TEST(UserLayer, RemovingWhatOnlyItStatesLeavesNothing) {
  user.resources = effective.resources = {peer("64512")};
  CHECK(remove().has_value());
  CHECK(user.resources.empty());
}

TEST(UserLayer, RemovingWhatADropInStatesLeavesAnAbsentOfItsKeyAlone) {
  drop_ins.resources = effective.resources = {peer("64512")};
  user.resources = {peer("64599")};
  CHECK(remove().has_value());
  LONGS_EQUAL(1, user.resources.size());
  CHECK(user.resources[0].absent);
  STRCMP_EQUAL(kKey.c_str(), user.resources[0].key.c_str());
  CHECK_FALSE(user.resources[0].has("PeerAsn"));
}

TEST(UserLayer, StatingAnAbsentResourceBringsItBack) {
  drop_ins.resources = effective.resources = {peer("64512")};
  CHECK(remove().has_value());
  CHECK(state_resource(peer("64512"))(user, drop_ins, effective).has_value());
  LONGS_EQUAL(1, user.resources.size());
  CHECK_FALSE(user.resources[0].absent);
}

TEST(UserLayer, RemovingWhatIsNotThereIsRefusedByName) {
  const Result<> result = remove();
  CHECK_FALSE(result.has_value());
  CHECK(result.error().kind == ErrorKind::NotFound);
  STRCMP_EQUAL("there is no BGP peer 10.0.0.2 on switch s1", result.error().message.c_str());
}

TEST(UserLayer, WhatThereIsCannotBeAdded) {
  CHECK(add_resource(peer("64512"), "BGP peer 10.0.0.2")(user, drop_ins, effective).has_value());
  LONGS_EQUAL(1, user.resources.size());
  effective.resources = {peer("64512")};
  const auto refused = add_resource(peer("64599"), "BGP peer 10.0.0.2")(user, drop_ins, effective);
  CHECK(!refused && refused.error().kind == ErrorKind::Conflict);
  LONGS_EQUAL(64512, user.resources[0].number("PeerAsn"));
}

TEST(UserLayer, AChangeStatesWhatIsGivenAndWhatMustBe) {
  drop_ins.resources = effective.resources = {virtual_switch({{"IPAddress", "10.0.0.1/24"}, {"Mtu", "1400"}})};
  CHECK(change({{"Name", "s1"}, {"Mtu", "9000"}}).has_value());
  LONGS_EQUAL(9000, user.resources[0].number("Mtu"));
  CHECK(user.resources[0].has("InterfaceAlias"));
  CHECK_FALSE(user.resources[0].has("IPAddress"));  // which the drop-in states on
}

TEST(UserLayer, AChangeKeepsWhatTheUserLayerStates) {
  user.resources = effective.resources = {virtual_switch({{"IPAddress", "10.0.0.1/24"}, {"Mtu", "1400"}})};
  CHECK(change({{"Name", "s1"}, {"Mtu", "9000"}}).has_value());
  LONGS_EQUAL(1, user.resources.size());
  LONGS_EQUAL(9000, user.resources[0].number("Mtu"));
  CHECK(user.resources[0].has("IPAddress"));
}

TEST(UserLayer, AChangeOfWhatThereIsNotIsRefused) {
  CHECK(change({{"Name", "s1"}, {"Mtu", "9000"}}).error().kind == ErrorKind::NotFound);
  CHECK(user.resources.empty());
}

TEST(UserLayer, WhatOthersReferToIsNotRemovedAndTheyAreNamed) {
  user.resources = effective.resources = {virtual_switch({}), peer("64512")};
  const auto remove_switch = remove_unused_resource(resources::kExternalVirtualSwitchType, "s1", "virtual switch s1");
  const auto refused = remove_switch(user, drop_ins, effective);
  CHECK(!refused && refused.error().kind == ErrorKind::Conflict);
  STRCMP_EQUAL("virtual switch s1 is used by [BGPPeer]s1/10.0.0.2; remove that first", refused.error().message.c_str());
  user.resources = effective.resources = {virtual_switch({})};
  CHECK(remove_switch(user, drop_ins, effective).has_value());
  CHECK(user.resources.empty());
}
