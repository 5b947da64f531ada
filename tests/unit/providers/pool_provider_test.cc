#include "firmware/providers/pool_provider.h"

#include <string>

#include "dsc/document/reader.h"
#include "firmware/resources/resource_types.h"
#include "tests/unit/providers/outside.h"
#include "tests/unit/services/support.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(PoolProvider) {
  providers_tests::Routes bgp;
  providers_tests::Routes layer2{false};
  services::Announcer announcer{bgp, layer2};
  services::FakeJournal journal;
  services::Registry registry{journal};
  providers::PoolProvider pools{registry, announcer};
  dsc::Configuration target;

  void setup() override { announcer.add_peer("s1", "p"); }

  std::size_t apply(const std::string& attributes, const std::string& addresses) {
    const auto document = dsc::read_document(
        resources::schema(),
        "<Configuration xmlns=\"urn:portreeve:dsc:1\" Name=\"n\"><IPAddressPool Name=\"p\" SwitchName=\"s1\" " +
            attributes + "><Addresses>" + addresses + "</Addresses></IPAddressPool></Configuration>",
        "d.xml", dsc::Source::Dsc);
    const auto plan = pools.plan(document->resources.front(), target);
    for (const dsc::Operation& operation : plan->operations) CHECK(operation.run().has_value());
    return plan->operations.size();
  }
};

TEST(PoolProvider, AnnouncesAWholePoolInPiecesAndWithdrawsWhatIsNotInItAnyMore) {
  LONGS_EQUAL(1, apply("", "10.0.0.0-10.1.134.159"));
  LONGS_EQUAL(0, bgp.standing);
  LONGS_EQUAL(4, apply("Announce=\"All\"", "10.0.0.0-10.1.134.159"));
  LONGS_EQUAL(100000, bgp.standing);
  LONGS_EQUAL(0, apply("Announce=\"All\"", "10.0.0.0-10.1.134.159"));
  apply("Announce=\"All\"", "10.0.0.0-10.0.255.255");
  LONGS_EQUAL(65536, bgp.standing);
  apply("Announce=\"Assigned\"", "10.0.0.0-10.0.255.255");
  LONGS_EQUAL(0, bgp.standing);
}

TEST(PoolProvider, APoolThatGoesIsAnnouncedNoMore) {
  apply("Announce=\"All\"", "10.0.0.1-10.0.0.9");
  LONGS_EQUAL(9, bgp.standing);
  dsc::Resource gone;
  gone.type = &resources::kIpAddressPoolType;
  gone.key = "p";
  const auto plan = pools.plan_removal(gone);
  for (const dsc::Operation& operation : plan->operations) CHECK(operation.run().has_value());
  LONGS_EQUAL(0, bgp.standing);
}
