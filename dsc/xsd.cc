#include "dsc/xsd.h"

#include <algorithm>
#include <string_view>

#include "dsc/value.h"
#include "dsc/xsd_patterns.h"

namespace portreeve::dsc {
namespace {

class XsdWriter {
 public:
  explicit XsdWriter(const Schema& schema) : schema_(schema) {}

  std::string write();

 private:
  // Lines, indented by what is open.
  void line(const std::string& text) { text_ += std::string(2 * depth_, ' ') + text + '\n'; }
  void open(const std::string& tag) {
    line("<" + tag + ">");
    ++depth_;
  }
  void close(const char* tag) {
    --depth_;
    line("</" + std::string(tag) + ">");
  }
  void documentation(std::string_view help);

  void write_root();
  void write_common_types();
  void write_resource(const ResourceType& type);
  void write_attribute(const Property& property);
  void write_list_element(const Property& property);
  void write_value_type(const Property& property);
  void write_restriction(const std::string& base, const std::string& pattern, const std::string& facets = {});
  void write_number_type(std::uint64_t minimum, std::uint64_t maximum);
  void write_number_union(const Property& property);
  void write_words(const Property& property, const std::string& pattern);
  void write_unique_keys(const ResourceType& type);
  void write_unique(const std::string& name, const std::string& selector, const std::string& fields);

  const Schema& schema_;
  std::string text_;
  std::size_t depth_ = 0;
};

bool has_key(const ResourceType& type) {
  return std::any_of(type.properties.begin(), type.properties.end(), [](const Property& one) { return one.key; });
}

bool has_list(const ResourceType& type) {
  return std::any_of(type.properties.begin(), type.properties.end(), [](const Property& one) { return one.list; });
}

// There is no element without a namespace. But in what may hold elements white space may stand, and in nothing it may
// not.
constexpr const char* kNoElement = R"(<xs:any namespace="##local" processContents="strict"/>)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string facet(const char* name, std::string_view value) {
  return "<xs:" + std::string(name) + " value=\"" + std::string(value) + "\"/>";
}

std::string help_of(const Property& property) {
  std::string help(property.help);
  if (property.required && !property.key) help += " Required unless Ensure is Absent.";
  const std::string allowed = allowed_values(property);
  if (!allowed.empty()) help += " Allowed: " + allowed + ".";
  return help;
}

void XsdWriter::documentation(std::string_view help) {
  line("<xs:annotation><xs:documentation xml:lang=\"en\">" + escaped(help) + "</xs:documentation></xs:annotation>");
}

// White space at both ends does not count, which is what xs:token says, too.
void XsdWriter::write_restriction(const std::string& base, const std::string& pattern, const std::string& facets) {
  open("xs:simpleType");
  line("<xs:restriction base=\"" + base + "\">" + facet("pattern", pattern) + facets + "</xs:restriction>");
  close("xs:simpleType");
}

void XsdWriter::write_number_type(std::uint64_t minimum, std::uint64_t maximum) {
  write_restriction("xs:unsignedLong", "0|[1-9][0-9]*",
                    facet("minInclusive", std::to_string(minimum)) + facet("maxInclusive", std::to_string(maximum)));
}

void XsdWriter::write_number_union(const Property& property) {
  open("xs:simpleType");
  open("xs:union");
  if (property.kind == ValueKind::Asn) {
    // Asn::is_allowed
    write_number_type(1, 23455);
    write_number_type(23457, 65534);
    write_number_type(131072, 4294967294);
    if (!property.words.empty()) write_words(property, "[^ ]*");
  } else {
    write_number_type(0, 0);
    write_number_type(property.minimum, property.maximum);
  }
  close("xs:union");
  close("xs:simpleType");
}

void XsdWriter::write_words(const Property& property, const std::string& pattern) {
  std::string words;
  for (const std::string_view word : property.words) words += facet("enumeration", word);
  write_restriction("xs:token", pattern, words);
}

void XsdWriter::write_value_type(const Property& property) {
  const std::string pattern = value_pattern(schema_, property);
  switch (property.kind) {
    case ValueKind::Asn:
      write_number_union(property);
      return;
    case ValueKind::Number:
      if (property.or_zero) {
        write_number_union(property);
      } else {
        write_number_type(property.minimum, property.maximum);
      }
      return;
    case ValueKind::Enumeration:
      write_words(property, pattern);
      return;
    case ValueKind::Text: {
      const auto [minimum, maximum] = text_length(property);
      write_restriction("xs:token", pattern,
                        facet("minLength", std::to_string(minimum)) + facet("maxLength", std::to_string(maximum)));
      return;
    }
    case ValueKind::Name:
    case ValueKind::Boolean:
    case ValueKind::IpAddress:
    case ValueKind::RouterId:
    case ValueKind::IpPrefix:
    case ValueKind::IpRange:
    case ValueKind::MacAddress:
    case ValueKind::PciAddress:
    case ValueKind::PortPlace:
    case ValueKind::Path:
    case ValueKind::Community:
    case ValueKind::LargeCommunity:
    case ValueKind::ExtendedCommunity:
    case ValueKind::Reference:
      write_restriction("xs:token", pattern, facet("maxLength", std::to_string(kLongestValue)));
      return;
  }
}

void XsdWriter::write_attribute(const Property& property) {
  std::string tag = "xs:attribute name=\"" + std::string(property.name) + "\"";
  if (property.key && property.required) tag += " use=\"required\"";
  if (!property.default_value.empty()) tag += " default=\"" + escaped(property.default_value) + "\"";
  open(tag);
  documentation(help_of(property));
  write_value_type(property);
  close("xs:attribute");
}

void XsdWriter::write_list_element(const Property& property) {
  open("xs:element name=\"" + std::string(property.name) + "\"");
  documentation(help_of(property));
  write_value_type(property);
  close("xs:element");
}

void XsdWriter::write_unique(const std::string& name, const std::string& selector, const std::string& fields) {
  line("<xs:unique name=\"" + name + "\"><xs:selector xpath=\"d:" + selector + "\"/>" + fields + "</xs:unique>");
}

void XsdWriter::write_resource(const ResourceType& type) {
  const std::string name(type.name);
  open("xs:element name=\"" + name + "\"");
  documentation(type.help);
  open("xs:complexType");
  open("xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\"");
  if (!has_list(type)) line(kNoElement);
  for (const Property& property : type.properties) {
    if (property.list) write_list_element(property);
  }
  close("xs:choice");
  for (const Property& property : type.properties) {
    if (!property.list) write_attribute(property);
  }
  line("<xs:attributeGroup ref=\"d:EveryResource\"/>");
  close("xs:complexType");
  for (const Property& property : type.properties) {
    if (!property.list) continue;
    std::string unique = name;
    unique.append(".").append(property.name);
    write_unique(unique, std::string(property.name), "<xs:field xpath=\".\"/>");
  }
  close("xs:element");
}

// One for each way in which the key can be stated: where a field is absent, nothing is compared.
void XsdWriter::write_unique_keys(const ResourceType& type) {
  struct Way {
    std::string name;
    std::string fields;
  };
  std::vector<Way> ways = {{std::string(type.name), ""}};
  for (const auto& part : type.key_parts()) {
    std::vector<Way> longer;
    for (const Way& way : ways) {
      for (const Property* one : part) {
        Way with = way;
        if (part.size() > 1) with.name.append(".").append(one->name);
        with.fields.append("<xs:field xpath=\"@").append(one->name).append("\"/>");
        longer.push_back(std::move(with));
      }
    }
    ways = std::move(longer);
  }
  if (!has_key(type)) return;
  for (const Way& way : ways) write_unique(way.name, std::string(type.name), way.fields);
}

void XsdWriter::write_root() {
  open("xs:element name=\"Configuration\"");
  documentation("What an appliance is to be: resources in any order.");
  open("xs:complexType");
  open("xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\"");
  for (const ResourceType* type : schema_.types()) write_resource(*type);
  close("xs:choice");
  write_attribute({.name = "Name", .kind = ValueKind::Name, .help = "What the configuration is called."});
  close("xs:complexType");
  for (const ResourceType* type : schema_.types()) write_unique_keys(*type);
  close("xs:element");
}

void XsdWriter::write_common_types() {
  open("xs:simpleType name=\"ResourceId\"");
  documentation("A resource: [Type]Key, where the key is that of the resource, its parts joined by '/'.");
  open("xs:union");
  for (const ResourceType* type : schema_.types()) {
    if (!has_key(*type)) continue;
    const std::size_t longest = type->name.size() + 2 + type->key_parts().size() * (kLongestValue + 1) - 1;
    write_restriction("xs:token", "\\[" + std::string(type->name) + "\\]" + key_pattern(schema_, *type),
                      facet("maxLength", std::to_string(longest)));
  }
  close("xs:union");
  close("xs:simpleType");
  open("xs:attributeGroup name=\"EveryResource\"");
  open("xs:attribute name=\"Ensure\" default=\"Present\"");
  documentation("Absent removes what a lower layer states; then only the key is needed.");
  write_restriction("xs:token", "Present|Absent", facet("enumeration", "Present") + facet("enumeration", "Absent"));
  close("xs:attribute");
  open("xs:attribute name=\"DependsOn\"");
  documentation("Resources that must be in desired state before this one is made, separated by blanks.");
  open("xs:simpleType");
  open("xs:restriction");
  line("<xs:simpleType><xs:list itemType=\"d:ResourceId\"/></xs:simpleType>");
  line(facet("minLength", "1"));
  close("xs:restriction");
  close("xs:simpleType");
  close("xs:attribute");
  close("xs:attributeGroup");
}

std::string XsdWriter::write() {
  line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  const std::string name_space(kNamespace);
  open("xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:d=\"" + name_space + "\" targetNamespace=\"" +
       name_space + "\" elementFormDefault=\"qualified\"");
  write_root();
  write_common_types();
  close("xs:schema");
  return std::move(text_);
}

}  // namespace

std::string write_xsd(const Schema& schema) { return XsdWriter(schema).write(); }

}  // namespace portreeve::dsc
