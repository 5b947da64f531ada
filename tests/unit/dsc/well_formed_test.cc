#include "dsc/document/well_formed.h"

#include <tinyxml2.h>
// CppUTest's macro `new` must not meet tinyxml2's placement new.
#include <CppUTest/TestHarness.h>

#include <array>
#include <string>

using namespace portreeve::dsc;

namespace {

// "offset code: text", or "" where nothing is wrong.
std::string fault_of(std::string_view text) {
  auto checked = check_well_formed(text);
  if (checked) return {};
  return std::to_string(checked.error().offset) + " " + checked.error().code + ": " + checked.error().text;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_GROUP(WellFormed){};

TEST(WellFormed, TakesWhatXmlAllows) {
  for (const char* good : {
           "<a/>",
           "<a></a >",
           "\xEF\xBB\xBF<a/>",
           "<?xml version=\"1.0\"?><a/>",
           "<?xml version='1.0' encoding='utf-8' standalone='no' ?>\n<!-- c --><a/>\n<!-- d -->\n",
           "<a b='1' c = \"2>3\"\n\td='\"'/>",
           "<a>x &lt;&gt;&amp;&quot;&apos; &#176; &#xB0; ü ]] </a>",
           "<a><![CDATA[<b>&]]]></a>",
           "<ä:b.c-1/>",
           "<a><!-- <b> & --></a>",
       }) {
    STRCMP_EQUAL_TEXT("", fault_of(good).c_str(), good);
    tinyxml2::XMLDocument tree;
    CHECK_TEXT(tree.Parse(good) == tinyxml2::XML_SUCCESS, good);
  }
}

TEST(WellFormed, NamesThePlaceOfWhatXmlDoesNotAllow) {
  struct Case {
    const char* text;
    const char* fault;
  };
  const std::array cases = {
      Case{"", "0 Malformed: the document is empty; it needs a <Configuration …> element"},
      Case{" \n", "2 Malformed: the document is empty; it needs a <Configuration …> element"},
      Case{"x<a/>", "0 Malformed: text before the root element; a document begins with <Configuration …>"},
      Case{"<a/>x", "4 Malformed: text after the root element"},
      Case{"<a/><b/>", "4 Malformed: a second root element; a document has one <Configuration>"},
      Case{"<a/></a>", "4 Malformed: a closing tag that nothing opened"},
      Case{"<a>", "0 Malformed: <a> is never closed"},
      Case{"<a>\n<b></a>", "7 Malformed: </b> is expected here, to close the element of line 2; found </a>"},
      Case{"<a></a", "3 Malformed: </a> is expected here, to close the element of line 1; found a tag without '>'"},
      Case{"<a", "0 Malformed: the tag <a> is not closed by '>'"},
      Case{"<a /b>", "3 Malformed: the tag <a> is not closed by '>'"},
      Case{"<a b>", "4 Malformed: attribute 'b' has no value; write b=\"…\""},
      Case{"<a b=1/>", "5 Malformed: the value of attribute 'b' must stand in quotes"},
      Case{"<a b='1'c='2'/>", "8 Malformed: white space is missing between attributes"},
      Case{"<a b='1' b='2'/>", "9 Malformed: attribute 'b' stands twice in this element"},
      Case{"<a b='1/>", "5 Malformed: '<' in the value of attribute 'b', or its closing quote is missing"},
      Case{"<a b='1>\n<c/></a>", "5 Malformed: '<' in the value of attribute 'b', or its closing quote is missing"},
      Case{"<a 1='1'/>", "3 Malformed: an attribute or the end of the tag is expected here"},
      Case{"<a>< b/></a>", "3 Malformed: '<' begins no element; write &lt; for the character itself"},
      Case{"<a>&nbsp;</a>",
           "3 Malformed: unknown entity '&nbsp;'; allowed: &lt; &gt; &amp; &quot; &apos; and character references as "
           "&#176;"},
      Case{"<a b='&x;'/>",
           "6 Malformed: unknown entity '&x;'; allowed: &lt; &gt; &amp; &quot; &apos; and character references as "
           "&#176;"},
      Case{"<a>a & b</a>", "5 Malformed: '&' begins no entity; write &amp; for the character itself"},
      Case{"<a>&#0;</a>", "3 Malformed: this character reference names no character"},
      Case{"<a>&#xD800;</a>", "3 Malformed: this character reference names no character"},
      Case{"<a>&#x110000;</a>", "3 Malformed: this character reference names no character"},
      Case{"<a>&#12x;</a>", "3 Malformed: this character reference names no character"},
      Case{"<a>&#x;</a>", "3 Malformed: this character reference names no character"},
      Case{"<a>]]></a>", "3 Malformed: ']]>' cannot stand in text; write ]]&gt;"},
      Case{"<a><!-- b -- c --></a>", "10 Malformed: '--' cannot stand within a comment"},
      Case{"<a><!-- b </a>", "3 Malformed: the comment is not closed by -->"},
      Case{"<a><![CDATA[ b </a>", "3 Malformed: the CDATA section is not closed by ]]>"},
      Case{"<a><!ELEMENT b></a>", "3 Malformed: this is neither an element nor a comment"},
      Case{"<!DOCTYPE a><a/>", "0 NotAllowed: a DOCTYPE is not allowed: there are no entities or DTDs here; remove it"},
      Case{"<a><?b c?></a>", "3 NotAllowed: a processing instruction is not allowed; remove it"},
      Case{"\n<?xml version='1.0'?><a/>", "1 Malformed: the XML declaration can only stand at the very beginning"},
      Case{"<?xml?><a/>", "0 Malformed: the XML declaration can only stand at the very beginning"},
      Case{"<?xml encoding='UTF-8'?><a/>",
           "6 Malformed: the XML declaration is wrong; write <?xml version=\"1.0\" encoding=\"UTF-8\"?>"},
      Case{"<?xml version='1.0'",
           "19 Malformed: the XML declaration is wrong; write <?xml version=\"1.0\" encoding=\"UTF-8\"?>"},
      Case{"<?xml version='1.1'?><a/>", "15 NotAllowed: XML version '1.1' is not taken; allowed: 1.0"},
      Case{"<?xml version='1.0' encoding='latin1'?><a/>", "30 NotUtf8: encoding 'latin1' is not taken; allowed: UTF-8"},
      Case{"<a>\xE4</a>", "3 NotUtf8: the text is not UTF-8 here; save the document as UTF-8"},
      Case{"<a>\xED\xA0\x80</a>", "3 NotUtf8: the text is not UTF-8 here; save the document as UTF-8"},
      Case{"\xFF\xFE<", "0 NotUtf8: the text is UTF-16; save the document as UTF-8"},
      Case{"<a>\x01</a>", "3 Malformed: a control character (\\x01) cannot stand in XML"},
      Case{"<a>\xEF\xBF\xBF</a>", "3 Malformed: a control character (\xEF\xBF\xBF) cannot stand in XML"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.fault, fault_of(c.text).c_str(), c.text);
}

TEST(WellFormed, RefusesANulOctet) {
  using namespace std::string_view_literals;
  STRCMP_EQUAL("3 Malformed: a control character (\\x00) cannot stand in XML", fault_of("<a>\0</a>"sv).c_str());
}

TEST(WellFormed, TakesThirtyTwoLevelsAndNoMore) {
  STRCMP_EQUAL("", fault_of(repeated("<a>", 32) + repeated("</a>", 32)).c_str());
  STRCMP_EQUAL("96 TooDeep: elements are nested deeper than 32", fault_of(repeated("<a>", 33)).c_str());
}

TEST(WellFormed, RefusesMoreThanSixtyFourAttributes) {
  std::string tag = "<a";
  for (int i = 0; i < 65; ++i) tag += " b" + std::to_string(i) + "=''";
  STRCMP_CONTAINS("TooLarge: more than 64 attributes in one element", fault_of(tag + "/>").c_str());
}

TEST(WellFormed, RefusesBySizeWithoutReading) {
  STRCMP_EQUAL("0 TooLarge: the document has 16777217 octets; allowed: 16777216 (16 MiB)",
               fault_of(std::string(kMaximumDocument + 1, '<')).c_str());
}

TEST(WellFormed, RefusesAMillionEmptyElements) {
  STRCMP_CONTAINS("TooLarge: the document has more than 1000000 elements and attributes",
                  fault_of("<a>" + repeated("<b/>", 1'000'000) + "</a>").c_str());
}
