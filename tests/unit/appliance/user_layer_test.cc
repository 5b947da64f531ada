#include "firmware/appliance/user_layer.h"

#include "dsc/check.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using appliance::remove_resource;
using appliance::state_resource;

namespace {

dsc::Resource peer(const std::string& asn) {
  const std::vector<std::pair<std::string, std::string>> properties = {
      {"SwitchName", "s1"}, {"PeerAddress", "10.0.0.2"}, {"PeerAsn", asn}, {"SelfAsn", "64513"}};
  return *dsc::make_resource(resources::schema(), resources::kBgpPeerType, properties);
}

const std::string kKey = "s1/10.0.0.2";

}  // namespace

TEST_GROUP(UserLayer) {
  dsc::Document user;
  dsc::Configuration drop_ins;
  dsc::Configuration effective;

  Result<> remove() {
    return remove_resource(resources::kBgpPeerType, kKey, "BGP peer 10.0.0.2 on switch s1")(user, drop_ins, effective);
  }
};

TEST(UserLayer, StatingAResourceAgainReplacesWhatWasStated) {
  CHECK(state_resource(peer("64512"))(user, drop_ins, effective).has_value());
  CHECK(state_resource(peer("64599"))(user, drop_ins, effective).has_value());
  LONGS_EQUAL(1, user.resources.size());
  LONGS_EQUAL(64599, user.resources[0].number("PeerAsn"));
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
