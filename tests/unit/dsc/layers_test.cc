#include "dsc/layers.h"

#include "dsc/document/writer.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

#include <array>
#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

Document user_layer(std::string_view inside) { return document_of(inside, "user.xml", Source::User); }

// What stands between <Configuration> and its end, without line breaks.
std::string inside(const Document& document) {
  std::string text;
  for (const char c : write_document(document)) {
    if (c != '\n') text += c;
  }
  const std::size_t begin = text.find('>', text.find("<Configuration")) + 1;
  return text.substr(begin, text.rfind("</Configuration>") - begin);
}

std::string ids(const Configuration& configuration) {
  std::string text;
  for (const Resource& resource : configuration.resources)
    text += (text.empty() ? "" : " ") + resource.id().to_string();
  return text;
}

std::string order_of(std::string_view text) {
  auto resolved = resolve(test_schema(), document_of(text));
  return resolved ? ids(*resolved) : faults_of(resolved.error());
}

}  // namespace

TEST_GROUP(Layers){};

TEST(Layers, ALaterStatementReplacesWhatItStatesAndKeepsTheRest) {
  const Document merged = merge({document_of("<Cable Name='c' Length='50' Label='a'/>"),
                                 document_of("<Cable Name='c' Length='9' Shielded='true'/>")});
  STRCMP_EQUAL("  <Cable Name=\"c\" Length=\"9\" Shielded=\"true\" Label=\"a\"/>", inside(merged).c_str());
}

TEST(Layers, AListIsReplacedWhole) {
  const Document merged =
      merge({document_of("<Hub Name='h'><Cable>a</Cable><Cable>b</Cable><Address>10.0.0.1/8</Address></Hub>"),
             document_of("<Hub Name='h'><Cable>c</Cable></Hub>")});
  STRCMP_EQUAL("  <Hub Name=\"h\">    <Cable>c</Cable>    <Address>10.0.0.1/8</Address>  </Hub>",
               inside(merged).c_str());
}

TEST(Layers, DependsOnIsReplacedWhereStatedAgain) {
  const Document merged =
      merge({document_of("<Task Name='t' DependsOn='[Task]a'/>"), document_of("<Task Name='t' DependsOn='[Task]b'/>"),
             document_of("<Task Name='t' Text='x'/>")});
  STRCMP_EQUAL("  <Task Name=\"t\" Text=\"x\" DependsOn=\"[Task]b\"/>", inside(merged).c_str());
}

TEST(Layers, AbsentRemovesWhatCameBefore) {
  STRCMP_EQUAL(
      "", inside(merge({document_of("<Cable Name='c'/>"), document_of("<Cable Name='c' Ensure='Absent'/>")})).c_str());
  STRCMP_EQUAL(
      "  <Cable Name=\"c\"/>",
      inside(merge({document_of("<Cable Name='c' Ensure='Absent'/>"), document_of("<Cable Name='c'/>")})).c_str());
}

TEST(Layers, WhatComesAfterAbsentBeginsAnew) {
  const Document merged =
      merge({document_of("<Cable Name='c' Length='50'/>"), document_of("<Cable Name='c' Ensure='Absent'/>"),
             document_of("<Cable Name='c' Label='new'/>")});
  STRCMP_EQUAL("  <Cable Name=\"c\" Label=\"new\"/>", inside(merged).c_str());
}

TEST(Layers, TheLastStatedNameOfTheConfigurationCounts) {
  std::vector<Document> documents(3);
  documents[0].name = "first";
  documents[1].name = "second";
  STRCMP_EQUAL("second", merge(documents).name.c_str());
}

TEST(Layers, AResourceIsTheUsersOnceTheUserLayerHasAPartInIt) {
  const Document merged =
      merge({document_of("<Cable Name='a'/><Cable Name='b'/>"), user_layer("<Cable Name='b' Length='9'/>")});
  CHECK(merged.resources.at(0).source == Source::Dsc);
  CHECK(merged.resources.at(1).source == Source::User);
}

TEST(Layers, EveryValueKeepsThePlaceWhereItWasStated) {
  const Document merged = merge(
      {document_of("<Cable Name='c' Length='50'/>", "a.xml"), document_of("<Cable Name='c' Label='x'/>", "b.xml")});
  STRCMP_EQUAL("a.xml", merged.resources.at(0).location("Length").file.str().c_str());
  STRCMP_EQUAL("b.xml", merged.resources.at(0).location("Label").file.str().c_str());
  STRCMP_EQUAL("b.xml", merged.resources.at(0).at.file.str().c_str());
}

TEST(Layers, ResourcesComeInOrderOfTypesThenDependenciesThenStatement) {
  struct Case {
    const char* what;
    const char* inside;
    const char* order;
  };
  const std::array cases = {
      Case{"types",
           "<Task Name='t'/><Lamp HubName='h' Address='10.0.0.1' Asn='1'/><Hub Name='h'><Cable>c</Cable></Hub><Cable "
           "Name='c'/>",
           "[Cable]c [Hub]h [Lamp]h/10.0.0.1 [Task]t"},
      Case{"statement", "<Task Name='b'/><Task Name='a'/><Task Name='c'/>", "[Task]b [Task]a [Task]c"},
      Case{"dependency within a type", "<Task Name='b' DependsOn='[Task]c [Task]a'/><Task Name='a'/><Task Name='c'/>",
           "[Task]a [Task]c [Task]b"},
      Case{"dependency against the types",
           "<Cable Name='a' DependsOn='[Task]t'/><Cable Name='b'/><Task Name='t'/><Task Name='u'/>",
           "[Cable]b [Task]t [Cable]a [Task]u"},
      Case{"reference within a type",
           "<Lamp HubName='h' Address='10.0.0.1' Asn='1' Next='h/10.0.0.2'/><Lamp HubName='h' Address='10.0.0.2' "
           "Asn='1'/>"
           "<Hub Name='h'><Cable>c</Cable></Hub><Cable Name='c'/>",
           "[Cable]c [Hub]h [Lamp]h/10.0.0.2 [Lamp]h/10.0.0.1"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.order, order_of(c.inside).c_str(), c.what);
}

TEST(Layers, ReferencesThatNameNothingAreRefusedWhereTheyStand) {
  STRCMP_EQUAL(
      "test.xml:1:59: error: [Lamp]h1/10.0.0.1: HubName 'h1' names no Hub of the configuration; did you mean 'h2'? "
      "Allowed: h2, other\n"
      "test.xml:1:175: error: [Task]t: DependsOn '[Cable]x' names no resource of the configuration",
      order_of("<Lamp HubName='h1' Address='10.0.0.1' Asn='1'/><Cable Name='c'/><Hub Name='h2'><Cable>c</Cable></Hub>"
               "<Task Name='t'     DependsOn='[Cable]x'/><Hub Name='other'><Cable>c</Cable></Hub>")
          .c_str());
  STRCMP_EQUAL("test.xml:1:65: error: [Hub]h: Cable 'c' names no Cable of the configuration; there is none",
               order_of("<Hub Name='h'><Cable>c</Cable></Hub>").c_str());
}

TEST(Layers, AnAbsentResourceCannotBeReferredTo) {
  auto resolved = resolve(test_schema(), merge({document_of("<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>"),
                                                document_of("<Cable Name='c' Ensure='Absent'/>")}));
  STRCMP_CONTAINS("DanglingReference", resolved.error().at(0).code.c_str());
}

TEST(Layers, CirclesAreRefusedAndNamed) {
  STRCMP_EQUAL("test.xml:1:70: error: [Task]t rests on [Task]t: a circle; take one DependsOn or reference out",
               order_of("<Task Name='t' DependsOn='[Task]t'/>").c_str());
  STRCMP_EQUAL(
      "test.xml:1:90: error: [Task]a rests on [Task]b rests on [Task]c rests on [Task]a: a circle; take one DependsOn "
      "or reference out",
      order_of("<Task Name='first'/><Task Name='a' DependsOn='[Task]b'/><Task Name='b' DependsOn='[Task]c'/>"
               "<Task Name='c' DependsOn='[Task]a'/><Task Name='after' DependsOn='[Task]b'/>")
          .c_str());
}

TEST(Layers, DependentsAreKnownByPosition) {
  const auto resolved =
      resolve(test_schema(), document_of("<Cable Name='c'/><Hub Name='a'><Cable>c</Cable></Hub>"
                                         "<Hub Name='b' DependsOn='[Cable]c'><Cable>c</Cable></Hub><Task Name='t'/>"));
  LONGS_EQUAL(2, resolved->dependents(0).size());
  LONGS_EQUAL(1, resolved->dependents(0)[0]);
  LONGS_EQUAL(2, resolved->dependents(0)[1]);
  LONGS_EQUAL(0, resolved->dependents(3).size());
  LONGS_EQUAL(0, resolved->dependents(99).size());
}

TEST(Layers, ADependentThatReachesOneInTwoWaysIsOne) {
  const auto resolved =
      resolve(test_schema(), document_of("<Hub Name='z' DependsOn='[Cable]d [Cable]c [Cable]d'><Cable>c</Cable>"
                                         "<Cable>d</Cable></Hub><Cable Name='c'/><Cable Name='d'/>"));
  LONGS_EQUAL(1, resolved->dependents(0).size());
  LONGS_EQUAL(1, resolved->dependents(1).size());
  LONGS_EQUAL(2, resolved->dependents(1)[0]);
}

TEST(Layers, FindIsByTypeAndKeyWithAndWithoutLinks) {
  const auto resolved = resolve(test_schema(), document_of("<Task Name='b'/><Task Name='a'/><Cable Name='a'/>"));
  STRCMP_EQUAL("[Task]a", resolved->find("Task", "a")->id().to_string().c_str());
  CHECK(resolved->find("Hub", "a") == nullptr);
  const Configuration by_hand{{}, document_of("<Task Name='b'/>").resources, {}};
  CHECK(by_hand.find("Task", "b") != nullptr);
  CHECK(by_hand.find("Task", "a") == nullptr);
}
