#include "firmware/services/service_table.h"

#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

namespace {

Service make_service(const std::string& name, std::vector<IpAddress> addresses = {ip("10.0.0.1")}) {
  return {name, "compute", "vSwitch1", std::move(addresses), true, Owner::Lease};
}

std::string all_of(const Service& service) {
  return service.name + "|" + service.pool + "|" + service.switch_name + "|" + text_of(service.addresses) +
         (service.local_address ? "|local" : "|others'") + (service.owner == Owner::Document ? "|document" : "|lease");
}

std::string names_behind(const ServiceTable& table, const std::string& after, std::size_t most = SIZE_MAX) {
  std::string names;
  table.visit(after, [&](const Service& service) {
    names += service.name + " ";
    return --most > 0;
  });
  return names;
}

}  // namespace

TEST_GROUP(ServiceTable) { ServiceTable table; };

TEST(ServiceTable, KeepsEverythingOfAService) {
  const std::vector<Service> services = {
      {"a", "compute", "vSwitch1", {ip("10.0.0.1")}, true, Owner::Lease},
      {"b", "storage", "vSwitch2", {ip("2001:db8::1")}, false, Owner::Document},
      {"c", "", "", {ip("10.0.0.2"), ip("2001:db8::2")}, true, Owner::Document},
      {"d", "compute", "", {ip("2001:db8::3"), ip("10.0.0.3")}, false, Owner::Lease},
      {std::string(kMaximumNameLength, 'x'), "compute", "vSwitch1", {ip("10.0.0.4")}, true, Owner::Lease},
  };
  for (const Service& service : services) STRCMP_EQUAL(service.name.c_str(), std::string(table.put(service)).c_str());
  for (const Service& service : services) {
    STRCMP_EQUAL(all_of(service).c_str(), all_of(*table.find(service.name)).c_str());
    CHECK(table.owner(service.name) == service.owner);
  }
}

TEST(ServiceTable, PutsOneInThePlaceOfItsOlderSelf) {
  table.put(make_service("a"));
  table.put(make_service("a", {ip("10.0.0.9")}));
  LONGS_EQUAL(1, table.size());
  STRCMP_EQUAL("10.0.0.9", text_of(table.find("a")->addresses).c_str());
}

TEST(ServiceTable, TheNameStaysWhereItIsKeptWhileAServiceMoves) {
  const std::string_view name = table.put(make_service("a"));
  table.move("a", "storage", "vSwitch2");
  STRCMP_EQUAL("a|storage|vSwitch2|10.0.0.1|local|lease", all_of(*table.find("a")).c_str());
  CHECK(name == "a");
  table.move("b", "storage", "vSwitch2");  // there is none
  LONGS_EQUAL(1, table.size());
}

TEST(ServiceTable, VisitsInOrderFromBehindAName) {
  for (const char* name : {"d", "a", "c", "b"}) table.put(make_service(name));
  STRCMP_EQUAL("a b c d ", names_behind(table, "").c_str());
  STRCMP_EQUAL("c d ", names_behind(table, "b").c_str());
  STRCMP_EQUAL("c ", names_behind(table, "bb", 1).c_str());
  STRCMP_EQUAL("", names_behind(table, "d").c_str());
  table.erase("c");
  STRCMP_EQUAL("a b d ", names_behind(table, "").c_str());
}

TEST(ServiceTable, HasNothingAtFirstAndAtLast) {
  CHECK(!table.find("a"));
  CHECK(!table.owner(""));
  table.erase("a");
  table.put(make_service("a"));
  table.erase("a");
  LONGS_EQUAL(0, table.size());
  STRCMP_EQUAL("", names_behind(table, "").c_str());
  table.put(make_service("b"));
  STRCMP_EQUAL("b ", names_behind(table, "").c_str());
}

// Names in order, backwards and at random, in runs that fill, split and empty, against std::map.
TEST(ServiceTable, IsAMapWhateverHappens) {
  std::mt19937 random(3);
  std::map<std::string, std::string> model;
  std::size_t next = 0;
  for (int step = 0; step < 40'000; ++step) {
    const bool growing = (step / 5'000) % 2 == 0;
    next = random() % 16 == 0 ? random() % 5'000 : (step / 1'000) % 3 == 0 ? next - 1 : next + 1;
    const std::string name = "load/" + std::to_string(next % 5'000);
    if (random() % 4 != 0 ? growing : !growing) {
      const Service service = make_service(name, {IpAddress::v4(static_cast<std::uint32_t>(random()))});
      CHECK(table.put(service) == name);
      model[name] = text_of(service.addresses);
    } else {
      table.erase(name);
      model.erase(name);
    }
    const std::string other = "load/" + std::to_string(random() % 5'000);
    const auto found = table.find(other);
    const auto expected = model.find(other);
    CHECK_EQUAL(expected != model.end(), found.has_value());
    if (found) CHECK_EQUAL(expected->second, text_of(found->addresses));
  }
  CHECK_EQUAL(model.size(), table.size());
  std::string names;
  for (const auto& [name, addresses] : model) names += name + " ";
  STRCMP_EQUAL(names.c_str(), names_behind(table, "").c_str());
}
