#include "dsc/transaction.h"

#include <memory>
#include <string>
#include <vector>

#include "dsc/assembly.h"
#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(Transaction) {
  World world;
  WorldProvider cables{world, *test_schema().find("Cable")};
  Providers providers{{&cables}};
  StatusBoard board;

  const std::shared_ptr<const Configuration> empty = std::make_shared<const Configuration>();

  std::shared_ptr<const Configuration> stated(std::string_view inside) {
    return std::make_shared<const Configuration>(*Assembler(test_schema(), {}).combine(document_of(inside), {}));
  }
};

TEST(Transaction, AnObserverIsToldOfEachOperationBeforeItRuns) {
  Transaction transaction(Transaction::Mode::AllOrNothing, Difference::between(empty, stated("<Cable Name=\"c\"/>")),
                          providers, board);
  std::vector<std::string> told;
  transaction.on_operation([&](const ResourceId& id, const std::string& text) {
    LONGS_EQUAL(told.size(), world.log.size());
    STRCMP_EQUAL("[Cable]c", id.to_string().c_str());
    told.push_back(text);
  });
  while (!transaction.finished()) transaction.step();
  LONGS_EQUAL(2, told.size());
  CHECK(told == world.log);
}

TEST(Transaction, AnObserverIsToldOfWhatIsUndone) {
  world.fails = [](const std::string& text) { return text == "set [Cable]c to Name=c "; };
  Transaction transaction(Transaction::Mode::AllOrNothing, Difference::between(empty, stated("<Cable Name=\"c\"/>")),
                          providers, board);
  std::string last;
  transaction.on_operation([&](const ResourceId& /*id*/, const std::string& text) { last = text; });
  while (!transaction.finished()) transaction.step();
  STRCMP_EQUAL("remove [Cable]c", last.c_str());
}
