// The product's own table, type by type and property by property: its XSD and the reader cannot drift apart.
#include <array>
#include <random>
#include <string>
#include <vector>

#include "firmware/resources/resource_types.h"
#include "tests/unit/dsc/agreement.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

// Documents made of the table by chance, each value right for its property more often than not.
class FromTable {
 public:
  explicit FromTable(std::uint32_t seed) : random_(seed) {}

  std::string document() {
    std::string text = "<Configuration xmlns=\"urn:portreeve:dsc:1\">";
    const auto types = resources::schema().types();
    for (std::size_t i = 1 + below(2); i > 0; --i) text += resource(*types[below(types.size())]);
    return text + "</Configuration>";
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class List>
  std::string one_of(const List& list) {
    return std::string(list[below(list.size())]);
  }

  std::string resource(const dsc::ResourceType& type) {
    std::string attributes;
    std::string elements;
    for (const dsc::Property& property : type.properties) {
      if (one_in(property.required || property.key ? 20 : 3) == (property.required || property.key)) continue;
      const std::string name(property.name);
      if (property.list) {
        elements.append("<").append(name).append(">").append(value(property)).append("</").append(name).append(">");
      } else {
        attributes.append(" ").append(name).append("=\"").append(value(property)).append("\"");
      }
    }
    if (one_in(8)) attributes += " Ensure=\"" + one_of(std::array{"Present", "Absent", "absent", ""}) + "\"";
    if (one_in(8)) attributes += " DependsOn=\"[" + one_of(names_of_types()) + "]" + one_of(kKeys) + "\"";
    return "<" + std::string(type.name) + attributes + ">" + elements + "</" + std::string(type.name) + ">";
  }

  static std::vector<std::string> names_of_types() {
    std::vector<std::string> names;
    for (const dsc::ResourceType* type : resources::schema().types()) names.emplace_back(type->name);
    return names;
  }

  std::string value(const dsc::Property& property) {
    if (one_in(12)) return one_of(kAny);
    switch (property.kind) {
      case dsc::ValueKind::Name:
        return property.slashes && one_in(2) ? "a/b.c" : one_of(kNames);
      case dsc::ValueKind::Reference:
        return one_of(kKeys);
      case dsc::ValueKind::Text:
        return std::string(below(property.maximum + 2), 'x') + one_of(std::array{"", "ü", " &amp; ", "&#9;"});
      case dsc::ValueKind::Boolean:
        return one_of(std::array{"true", "false", "1", "0"});
      case dsc::ValueKind::Number:
        return std::to_string(one_of_bounds(property));
      case dsc::ValueKind::Asn:
        if (!property.words.empty() && one_in(3)) return one_of(property.words);
        return one_of(std::array{"1", "23455", "23457", "65534", "131072", "4294967294"});
      case dsc::ValueKind::IpAddress:
        return one_of(kAddresses);
      case dsc::ValueKind::IpPrefix:
        return one_of(kAddresses) + one_of(std::array{"/0", "/8", "/32"});
      case dsc::ValueKind::RouterId:
        return one_of(std::array{"0.0.0.1", "255.255.255.255"});
      case dsc::ValueKind::IpRange:
        return one_of(kAddresses) + one_of(std::array{"", "/32"});
      case dsc::ValueKind::MacAddress:
        return one_of(std::array{"02:00:5e:10:00:01", "02-00-5E-10-00-FF"});
      case dsc::ValueKind::PciAddress:
        return "0000:3b:00.7";
      case dsc::ValueKind::PortPlace:
        return "Port1=" + one_of(std::array{"0000:3b:00.0", "0000:3b:00.0/255", "02:00:5e:10:00:01"});
      case dsc::ValueKind::Path:
        return "/etc/a.b/c@d";
      case dsc::ValueKind::Community:
        return one_of(std::array{"65535:0", "no-export", "accept-own"});
      case dsc::ValueKind::LargeCommunity:
        return "4294967295:0:1";
      case dsc::ValueKind::ExtendedCommunity:
        return one_of(std::array{"target:65535:4294967295", "origin:4294967295:65535", "link-bandwidth:1:1"});
      case dsc::ValueKind::Enumeration:
        return one_of(property.words);
    }
    return {};
  }

  std::uint64_t one_of_bounds(const dsc::Property& property) {
    const std::array bounds = {property.minimum, property.maximum, property.minimum / 2 + property.maximum / 2,
                               property.minimum - (one_in(4) && property.minimum > 0 ? 1 : 0),
                               property.maximum + (one_in(4) ? 1 : 0)};
    return bounds[below(bounds.size())];
  }

  static constexpr std::array kNames = {"a", "vSwitch1", "x.y_z-0", "abcdefghijklmno"};
  static constexpr std::array kKeys = {"a", "vSwitch1", "a/::1", "a/10.0.0.0/8", "a/b", "a/10.0.0.1"};
  static constexpr std::array kAddresses = {
      "10.0.0.1", "255.255.255.255", "::", "2001:DB8::1", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"};
  static constexpr std::array kAny = {"",
                                      " ",
                                      "0",
                                      "00",
                                      "-1",
                                      "+1",
                                      "1.0",
                                      "TRUE",
                                      "a b",
                                      "a/b",
                                      "a//b",
                                      "/",
                                      "ü",
                                      "&#127;",
                                      "&#x2028;",
                                      "&#133;",
                                      "65535",
                                      "4294967296",
                                      "10.0.0.01",
                                      "1::2::",
                                      "::1%lo",
                                      "12345::",
                                      "10.0.0.9-10.0.0.1",
                                      "10.0.0.1/33",
                                      "02:00-5e:10:00:01",
                                      "3b:00.0",
                                      "a=b",
                                      "65536:1",
                                      "target:65536:65536",
                                      "99999999999999999999"};

  std::mt19937 random_;
};

}  // namespace

TEST_GROUP(SchemaAgreement){};

TEST(SchemaAgreement, XmllintAndTheReaderSayTheSameOfTenThousandDocuments) {
  FromTable by_chance(7);
  std::vector<std::string> documents;
  for (int i = 0; i < 10000; ++i) documents.push_back(by_chance.document());
  const dsc::testing::Agreement found = dsc::testing::agreement(resources::schema(), documents);
  STRCMP_EQUAL("", found.other.c_str());
  CHECK(found.valid > 2000);
  CHECK(found.valid < 8000);
}
