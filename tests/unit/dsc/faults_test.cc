// All faults of documents at once, and none that only follow from others: what is told, and what the rules are shown.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "dsc/assembly.h"
#include "dsc/document/reader.h"
#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

const char* const kTypes = "Allowed: Cable, Hub, Lamp, Frame, Spool, Task, LocalConfigurationManager";

SourceFile file(const std::string& name, const std::string& inside) { return {name, name, document_text(inside), {}}; }

std::string bad_cable(const std::string& name) { return "<Cable Name='" + name + "' Length='1'/>"; }

}  // namespace

// The rules here are: no task says "bad"; and that every reference of what they are shown resolves.
TEST_GROUP(Faults) {
  std::vector<std::string> shown;  // to the rules

  void look(const Configuration& configuration, Diagnostics& diagnostics) {
    shown.clear();
    for (const Resource& resource : configuration.resources) {
      shown.push_back(resource.id().to_string());
      if (resource.text("Text") == "bad") diagnostics.push_back({resource.at, "Rule", shown.back() + " is bad"});
      for (const Value& value : resource.settings) {
        if (value.property->kind != ValueKind::Reference) continue;
        CHECK(configuration.find(value.property->references, value.text) != nullptr);
      }
    }
  }
  Diagnostics of(const std::vector<SourceFile>& drop_ins, const std::string& user = {}) {
    const Assembler assembler(test_schema(), {[this](const Configuration& configuration, Diagnostics& diagnostics) {
                                look(configuration, diagnostics);
                              }});
    const auto both = assembler.combine_and_check(assembler.read_drop_ins(drop_ins),
                                                  assembler.read(file("user.xml", user), Source::User));
    return both ? Diagnostics() : both.error();
  }
  std::string told(const std::string& inside, const std::string& user = {}) {
    return faults_of(of({file("a.xml", inside)}, user));
  }
  [[nodiscard]] std::string rest() const {
    std::string text;
    for (const std::string& id : shown) text += (text.empty() ? "" : " ") + id;
    return text;
  }
};

TEST(Faults, OfEveryKindAreToldAtOnceInTheOrderOfTheDocument) {
  STRCMP_EQUAL((std::string("a.xml:2:1: error: [Task]t is bad\n"
                            "a.xml:3:27: error: [Task]b rests on [Task]c rests on [Task]b: a circle; take one "
                            "DependsOn or reference out\n"
                            "a.xml:5:1: error: unknown resource 'Cabel'; did you mean 'Cable'? ") +
                kTypes +
                "\n"
                "a.xml:6:22: error: [Hub]h: Cable 'x' names no Cable of the configuration; did you mean 'a'? Allowed: "
                "a")
                   .c_str(),
               told("\n<Task Name='t' Text='bad'/>"
                    "\n<Task Name='b' DependsOn='[Task]c'/>"
                    "\n<Task Name='c' DependsOn='[Task]b'/>"
                    "\n<Cabel Name='a'/>"
                    "\n<Hub Name='h'><Cable>x</Cable></Hub>")
                   .c_str());
}

TEST(Faults, OfWhatRestsOnSomethingFaultyAreNotTold) {
  STRCMP_EQUAL("a.xml:1:68: error: [Cable]c: Length '1' is out of range; allowed: 0 or 3-100",
               told(bad_cable("c") + "<Hub Name='h'><Cable>c</Cable></Hub><Lamp HubName='h' Address='::1' Asn='1'/>"
                                     "<Task Name='t' Text='bad' DependsOn='[Lamp]h/::1'/><Task Name='u'/>")
                   .c_str());
  STRCMP_EQUAL("[Task]u", rest().c_str());
}

TEST(Faults, AReferenceToAFaultyResourceIsNoneButOneToNothingIs) {
  STRCMP_EQUAL(
      "a.xml:1:68: error: [Cable]c: Length '1' is out of range; allowed: 0 or 3-100\n"
      "a.xml:1:109: error: [Hub]h: Cable 'd' names no Cable of the configuration; did you mean 'c'? Allowed: c",
      told(bad_cable("c") + "<Hub Name='h'><Cable>c</Cable><Cable>d</Cable></Hub>").c_str());
}

TEST(Faults, AMisspeltResourceIsTakenForWhatItMeant) {
  STRCMP_EQUAL(("a.xml:1:44: error: unknown resource 'Cabel'; did you mean 'Cable'? " + std::string(kTypes)).c_str(),
               told("<Cabel Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>").c_str());
  STRCMP_CONTAINS("a.xml:1:68: error: [Cable]c: Length '1' is out of range",
                  told("<Cabel Name='c' Length='1'/>").c_str());
  STRCMP_CONTAINS("[Hub]h: Cable 'd' names no Cable",
                  told("<Cabel Name='c'/><Hub Name='h'><Cable>d</Cable></Hub>").c_str());
}

TEST(Faults, AMisspeltRootHidesNone) {
  const auto of_root = [&](const std::string& root) {
    std::string codes;
    const std::string text = "<" + root + ">" + bad_cable("c") + "<Hub Name='h'><Cable>d</Cable></Hub></" +
                             root.substr(0, root.find(' ')) + ">";
    for (const Diagnostic& fault : of({SourceFile{"a.xml", "a.xml", text, {}}})) codes += fault.code + " ";
    return codes;
  };
  STRCMP_EQUAL("UnknownElement OutOfRange DanglingReference ",
               of_root("Confguration xmlns='urn:portreeve:dsc:1'").c_str());
  STRCMP_EQUAL("WrongNamespace OutOfRange DanglingReference ", of_root("Configuration").c_str());
  // What these are is not known.
  STRCMP_EQUAL("UnknownElement ", of_root("html").c_str());
  STRCMP_EQUAL("WrongNamespace ", of_root("Configuration xmlns='urn:portreeve:dsc:2'").c_str());
}

TEST(Faults, ResourcesInAnElementThatIsNoneAreReadAsIfItWereNotThere) {
  STRCMP_EQUAL(
      ("a.xml:1:44: error: unknown element 'Cables'; resources stand in Configuration itself, in no other "
       "element\n"
       "a.xml:1:69: error: unknown resource 'Cabel'; did you mean 'Cable'? " +
       std::string(kTypes) +
       "\n"
       "a.xml:1:110: error: [Cable]c: Length '1' is out of range; allowed: 0 or 3-100\n"
       "a.xml:1:160: error: [Hub]h: Cable 'd' names no Cable of the configuration; did you mean 'a'? Allowed: a, c, b")
          .c_str(),
      told("<Cables><Cable Name='b'/><Cabel Name='a'/>" + bad_cable("c") +
           "</Cables><Hub Name='h'><Cable>b</Cable><Cable>d</Cable></Hub>")
          .c_str());
}

TEST(Faults, AResourceInAnotherIsOneOfItsOwn) {
  STRCMP_EQUAL(
      "a.xml:1:58: error: [Hub]h: unknown element 'Task'; a resource stands in Configuration itself, not in "
      "another\n"
      "a.xml:1:64: error: Task: unknown attribute 'Nam'; did you mean 'Name'? Allowed: Name, Text, Ensure, "
      "DependsOn",
      told("<Hub Name='h'><Task Nam='t'/><Cable>c</Cable></Hub><Cable Name='c'/>").c_str());
}

TEST(Faults, WhatAFaultyResourceRefersToIsLookedAtToo) {
  STRCMP_EQUAL(
      "a.xml:1:66: error: [Hub]h: Colour 'Blue' is not a known word; allowed: Red, Green\n"
      "a.xml:1:83: error: [Hub]h: DependsOn '[Task]u' names no resource of the configuration\n"
      "a.xml:1:99: error: [Hub]h: Cable 'd' names no Cable of the configuration; allowed: cc\n"
      "a.xml:1:115: error: [Hub]h: Cable 'a b' cannot name a resource; allowed: the name of a resource of "
      "type Cable",
      told("<Hub Name='h' Colour='Blue' DependsOn='[Task]u'><Cable>d</Cable><Cable>a b</Cable>"
           "<Cable>cc</Cable></Hub><Cable Name='cc'/>")
          .c_str());
  STRCMP_CONTAINS("Hub: Cable 'd' names no Cable", told("<Hub Nam='h'><Cable>d</Cable></Hub>").c_str());
}

TEST(Faults, WhatLiesOverAFaultyResourceMayReferToSomethingElse) {
  const std::string faulty = "<Hub Name='h' Colour='Blue'><Cable>d</Cable></Hub>";
  LONGS_EQUAL(2, of({file("a.xml", faulty)}, "<Cable Name='c'/>").size());
  LONGS_EQUAL(1, of({file("a.xml", faulty)}, "<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>").size());
  LONGS_EQUAL(1, of({file("a.xml", faulty)}, "<Hub Name='h' Ensure='Absent'/>").size());
}

TEST(Faults, WhereAKeyIsNotKnownAnyReferenceToItsTypeMayMeanIt) {
  const std::array cables = {
      "<Cable Nam='c'/>",
      "<Cable/>",
      "<Cable Name='a b'/>",
      "<Cabel/>",
      "<Cabel Name='a b'/>",
      "<Cable Name='a'/><Cable Name='a'/>",  // the second was to be another
  };
  for (const char* cable : cables) {
    const Diagnostics faults = of({file("a.xml", std::string(cable) + "<Hub Name='h'><Cable>c</Cable></Hub>"
                                                                      "<Task Name='t' DependsOn='[Cable]d'/>")});
    CHECK_TEXT(!faults.empty(), cable);
    for (const Diagnostic& fault : faults) CHECK_TEXT(fault.code != "DanglingReference", cable);
    STRCMP_CONTAINS_TEXT("DependsOn '[Task]u' names no resource",
                         told(std::string(cable) + "<Task Name='t' DependsOn='[Task]u'/>").c_str(), cable);
  }
}

TEST(Faults, WhereATypeIsNotKnownAnyReferenceMayMeanIt) {
  const std::string dangling = "<Hub Name='h'><Cable>c</Cable></Hub><Task Name='t' DependsOn='[Task]u'/>";
  LONGS_EQUAL(2, of({file("a.xml", dangling)}).size());
  const std::array others = {file("b.xml", "<Nonsense Name='c'/>"), file("b.xml", "<Cable>"),
                             SourceFile{"b.xml", "b.xml", {}, "it is a directory"},
                             SourceFile{"b.xml", "b.xml", "<Configuration xmlns='urn:other'/>", {}}};
  for (const SourceFile& other : others) {
    const Diagnostics faults = of({file("a.xml", dangling + "<Task Name='v' Text='bad'/>"), other});
    LONGS_EQUAL(2, faults.size());
    STRCMP_EQUAL("Rule", faults[0].code.c_str());
    STRCMP_EQUAL("b.xml", faults[1].at.file.str().c_str());
  }
}

TEST(Faults, OfBothStatementsOfAResourceAreLeftToTheAuthor) {
  STRCMP_EQUAL("a.xml:1:71: error: [Task]t is already stated at a.xml:1:44; state it once in a file",
               told("<Task Name='t' Text='bad'/><Task Name='t'/><Task Name='u'/>").c_str());
  STRCMP_EQUAL("[Task]u", rest().c_str());
}

TEST(Faults, WhatMayBeShapedBySomethingFaultyIsLeftOut) {
  const std::string spool = "<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub><Spool HubName='h' Socket='s'/>";
  for (const char* frame : {"<Frame HubName='h' Txt='x'/>", "<Frame/>", "<Frame HubName='nowhere'/>"}) {
    LONGS_EQUAL(1, of({file("a.xml", spool + frame)}).size());
    CHECK((rest().find("Spool") == std::string::npos) == (std::string(frame) != "<Frame HubName='nowhere'/>"));
  }
}

TEST(Faults, WhatDanglesIsNotShownToTheRules) {
  const Diagnostics faults = of({file("a.xml",
                                      "<Task Name='t' Text='bad' DependsOn='[Task]x'/>"
                                      "<Task Name='u' Text='bad' DependsOn='[Task]t'/><Task Name='v'/>")});
  LONGS_EQUAL(1, faults.size());
  STRCMP_EQUAL("[Task]v", rest().c_str());
}

TEST(Faults, EveryCircleIsToldAndNothingThatRestsOnOne) {
  const char* const kCircles =
      "<Task Name='on' Text='bad' DependsOn='[Task]b'/>"
      "\n<Task Name='a' DependsOn='[Task]b'/><Task Name='b' DependsOn='[Task]a'/>"
      "\n<Task Name='c' DependsOn='[Task]a [Task]d'/><Task Name='d' DependsOn='[Task]c'/>"
      "\n<Task Name='e' DependsOn='[Task]e [Task]missing'/>"
      "\n<Task Name='left' Text='bad'/>";
  STRCMP_EQUAL(
      "a.xml:2:27: error: [Task]a rests on [Task]b rests on [Task]a: a circle; take one DependsOn or reference out\n"
      "a.xml:4:27: error: [Task]e: DependsOn '[Task]missing' names no resource of the configuration\n"
      "a.xml:4:27: error: [Task]e rests on [Task]e: a circle; take one DependsOn or reference out\n"
      "a.xml:5:1: error: [Task]left is bad",
      told(kCircles).c_str());
  STRCMP_EQUAL("[Task]left", rest().c_str());
}

TEST(Faults, ALowerStatementOfAFaultyResourceIsLeftOut) {
  STRCMP_CONTAINS("user.xml:1:", told("<Task Name='t' Text='bad'/>", "<Task Name='t' Text='good' Txet=''/>").c_str());
  STRCMP_EQUAL("", rest().c_str());
  LONGS_EQUAL(1, of({file("a.xml", "<Task Name='t' Txet=''/>")}, "<Task Name='t' Text='bad'/>").size());
}

TEST(Faults, WhatIsAbsentAboveIsNotThereThoughItWasFaulty) {
  const Diagnostics faults =
      of({file("a.xml", bad_cable("c"))}, "<Cable Name='c' Ensure='Absent'/><Hub Name='h'><Cable>c</Cable></Hub>");
  LONGS_EQUAL(2, faults.size());
  STRCMP_EQUAL("DanglingReference", faults[1].code.c_str());
}

TEST(Faults, WhatIsStatedAnewAfterAbsentIsNotFaulty) {
  LONGS_EQUAL(1, of({file("a.xml", bad_cable("c")), file("b.xml", "<Cable Name='c' Ensure='Absent'/>")},
                    "<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>")
                     .size());
  STRCMP_EQUAL("[Cable]c [Hub]h", rest().c_str());
}

TEST(Faults, StandInTheOrderOfTheLayersThenOfTheirPlaces) {
  const Diagnostics faults =
      of({file("z.xml", "\n<Task Name='z' Text='bad'/>\n<Cable/>"),
          file("m.xml", "<Task Name='m' DependsOn='[Task]m'/>"), file("y.xml", "<Task Name='y' Text='bad'/><Task/>")},
         "<Task Name='u' DependsOn='[Cable]x [Hub]h'/>");
  std::string places;
  for (const Diagnostic& fault : faults) places += fault.at.to_string() + " " + fault.code + "\n";
  STRCMP_EQUAL(
      "z.xml:2:1 Rule\nz.xml:3:1 MissingAttribute\nm.xml:1:70 Cycle\ny.xml:1:44 Rule\ny.xml:1:71 MissingAttribute\n"
      "user.xml:1:70 DanglingReference\n",
      places.c_str());
}

TEST(Faults, NoneIsToldTwice) {
  LONGS_EQUAL(1, of({file("a.xml", "<Task Name='t' DependsOn='[Task]x [Task]x'/>")}).size());
}

TEST(Faults, OfAllKindsTogetherAThousandAreTold) {
  std::string inside;
  for (int i = 0; i < 400; ++i) {
    const std::string name = "'t" + std::to_string(i) + "'";
    inside += "\n<Cable Name=" + name + " Length='1'/><Task Name=" + name + " DependsOn='[Hub]h'/>";
  }
  LONGS_EQUAL(800, of({file("a.xml", inside)}).size());
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "c" + std::to_string(i);
    inside += "\n<Task Name='" + name + "' DependsOn='[Task]" + name + "'/>";
  }
  const Diagnostics faults = of({file("a.xml", inside)});
  LONGS_EQUAL(kMaximumDiagnostics + 1, faults.size());
  STRCMP_EQUAL("TooMany", faults.back().code.c_str());
  STRCMP_EQUAL("Cycle", faults[999].code.c_str());
}

TEST(Faults, TypesOfWhichSomethingIsLeftOutAreNotComplete) {
  const Reading reading = read_what_is_left(
      test_schema(), document_text(bad_cable("c") + "<Hub Name='h'><Cable>c</Cable></Hub><Task Name='t'/>"), "a.xml",
      Source::Dsc);
  const Configuration rest = resolve_what_is_left(test_schema(), reading).configuration;
  for (const char* type : {"Cable", "Hub"}) CHECK(!rest.is_complete(*test_schema().find(type)));
  CHECK(rest.is_complete(*test_schema().find("Task")));
}

TEST(Faults, LeaveAConfigurationInWhichEverythingIsFound) {
  const Reading reading = read_what_is_left(
      test_schema(),
      document_text("<Task Name='b' DependsOn='[Task]a'/>" + bad_cable("x") +
                    "<Hub Name='h'><Cable>x</Cable></Hub><Cable Name='c'/><Task Name='a' DependsOn='[Cable]c'/>"
                    "<Task Name='d' DependsOn='[Cable]c [Hub]h'/>"),
      "a.xml", Source::Dsc);
  const Configuration rest = resolve_what_is_left(test_schema(), reading).configuration;
  LONGS_EQUAL(3, rest.resources.size());
  LONGS_EQUAL(1, rest.position("Task", "a"));
  LONGS_EQUAL(2, rest.position("Task", "b"));
  LONGS_EQUAL(1, rest.dependents(0).size());
  LONGS_EQUAL(1, rest.dependents(0)[0]);
  LONGS_EQUAL(2, rest.dependents(1)[0]);
}

// --- and by everybody ------------------------------------------------------------------------------------------------

TEST_GROUP(FaultsAreTold) {
  Machine machine;

  void setup() override {
    machine.drop_in("10.xml", "<Cable Name='c1'/>");
    machine.world.faulty[{"Task", "t"}] = "not this one";
    machine.boot();
  }
  static std::string codes(const Diagnostics& faults) {
    std::string text;
    for (const Diagnostic& fault : faults) text += fault.code + " ";
    return text;
  }

  const std::string document =
      "<Cabel Name='c2'/><Hub Name='h'><Cable>c3</Cable></Hub><Task Name='a' DependsOn='[Task]a'/><Task Name='t'/>";
  const char* const all = "UnknownElement DanglingReference Cycle Rule ";
};

TEST(FaultsAreTold, ByValidate) {
  STRCMP_EQUAL(all, codes(machine.validate(document_text(document), "d.xml")).c_str());
}

TEST(FaultsAreTold, ByApply) {
  const auto applied = machine.apply(document);
  CHECK(!applied.has_value());
  STRCMP_EQUAL(all, codes(applied.error()).c_str());
}

TEST(FaultsAreTold, ByWhatIf) {
  const auto preview = machine.what_if(document);
  CHECK(!preview.has_value());
  for (const char* words : {"unknown resource 'Cabel'", "Cable 'c3' names no", "a circle", "not this one"}) {
    STRCMP_CONTAINS(words, preview.error().message.c_str());
  }
}

TEST(FaultsAreTold, ByReloadOfAllFiles) {
  machine.drop_in("20.xml", document);
  machine.drop_in("30.xml", "<Task Name='u' DependsOn='[Hub]h [Hub]g'/><Task/>");
  CHECK(!machine.reload().has_value());
  STRCMP_EQUAL((all + std::string("DanglingReference MissingAttribute ")).c_str(),
               codes(machine.manager->faults()).c_str());
}

TEST(FaultsAreTold, AtBootOfDropInsAndUserLayer) {
  machine.lose_power();
  machine.drop_in("20.xml", document);
  machine.storage.files["user.xml"] = document_text("<Task Name='u' DependsOn='[Hub]h [Hub]g'/><Task/>");
  machine.boot();
  STRCMP_EQUAL((all + std::string("DanglingReference MissingAttribute ")).c_str(),
               codes(machine.manager->faults()).c_str());
}
