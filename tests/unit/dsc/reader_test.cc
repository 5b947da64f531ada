#include "dsc/document/reader.h"

#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

#include <array>
#include <string>

using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

std::string faults_in(std::string_view text) {
  return faults_of(read_document(test_schema(), text, "f.xml", Source::Dsc));
}

// Resources begin in column 44 of line 1.
std::string faults_inside(std::string_view inside) { return faults_in(document_text(inside)); }

std::string place(const Location& at) { return at.to_string(); }

}  // namespace

TEST_GROUP(Reader){};

TEST(Reader, ReadsNamesValuesListsAndKeys) {
  const Document document = document_of(
      "<Cable Name='c1' Shielded='1'/>"
      "<Hub Name='h1' Colour='Green'><Cable>c1</Cable><Address> 10.0.0.1/24\n</Address></Hub>"
      "<Lamp Address='2001:DB8::1' HubName='h1' Asn='64512' DependsOn='[Cable]c1  [Hub]h1'/>"
      "<Task Name='a/b' Ensure='Absent'/>");
  LONGS_EQUAL(4, document.resources.size());
  CHECK(document.resources[0].flag("Shielded"));
  LONGS_EQUAL(7, document.resources[0].number("Length"));
  STRCMP_EQUAL("10.0.0.1/24", std::string(document.resources[1].list("Address").at(0)).c_str());
  STRCMP_EQUAL("[Lamp]h1/2001:db8::1", document.resources[2].id().to_string().c_str());
  STRCMP_EQUAL("[Hub]h1", document.resources[2].depends_on.at(1).id.to_string().c_str());
  CHECK(document.resources[3].absent);
}

TEST(Reader, AKeyOfAlternativesIsMadeOfTheOneThatIsStated) {
  const Document document = document_of(
      "<Spool HubName='h1' Address='2001:DB8::1' DependsOn='[Spool]h1/s1'/><Spool HubName='h1' Socket='s1' "
      "DependsOn='[Spool]h1/2001:DB8::1'/>");
  LONGS_EQUAL(2, document.resources.size());
  STRCMP_EQUAL("[Spool]h1/2001:db8::1", document.resources[0].id().to_string().c_str());
  STRCMP_EQUAL("[Spool]h1/s1", document.resources[0].depends_on.at(0).id.to_string().c_str());
  STRCMP_EQUAL("[Spool]h1/s1", document.resources[1].id().to_string().c_str());
  STRCMP_EQUAL("[Spool]h1/2001:db8::1", document.resources[1].depends_on.at(0).id.to_string().c_str());
}

TEST(Reader, ExactlyOneOfAKeysAlternativesIsStated) {
  STRCMP_EQUAL("f.xml:1:44: error: Spool: give exactly one of Address and Socket",
               faults_inside("<Spool HubName='h1'/>").c_str());
  STRCMP_EQUAL("f.xml:1:86: error: Spool: Socket cannot stand beside Address; give exactly one of Address and Socket",
               faults_inside("<Spool HubName='h1' Address='::2' Socket='s1'/>").c_str());
  STRCMP_EQUAL(
      "f.xml:1:64: error: Spool: unknown attribute 'Adress'; did you mean 'Address'? Allowed: HubName, "
      "Address, Socket, Asn, Id, File, Ensure, DependsOn",
      faults_inside("<Spool HubName='h1' Adress='::2'/>").c_str());
}

TEST(Reader, ReadsTheConfigurationsName) {
  auto read =
      read_document(test_schema(), "<Configuration Name=' edge-01' xmlns='urn:portreeve:dsc:1'/>", "f", Source::User);
  CHECK(read.has_value());
  STRCMP_EQUAL("edge-01", read->name.c_str());
}

TEST(Reader, LetsEditorsNameTheSchema) {
  STRCMP_EQUAL(
      "", faults_in("<Configuration xmlns='urn:portreeve:dsc:1' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
                    "xsi:schemaLocation='urn:portreeve:dsc:1 portreeve.xsd'/>")
              .c_str());
}

TEST(Reader, KnowsThePlaceOfEveryElementAttributeAndValue) {
  auto read = read_document(test_schema(),
                            "\xEF\xBB\xBF<?xml version='1.0'?>\r\n"
                            "<!-- ü &amp; --><Configuration xmlns='urn:portreeve:dsc:1'>\r\n"
                            "\t<Cable Name='a'/><Cable\r\n"
                            "   Name = 'b' Label='ä&#x20;ö'\r\n"
                            "Length='5'/>\r\n"
                            "<Hub Name='h'><Cable>a</Cable><Cable>\r\n  b\r\n</Cable></Hub></Configuration>",
                            "f", Source::Dsc);
  STRCMP_EQUAL("", faults_of(read).c_str());
  const auto& resources = read->resources;
  STRCMP_EQUAL("f:3:2", place(resources[0].at).c_str());
  STRCMP_EQUAL("f:3:15", place(resources[0].location("Name")).c_str());
  STRCMP_EQUAL("f:3:19", place(resources[1].at).c_str());
  STRCMP_EQUAL("f:4:12", place(resources[1].location("Name")).c_str());
  STRCMP_EQUAL("f:4:22", place(resources[1].location("Label")).c_str());
  STRCMP_EQUAL("f:5:9", place(resources[1].location("Length")).c_str());
  STRCMP_EQUAL("f:6:22", place(resources[2].values("Cable")[0].at).c_str());
  STRCMP_EQUAL("f:7:3", place(resources[2].values("Cable")[1].at).c_str());
}

TEST(Reader, ColumnsCountCharactersAlsoOfSeveralOctets) {
  const std::string text =
      "\xEF\xBB\xBF<Configuration xmlns='urn:portreeve:dsc:1'>\n"
      "<!-- \xC3\xA9 -->\n"
      "<Task Name='a' Text='\xE2\x82\xAC\xC3\xA9'/><Task Name='b'/></Configuration>";
  const auto read = read_document(test_schema(), text, "f.xml", Source::Dsc);
  LONGS_EQUAL(2, read->resources.size());
  LONGS_EQUAL(3, read->resources[1].at.line);
  LONGS_EQUAL(27, read->resources[1].at.column);
}

TEST(Reader, ReportsEveryFaultOfADocumentInItsOrder) {
  STRCMP_EQUAL(
      "f.xml:1:57: error: Cable: Name '' is not a name; allowed: 1-63 letters, digits, '_', '.' and '-'\n"
      "f.xml:1:67: error: Cable: Length '1' is out of range; allowed: 0 or 3-100\n"
      "f.xml:1:71: error: unknown resource 'Hubb'; did you mean 'Hub'? Allowed: Cable, Hub, Lamp, Frame, Spool, Task, "
      "LocalConfigurationManager\n"
      "f.xml:1:71: error: [Hub]x: element <Cable> is missing; allowed: the name of a resource of type Cable\n"
      "f.xml:1:91: error: [Lamp]h/10.0.0.1: attribute 'Asn' is missing; allowed: 1-65534 (without 23456) or "
      "131072-4294967294",
      faults_inside("<Cable Name='' Length='1'/><Hubb Name='x'/>    <Lamp HubName='h' Address='10.0.0.1'/>").c_str());
}

TEST(Reader, TellsWhatIsWrongWithEachPart) {
  struct Case {
    const char* inside;
    const char* fault;
  };
  const std::array cases = {
      Case{"x", "44: error: text 'x' cannot stand in Configuration; only resources may"},
      Case{"<Cable Name='a'> x </Cable>", "61: error: [Cable]a: text 'x' cannot stand in Cable"},
      Case{"<![CDATA[ ]]>", "53: error: a CDATA section cannot stand in Configuration; only resources may"},
      Case{"<Cable Name='a'><![CDATA[]]></Cable>", "69: error: [Cable]a: a CDATA section cannot stand in Cable"},
      Case{"<Cable Name='a'> &#32;<!-- a --> </Cable>  <x/>",
           "87: error: unknown resource 'x'; allowed: Cable, Hub, "
           "Lamp, Frame, Spool, Task, LocalConfigurationManager"},
      Case{"<Cable Name='a' Lenght='5'/>",
           "60: error: [Cable]a: unknown attribute 'Lenght'; did you mean 'Length'? Allowed: Name, Length, Shielded, "
           "MacAddress, PciAddress, Label, Ensure, DependsOn"},
      Case{"<Cable Name='a' p:x='5'/>",
           "60: error: [Cable]a: unknown attribute 'p:x'; allowed: Name, Length, Shielded, MacAddress, PciAddress, "
           "Label, Ensure, DependsOn"},
      Case{"<p:Cable Name='a'/>",
           "44: error: unknown resource 'p:Cable'; did you mean 'Cable'? Allowed: Cable, Hub, Lamp, Frame, Spool, "
           "Task, LocalConfigurationManager"},
      Case{"<Cable/>",
           "44: error: Cable: attribute 'Name' is missing; allowed: 1-63 letters, digits, '_', '.' and '-'"},
      Case{"<Cable Name='a' Ensure='absent'/>",
           "68: error: [Cable]a: Ensure 'absent' is not a known word; did you mean 'Absent'? Allowed: Present, Absent"},
      Case{"<Cable Name='a'><Length>5</Length></Cable>",
           "60: error: [Cable]a: Length is a single value; write it as the attribute Length=\"…\""},
      Case{"<Cable Name='a'><Size/></Cable>",
           "60: error: [Cable]a: unknown element 'Size'; this resource has attributes only"},
      Case{"<Hub Name='h' Cable='a'><Cable>a</Cable></Hub>",
           "58: error: [Hub]h: Cable is a list; write it as elements <Cable>…</Cable>"},
      Case{"<Hub Name='h'/>",
           "44: error: [Hub]h: element <Cable> is missing; allowed: the name of a resource of type Cable"},
      Case{"<Hub Name='h'><Cable/></Hub>",
           "58: error: [Hub]h: Cable '' cannot name a resource; allowed: the name of a resource of type Cable"},
      Case{"<Hub Name='h'><Cable>a b</Cable></Hub>",
           "65: error: [Hub]h: Cable 'a b' cannot name a resource; allowed: the name of a resource of type Cable"},
      Case{"<Hub Name='h'><Cable>a!</Cable></Hub>",
           "65: error: [Hub]h: Cable 'a!' cannot name a resource of type Cable; allowed: the name of a resource of "
           "type Cable"},
      Case{"<Hub Name='h'><Cable x='1'>a</Cable></Hub>", "65: error: [Hub]h: <Cable> has no attributes; found 'x'"},
      Case{"<Hub Name='h'><Cable><b/></Cable><Cable>a</Cable></Hub>",
           "65: error: [Hub]h: <Cable> holds a value; found element 'b'"},
      Case{"<Hub Name='h'><Cabel>a</Cabel><Cable>a</Cable></Hub>",
           "58: error: [Hub]h: unknown element 'Cabel'; did you mean 'Cable'? Allowed: Cable, Address, Pool"},
      Case{"<Hub Name='h'><Cable>a</Cable><Cable>a</Cable></Hub>",
           "81: error: [Hub]h: Cable 'a' is stated twice; state it once"},
      Case{"<Cable Name='a' DependsOn=''/>",
           "71: error: [Cable]a: DependsOn is empty; write [Type]Name, several separated by blanks"},
      Case{"<Cable Name='a' DependsOn='b'/>",
           "71: error: [Cable]a: DependsOn 'b' is not a resource; write it as [Type]Name"},
      Case{"<Cable Name='a' DependsOn='[Cabel]b'/>",
           "71: error: [Cable]a: DependsOn '[Cabel]b' is of an unknown type; did you mean 'Cable'? Allowed: Cable, "
           "Hub, Lamp, Frame, Spool, Task"},
      Case{"<Cable Name='a' DependsOn='[Lamp]h'/>",
           "71: error: [Cable]a: DependsOn '[Lamp]h' cannot name a resource: '' is not an IP address; write IPv4 as "
           "192.0.2.1 (no leading zeros) or IPv6 as 2001:db8::1"},
      Case{"<Cable Name='a'/> <Cable Name='a'/>",
           "62: error: [Cable]a is already stated at f.xml:1:44; state it once in a file"},
      Case{"<Cable Name='a'/> <Cable Name='a' Ensure='Absent'/>",
           "62: error: [Cable]a is already stated at f.xml:1:44; state it once in a file"},
  };
  for (const Case& c : cases)
    STRCMP_EQUAL_TEXT(("f.xml:1:" + std::string(c.fault)).c_str(), faults_inside(c.inside).c_str(), c.inside);
}

TEST(Reader, DoesNotMissWhatWasOnlyMisspeltOrMisplaced) {
  for (const char* inside : {"<Cable Nam='c'/>", "<Hub Name='h'><Cabel>a</Cabel></Hub>", "<Hub Name='h' Cable='a'/>",
                             "<Hub Name='h'><Cable><b/></Cable></Hub>"}) {
    auto read = read_document(test_schema(), document_text(inside), "f.xml", Source::Dsc);
    LONGS_EQUAL_TEXT(1, read.error().size(), faults_of(read).c_str());
    STRCMP_CONTAINS("Unknown", read.error()[0].code.c_str());
  }
}

TEST(Reader, ChecksRootAndNamespace) {
  struct Case {
    const char* text;
    const char* fault;
  };
  const std::array cases = {
      Case{"<configuration xmlns='urn:portreeve:dsc:1'/>",
           "f.xml:1:1: error: unknown root element 'configuration'; did you mean 'Configuration'? Allowed: "
           "Configuration"},
      Case{"<Configuration/>", "f.xml:1:1: error: Configuration has no namespace; write xmlns=\"urn:portreeve:dsc:1\""},
      Case{"<Configuration xmlns='urn:portreeve:dsc:2'/>",
           "f.xml:1:23: error: Configuration has the unknown namespace 'urn:portreeve:dsc:2'; write "
           "xmlns=\"urn:portreeve:dsc:1\""},
      Case{"<Configuration xmlns='urn:portreeve:dsc:1' xsi:schemaLocation='a b'/>",
           "f.xml:1:44: error: Configuration: the prefix of 'xsi:schemaLocation' is not declared; write "
           "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""},
      Case{"<Configuration xmlns='urn:portreeve:dsc:1' Nam='a'/>",
           "f.xml:1:44: error: Configuration: unknown attribute 'Nam'; did you mean 'Name'? Allowed: Name, xmlns"},
      Case{"<Configuration xmlns='urn:portreeve:dsc:1' Name='a b'/>",
           "f.xml:1:50: error: Configuration: Name 'a b' is not a name; allowed: 1-63 letters, digits, '_', '.' and "
           "'-'"},
      Case{"<Configuration xmlns='urn:portreeve:dsc:1'>\n\n <Cable></Cabel></Configuration>",
           "f.xml:3:9: error: </Cable> is expected here, to close the element of line 3; found </Cabel>"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.fault, faults_in(c.text).c_str(), c.text);
}

TEST(Reader, NamesOnlyTheFileOfADocumentThatIsTooLarge) {
  STRCMP_EQUAL("f.xml: error: the document has 16777217 octets; allowed: 16777216 (16 MiB)",
               faults_in(std::string((16U << 20U) + 1, ' ')).c_str());
}

TEST(Reader, WantsOnlyTheKeyOfAnAbsentResource) {
  STRCMP_EQUAL("", faults_inside("<Lamp HubName='h' Address='10.0.0.1' Ensure='Absent'/>").c_str());
  STRCMP_CONTAINS("attribute 'Address' is missing", faults_inside("<Lamp HubName='h' Ensure='Absent'/>").c_str());
}

TEST(Reader, JoinsTextAroundCommentsAndCdata) {
  const Document document = document_of("<Hub Name='h'><Cable><!-- first -->c<!-- then --><![CDATA[1]]></Cable></Hub>");
  STRCMP_EQUAL("c1", document.resources.at(0).values("Cable")[0].text.c_str());
  STRCMP_EQUAL("test.xml:1:79", place(document.resources[0].values("Cable")[0].at).c_str());
}

TEST(Reader, StopsListingAfterAThousandFaults) {
  std::string inside;
  for (int i = 0; i < 5000; ++i) inside += "<Bulb/>";
  auto read = read_document(test_schema(), document_text(inside), "f.xml", Source::Dsc);
  LONGS_EQUAL(1001, read.error().size());
  STRCMP_EQUAL("TooMany", read.error().back().code.c_str());
}

// --- large documents are read in portions ----------------------------------------------------------------------------

namespace {

// Line 1 is the root's start tag, line n + 2 has task n. `extra` stands in a line of its own after that of task
// `after`.
std::string many_tasks(int count, int after = -1, const std::string& extra = {}) {
  std::string text = "<Configuration xmlns=\"urn:portreeve:dsc:1\" Name='large'>\n";
  for (int i = 0; i < count; ++i) {
    text += "<Task Name='t" + std::to_string(i) + "' Text='some words about it'/>\n";
    if (i == after) text += extra + "\n";
  }
  return text + "</Configuration>\n<!-- the end -->";
}

}  // namespace

TEST(Reader, ALargeDocumentIsReadWholeWithEveryPlace) {
  const auto read = read_document(test_schema(), many_tasks(5000), "f.xml", Source::Dsc);
  LONGS_EQUAL(5000, read->resources.size());
  STRCMP_EQUAL("large", read->name.c_str());
  for (int i = 0; i < 5000; ++i) {
    const Resource& task = read->resources[static_cast<std::size_t>(i)];
    STRCMP_EQUAL(("t" + std::to_string(i)).c_str(), task.key.c_str());
    LONGS_EQUAL(i + 2, task.at.line);
    LONGS_EQUAL(1, task.at.column);
    LONGS_EQUAL(task.key.size() + 21, task.location("Text").column);
  }
}

TEST(Reader, FaultsFarInALargeDocumentHaveTheirPlaces) {
  const std::pair<const char*, const char*> cases[] = {
      {"<Task Name='t7'/>", "f.xml:4002:1: error: [Task]t7 is already stated at f.xml:9:1; state it once in a file"},
      {"stray words", "f.xml:4002:1: error: text 'stray words' cannot stand in Configuration; only resources may"},
      {"<Cable Name='c' Length='1'/>",
       "f.xml:4002:25: error: [Cable]c: Length '1' is out of range; allowed: 0 or 3-100"},
      {"<!-- <Task/> --><Hub Name='h'><Cable>\nc</Cable><Cable>\nc</Cable></Hub>",
       "f.xml:4004:1: error: [Hub]h: Cable 'c' is stated twice; state it once"},
  };
  for (const auto& [extra, fault] : cases) STRCMP_EQUAL(fault, faults_in(many_tasks(5000, 3999, extra)).c_str());
}

TEST(Reader, ALargeElementIsOnePortion) {
  std::string hub = "<Hub Name='h'>";
  for (int i = 0; i < 5000; ++i) hub += "<Cable>c" + std::to_string(i) + "</Cable>";
  const Document document = document_of("<Task Name='before'/>" + hub + "</Hub><Task Name='after'/>");
  LONGS_EQUAL(3, document.resources.size());
  LONGS_EQUAL(5000, document.resources[1].list("Cable").size());
}

TEST(Reader, AnotherRootOfALargeDocumentIsToldOnce) {
  std::string text = many_tasks(5000);
  text.replace(0, 14, "<Configuratiom");
  text.replace(text.find("</Configuration>"), 16, "</Configuratiom>");
  STRCMP_EQUAL(
      "f.xml:1:1: error: unknown root element 'Configuratiom'; did you mean 'Configuration'? Allowed: Configuration",
      faults_in(text).c_str());
}
