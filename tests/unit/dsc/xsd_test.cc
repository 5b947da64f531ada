#include "dsc/xsd.h"

#include <string>
#include <vector>

#include "tests/unit/dsc/agreement.h"
#include "tests/unit/dsc/generated.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(Xsd){};

TEST(Xsd, IsTakenByXmllint) {
  const fakes::Xmllint xmllint(write_xsd(test_schema()));
  STRCMP_EQUAL("0.xml validates\nstatus 0\n", xmllint.says({document_text("<Cable Name='c'/>")}).c_str());
}

TEST(Xsd, DocumentsEveryProperty) {
  const std::string xsd = write_xsd(test_schema());
  STRCMP_CONTAINS("<xs:documentation xml:lang=\"en\">Metres. Allowed: 0 or 3-100.</xs:documentation>", xsd.c_str());
  STRCMP_CONTAINS("Whose it is. Required unless Ensure is Absent. Allowed: 1-65534", xsd.c_str());
}

// What stands between elements, beside them, and around the document.
TEST(Xsd, AgreesWithTheReaderOnWhatIsNoValue) {
  std::vector<std::string> documents;
  for (const char* between : {"", " ", "\n\t", "&#32;", "<!-- a -->", "<![CDATA[]]>", "<![CDATA[ ]]>", "a", "<?a?>",
                              "<a/>", "<a xmlns=''/>", "<Cable xmlns='' Name='d'/>"}) {
    const std::string text = between;
    documents.push_back(document_text(text + "<Cable Name='c'>" + text + "</Cable>" + text));
    documents.push_back(document_text("<Hub Name='h'>" + text + "<Cable>c</Cable>" + text + "</Hub>"));
    documents.push_back(document_text("<Hub Name='h'><Cable>" + text + "c" + text + "</Cable></Hub>"));
    documents.push_back(document_text("<Cable Name='c'>" + text + "</Cable>"));
    documents.push_back(text + document_text("<Cable Name='c'/>") + text);
  }
  const std::string instance = " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
  for (const std::string& more : {instance, instance + " xsi:schemaLocation='urn:portreeve:dsc:1 a.xsd'",
                                  std::string(" xsi:schemaLocation='a b'"), std::string(" xmlns:a='a'"),
                                  std::string(" xml:lang='en'"), std::string(" xmlns=''"), std::string(" a=''")}) {
    documents.push_back("<Configuration xmlns='urn:portreeve:dsc:1'" + more + "/>");
    documents.push_back(document_text("<Cable Name='c'" + more + "/>"));
  }
  const std::string path(253, 'a');
  for (const std::string& key : {path.substr(0, 63), path.substr(0, 64)}) {
    documents.push_back(document_text("<Task Name='a' DependsOn='[Task]" + key + "'/>"));
  }
  std::string parts = "a";
  while (parts.size() < 251) parts += "/a";
  for (const char* end : {"", "a", "/a", "/aa", "/a/a"}) {
    documents.push_back(document_text("<Task Name='" + parts + end + "'/>"));
    documents.push_back(document_text("<Task Name='a' DependsOn='[Task]" + parts + end + "'/>"));
  }
  STRCMP_EQUAL("", agreement(test_schema(), documents).other.c_str());
}

TEST(Xsd, AgreesWithTheReader) {
  Generator by_chance(4);
  std::vector<std::string> documents;
  for (int i = 0; i < 10000; ++i) documents.push_back(document_text(by_chance.maybe_spoilt_inside()));
  const Agreement found = agreement(test_schema(), documents);
  STRCMP_EQUAL("", found.other.c_str());
  CHECK(found.valid > 2500);
  CHECK(found.valid < 7500);
}
