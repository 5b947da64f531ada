// Sets of positions, and the index that finds resources by their ids.
#include <string>
#include <vector>

#include "dsc/id_index.h"
#include "dsc/position.h"
#include "dsc/resource.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

std::string all_of(const PositionSet& set) {
  std::string text;
  set.visit([&](Position at) { text += std::to_string(at) + " "; });
  return text;
}

Resource task(const std::string& key) {
  Resource resource;
  resource.type = test_schema().find("Task");
  resource.key = key;
  return resource;
}

}  // namespace

// clang-format off
TEST_GROUP(PositionSet) {};
TEST_GROUP(IdIndex) {};
// clang-format on

TEST(PositionSet, HasWhatWasInsertedEachOnce) {
  PositionSet set;
  CHECK(set.empty());
  for (const Position at : {200U, 3U, 64U, 3U}) set.insert(at);
  LONGS_EQUAL(3, set.size());
  CHECK(set.contains(3) && set.contains(64) && set.contains(200));
  CHECK(!set.contains(2) && !set.contains(65) && !set.contains(100000));
  STRCMP_EQUAL("3 64 200 ", all_of(set).c_str());
}

TEST(PositionSet, IsTakenFromTheLowestAlsoWhatComesBelowMeanwhile) {
  PositionSet set;
  set.insert(500);
  set.insert(70);
  LONGS_EQUAL(70, set.take_first());
  set.insert(1);
  LONGS_EQUAL(1, set.take_first());
  LONGS_EQUAL(500, set.take_first());
  CHECK(set.empty());
}

TEST(PositionSet, EveryPlaceBelowAnEnd) {
  PositionSet set;
  set.insert_below(130);
  LONGS_EQUAL(130, set.size());
  CHECK(set.contains(129) && !set.contains(130));
  set.clear();
  CHECK(set.empty() && !set.contains(0));
}

TEST(IdIndex, FindsEachOfMany) {
  std::vector<Resource> resources;
  IdIndex index;
  for (Position at = 0; at < 5000; ++at) {
    resources.push_back(task("t" + std::to_string(at)));
    LONGS_EQUAL(at, index.put(resources, at));
  }
  LONGS_EQUAL(5000, index.size());
  for (Position at = 0; at < 5000; ++at) LONGS_EQUAL(at, index.find(resources, "Task", resources[at].key));
  LONGS_EQUAL(5000, index.find(resources, "Task", "t5000"));
  LONGS_EQUAL(5000, index.find(resources, "Cord", "t1"));
}

TEST(IdIndex, KeepsTheFirstOfAnIdUntilItIsReplaced) {
  const std::vector<Resource> resources = {task("a"), task("a")};
  IdIndex index;
  index.put(resources, 0);
  Position& kept = index.put(resources, 1);
  LONGS_EQUAL(0, kept);
  kept = 1;
  LONGS_EQUAL(1, index.find(resources, "Task", "a"));
  LONGS_EQUAL(1, index.size());
}

TEST(IdIndex, FollowsResourcesThatMove) {
  std::vector<Resource> resources = {task("a"), task("b"), task("c")};
  IdIndex index;
  for (Position at = 0; at < 3; ++at) index.put(resources, at);
  const std::vector<Position> place = {2, 0, 1};
  index.renumber(place);
  const std::vector<Resource> moved = {task("b"), task("c"), task("a")};
  LONGS_EQUAL(2, index.find(moved, "Task", "a"));
  LONGS_EQUAL(0, index.find(moved, "Task", "b"));
  LONGS_EQUAL(1, index.find(moved, "Task", "c"));
}

TEST(IdIndex, OfNothingFindsNothing) {
  const std::vector<Resource> resources = {task("a")};
  LONGS_EQUAL(1, IdIndex().find(resources, "Task", "a"));
}
