#include "dsc/document/writer.h"

#include "dsc/document/reader.h"
#include "tests/unit/dsc/generated.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(Writer){};

TEST(Writer, WritesOneCanonicalText) {
  auto read = read_document(
      test_schema(),
      "<Configuration Name='edge' xmlns='urn:portreeve:dsc:1'>"
      "<Hub Colour='Green' Name='h' Ensure='Present'><Address>2001:DB8::1/64</Address><Cable> c </Cable></Hub>"
      "<Lamp Asn='1' Address='10.0.0.1' HubName='h' DependsOn=' [Hub]h  [Cable]c' Ensure='Absent'/>"
      "</Configuration>",
      "f", Source::Dsc);
  STRCMP_EQUAL(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Configuration xmlns=\"urn:portreeve:dsc:1\" Name=\"edge\">\n"
      "  <Hub Name=\"h\" Colour=\"Green\">\n"
      "    <Cable>c</Cable>\n"
      "    <Address>2001:db8::1/64</Address>\n"
      "  </Hub>\n"
      "  <Lamp HubName=\"h\" Address=\"10.0.0.1\" Asn=\"1\" Ensure=\"Absent\" DependsOn=\"[Hub]h [Cable]c\"/>\n"
      "</Configuration>\n",
      write_document(*read).c_str());
}

TEST(Writer, EscapesWhatXmlWants) {
  STRCMP_CONTAINS("Text=\"&lt;a&gt; &amp; &quot;ü&quot; 'x'\"",
                  write_document(document_of("<Task Name='t' Text='&lt;a> &amp; \"ü\" &apos;x&apos;'/>")).c_str());
}

TEST(Writer, WhatIsWrittenReadsAsTheSameDocument) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const Document document = document_of(Generator(seed).valid_inside());
    const std::string text = write_document(document);
    auto again = read_document(test_schema(), text, "f", Source::Dsc);
    CHECK_TEXT(again.has_value() && again->same_state(document), text.c_str());
    STRCMP_EQUAL(text.c_str(), write_document(*again).c_str());
  }
}
