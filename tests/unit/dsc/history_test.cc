#include "dsc/history.h"

#include "dsc/document/writer.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

StoredDocuments documents(const std::string& user, std::uint64_t number = 1) {
  return {number, 1, History::digest(user), History::digest("drop-ins")};
}

History reread(const History& history) { return *History::read(history.write(), "history.xml"); }

}  // namespace

TEST_GROUP(History) {
  History history;

  std::uint64_t add(const std::string& user, Outcome outcome, std::string text = {}) {
    const auto id = history.begin({"Apply", {1000, "alice"}}, WallTime(std::chrono::seconds(5)),
                                  documents(user, history.next_id()));
    history.end(id, outcome, std::move(text));
    return id;
  }
};

TEST(History, ReadsWhatItWrote) {
  add("one", Outcome::Success);
  add("two", Outcome::Failure, "switch \"a\" <b>: no & never");
  CHECK(history.records() == reread(history).records());
  LONGS_EQUAL(3, reread(history).next_id());
}

TEST(History, RefusesWhatItDidNotWriteAndSaysWhere) {
  const char* const kTexts[] = {"", "torn",
                                "<Configuration xmlns=\"urn:portreeve:dsc:1\"><Record Id=\"1\"/></Configuration>",
                                "<Configuration xmlns=\"urn:portreeve:dsc:1\"><Task Name=\"t\"/></Configuration>"};
  for (const char* text : kTexts) {
    const auto read = History::read(text, "history.xml");
    CHECK_FALSE(read.has_value());
    STRCMP_CONTAINS("history.xml", read.error().front().to_string().c_str());
  }
}

TEST(History, RefusesNumbersThatLeaveNoneForWhatIsToCome) {
  const auto numbered = [](const char* id) {
    return History::read("<Configuration xmlns='urn:portreeve:dsc:1'><Record Id='" + std::string(id) +
                             "' Time='1' Source='Boot' Outcome='Success' User='1' DropIns='1' UserDigest='a' "
                             "DropInsDigest='b'/></Configuration>",
                         "history.xml");
  };
  CHECK(numbered("4000000000000000000").has_value());
  for (const char* id : {"9223372036854775806", "9223372036854775807"}) {
    STRCMP_EQUAL("Exhausted", numbered(id).error().front().code.c_str());
  }
}

TEST(History, TheCurrentOneIsTheLastThatSucceededAndThePreviousTheOneBefore) {
  const auto first = add("one", Outcome::Success);
  const auto second = add("two", Outcome::Success);
  add("three", Outcome::RolledBack);
  LONGS_EQUAL(second, history.current()->id);
  LONGS_EQUAL(first, history.previous()->id);
  POINTERS_EQUAL(nullptr, history.pending());
}

TEST(History, WhatWasInProgressIsSettledByWhatIsStored) {
  add("one", Outcome::InProgress);
  add("two", Outcome::AwaitingConfirmation);
  add("three", Outcome::InProgress);
  CHECK(history.settle(History::digest("three")));
  CHECK(history.records()[0].outcome == Outcome::Aborted);
  CHECK(history.records()[1].outcome == Outcome::RolledBack);
  CHECK(history.records()[2].outcome == Outcome::Success);
  CHECK_FALSE(history.settle(History::digest("three")));
}

TEST(History, WhatCameWhileOneWaitedToBeConfirmedStandsOnItsUserLayerOnceItIs) {
  const auto waits = add("new", Outcome::AwaitingConfirmation);
  const auto reload = add("old", Outcome::Success);
  const auto other = add("third", Outcome::Success);
  CHECK(history.settle(History::digest("new")));
  CHECK(history.find(reload)->documents.user_digest == History::digest("new"));
  LONGS_EQUAL(history.find(waits)->documents.user, history.find(reload)->documents.user);
  CHECK(history.find(other)->documents.user_digest == History::digest("new"));
}

TEST(History, KeepsTheCurrentOneTenBeforeItAndTenThatFailed) {
  for (int i = 0; i < 30; ++i) {
    add("good" + std::to_string(i), Outcome::Success);
    add("bad" + std::to_string(i), Outcome::Failure);
  }
  const auto pending = add("pending", Outcome::AwaitingConfirmation);
  history.trim();
  LONGS_EQUAL(22, history.records().size());
  LONGS_EQUAL(pending, history.pending()->id);
}

TEST(History, KnowsTheFileOfTheUserLayerBefore) {
  add("one", Outcome::Success);
  add("two", Outcome::Success);
  STRCMP_EQUAL("user-1.xml", History::previous_file(history.write(), "two").c_str());
  STRCMP_EQUAL("user-2.xml", History::previous_file(history.write(), "torn").c_str());
  STRCMP_EQUAL("", History::previous_file("torn", "two").c_str());
}

// That nothing stood before is no help to a boot: it comes to that by itself, last.
TEST(History, AnEmptyUserLayerIsNoneToFallBackTo) {
  add("one", Outcome::Success);
  add(write_document({}), Outcome::Success);
  STRCMP_EQUAL("user-1.xml", History::previous_file(history.write(), "torn").c_str());
}

TEST(History, ATextFromOutsideIsMadeSafeToStore) {
  history.begin({"Apply", {1, std::string("\x1b[31m\xff", 6)}}, WallTime(), documents("one"));
  history.end(1, Outcome::Failure, std::string(5000, 'x'));
  CHECK(reread(history).records().size() == 1);
}
