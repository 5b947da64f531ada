#include "dsc/document/reader.h"

#include <tinyxml2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "dsc/check.h"
#include "dsc/document/well_formed.h"
#include "dsc/suggestion.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

using tinyxml2::XMLAttribute;
using tinyxml2::XMLElement;
using tinyxml2::XMLNode;

constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

// Line and column of offsets. Asked in rising order, as a document is read, it looks at every octet once.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) { rewind(); }

  std::pair<std::uint32_t, std::uint32_t> at(std::size_t offset) {
    if (offset < at_) rewind();
    for (; at_ < offset && at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '\n') {
        ++line_;
        column_ = 1;
      } else if ((c & 0xC0U) != 0x80U) {
        ++column_;
      }
    }
    return {line_, column_};
  }

 private:
  void rewind() {
    at_ = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte-order mark takes no column
    line_ = 1;
    column_ = 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

class Reader {
 public:
  Reader(const Schema& schema, std::string_view text, FileName file, Source source)
      : schema_(schema), text_(text), file_(std::move(file)), source_(source), places_(text) {}

  Result<Document, Diagnostics> read();

 private:
  [[nodiscard]] std::size_t offset(const char* parsed) const { return static_cast<std::size_t>(parsed - buffer_); }
  Location place(std::size_t offset);
  Location place(const char* parsed) { return place(offset(parsed)); }
  Location place(const XMLElement& element) { return place(offset(element.Name()) - 1); }  // of its '<'
  void refuse(const Location& at, const char* code, std::string text);
  void refuse_text(const XMLNode& parent, const std::string& where);
  void note_meant(std::string_view found, const std::vector<std::string_view>& allowed);

  void read_root(const XMLElement& root);
  void read_root_attribute(const XMLAttribute& attribute);
  void read_resource(const XMLElement& element);
  void read_attribute(Resource& resource, const XMLAttribute& attribute);
  void read_ensure(Resource& resource, const XMLAttribute& attribute);
  void read_dependencies(Resource& resource, const XMLAttribute& attribute);
  void read_list_element(Resource& resource, const XMLElement& element);
  Value read_text(const Property& property, const XMLElement& element);
  void check_duplicate(const Resource& resource);

  const Schema& schema_;
  std::string_view text_;
  FileName file_;
  Source source_;
  Places places_;
  const char* buffer_ = nullptr;  // tinyxml2's copy of the text, in which its names and values stand
  Document document_;
  Diagnostics diagnostics_;
  std::unordered_map<ResourceId, Location> stated_;
  std::vector<std::string_view> meant_;  // properties of the resource in work that were misspelt or misplaced
};

Location Reader::place(std::size_t offset) {
  const auto [line, column] = places_.at(offset);
  return {file_, line, column};
}

void Reader::refuse(const Location& at, const char* code, std::string text) {
  diagnostics_.push_back({at, code, std::move(text)});
}

// Text where only elements may stand.
void Reader::refuse_text(const XMLNode& parent, const std::string& where) {
  for (const XMLNode* node = parent.FirstChild(); node != nullptr; node = node->NextSibling()) {
    if (node->ToText() == nullptr || collapse(node->Value()).empty()) continue;
    const std::size_t begin = text_.find_first_not_of(kWhiteSpace, offset(node->Value()));
    refuse(place(begin), "UnexpectedText", "text " + shown(collapse(node->Value())) + " cannot stand in " + where);
  }
}

void Reader::note_meant(std::string_view found, const std::vector<std::string_view>& allowed) {
  if (const std::string_view name = nearest(found, allowed); !name.empty()) meant_.push_back(name);
}

Result<Document, Diagnostics> Reader::read() {
  const auto root_offset = check_well_formed(text_);
  if (!root_offset) {
    const XmlFault& fault = root_offset.error();
    const bool whole_file = fault.code == "TooLarge" && fault.offset == 0;
    return Diagnostics{{whole_file ? Location{file_, 0, 0} : place(fault.offset), fault.code, fault.text}};
  }
  tinyxml2::XMLDocument tree;
  if (tree.Parse(text_.data(), text_.size()) != tinyxml2::XML_SUCCESS || tree.RootElement() == nullptr) {
    // Not known to happen: the check before is the stricter one.
    return Diagnostics{
        {{file_, static_cast<std::uint32_t>(std::max(tree.ErrorLineNum(), 0)), 1}, "Malformed", tree.ErrorName()}};
  }
  const XMLElement& root = *tree.RootElement();
  buffer_ = root.Name() - *root_offset;
  read_root(root);
  if (diagnostics_.empty()) return std::move(document_);
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  if (diagnostics_.size() > kMaximumDiagnostics) {
    diagnostics_.resize(kMaximumDiagnostics);
    diagnostics_.push_back({{file_, 0, 0}, "TooMany", "more faults follow; mend these first"});
  }
  return std::move(diagnostics_);
}

void Reader::read_root(const XMLElement& root) {
  constexpr std::array<std::string_view, 1> kRoots = {"Configuration"};
  const std::string_view name = root.Name();
  if (name != kRoots[0]) {
    refuse(place(root), "UnknownElement", "unknown root element " + shown(name) + did_you_mean(name, kRoots));
    return;
  }
  const char* const space = root.Attribute("xmlns");
  if (space == nullptr || space != kNamespace) {
    const std::string found = space == nullptr ? "has no namespace" : "has the unknown namespace " + shown(space);
    refuse(space == nullptr ? place(root) : place(root.FindAttribute("xmlns")->Value()), "WrongNamespace",
           "Configuration " + found + "; write xmlns=\"" + std::string(kNamespace) + "\"");
    return;
  }
  for (const XMLAttribute* attribute = root.FirstAttribute(); attribute != nullptr; attribute = attribute->Next()) {
    read_root_attribute(*attribute);
  }
  refuse_text(root, "Configuration; only resources may");
  for (const XMLElement* child = root.FirstChildElement(); child != nullptr; child = child->NextSiblingElement()) {
    if (diagnostics_.size() > kMaximumDiagnostics) return;
    read_resource(*child);
  }
}

void Reader::read_root_attribute(const XMLAttribute& attribute) {
  constexpr std::array<std::string_view, 2> kAllowed = {"Name", "xmlns"};
  const std::string_view name = attribute.Name();
  // Editors need these two to find the schema.
  if (name == "xmlns" || name == "xsi:schemaLocation") return;
  if (name == "xmlns:xsi" && attribute.Value() == kSchemaInstance) return;
  if (name != "Name") {
    refuse(place(attribute.Name()), "UnknownAttribute",
           "Configuration: unknown attribute " + shown(name) + did_you_mean(name, kAllowed));
    return;
  }
  const Property property{.name = "Name", .kind = ValueKind::Name};
  auto value = check_value(property, attribute.Value());
  if (value) {
    document_.name = std::move(*value);
  } else {
    refuse(place(attribute.Value()), "InvalidValue", "Configuration: Name " + value.error().text);
  }
}

void Reader::read_resource(const XMLElement& element) {
  const ResourceType* const type = schema_.find(element.Name());
  if (type == nullptr) {
    refuse(place(element), "UnknownElement",
           "unknown resource " + shown(element.Name()) + did_you_mean(element.Name(), type_names(schema_)));
    return;
  }
  const std::size_t first = diagnostics_.size();
  meant_.clear();
  Resource resource;
  resource.type = type;
  resource.source = source_;
  resource.at = place(element);
  for (const XMLAttribute* attribute = element.FirstAttribute(); attribute != nullptr; attribute = attribute->Next()) {
    read_attribute(resource, *attribute);
  }
  refuse_text(element, std::string(type->name));
  for (const XMLElement* child = element.FirstChildElement(); child != nullptr; child = child->NextSiblingElement()) {
    if (diagnostics_.size() > kMaximumDiagnostics) return;
    read_list_element(resource, *child);
  }
  check_resource(schema_, resource, first, diagnostics_, meant_);
  if (diagnostics_.size() == first) check_duplicate(resource);
  // With any fault nobody sees the document: only the places of what stood earlier are still needed.
  if (diagnostics_.empty()) document_.resources.push_back(std::move(resource));
}

void Reader::read_attribute(Resource& resource, const XMLAttribute& attribute) {
  const std::string_view name = attribute.Name();
  if (name == "Ensure") return read_ensure(resource, attribute);
  if (name == "DependsOn") return read_dependencies(resource, attribute);
  const Property* const property = resource.type->find(name);
  if (property == nullptr) {
    const auto allowed = attribute_names(*resource.type);
    note_meant(name, allowed);
    refuse(place(attribute.Name()), "UnknownAttribute",
           "unknown attribute " + shown(name) + did_you_mean(name, allowed));
  } else if (property->list) {
    meant_.push_back(property->name);
    refuse(place(attribute.Name()), "UnknownAttribute",
           std::string(name) + " is a list; write it as elements <" + std::string(name) + ">…</" + std::string(name) +
               ">");
  } else {
    resource.settings.push_back({property, attribute.Value(), place(attribute.Value())});
  }
}

void Reader::read_ensure(Resource& resource, const XMLAttribute& attribute) {
  static constexpr std::array<std::string_view, 2> kWords = {"Present", "Absent"};
  const Property property{.name = "Ensure", .kind = ValueKind::Enumeration, .words = kWords};
  auto word = check_value(property, attribute.Value());
  if (!word) {
    refuse(place(attribute.Value()), "InvalidValue", "Ensure " + word.error().text);
    return;
  }
  resource.absent = *word == "Absent";
}

void Reader::read_dependencies(Resource& resource, const XMLAttribute& attribute) {
  const Location at = place(attribute.Value());
  const std::string all = collapse(attribute.Value());
  std::string_view rest = all;
  if (rest.empty()) refuse(at, "InvalidValue", "DependsOn is empty; write [Type]Name, several separated by blanks");
  while (!rest.empty()) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    auto id = parse_resource_id(schema_, rest.substr(0, blank));
    if (id) {
      resource.depends_on.push_back({std::move(*id), at});
    } else {
      refuse(at, "InvalidValue", "DependsOn " + id.error().text);
    }
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
}

void Reader::read_list_element(Resource& resource, const XMLElement& element) {
  const std::string_view name = element.Name();
  const Property* const property = resource.type->find(name);
  if (property == nullptr) {
    const auto allowed = element_names(*resource.type);
    note_meant(name, allowed);
    refuse(place(element), "UnknownElement",
           "unknown element " + shown(name) +
               (allowed.empty() ? "; this resource has attributes only" : did_you_mean(name, allowed)));
    return;
  }
  meant_.push_back(property->name);
  if (!property->list) {
    refuse(place(element), "UnknownElement",
           std::string(name) + " is a single value; write it as the attribute " + std::string(name) + "=\"…\"");
    return;
  }
  if (const XMLAttribute* attribute = element.FirstAttribute()) {
    refuse(place(attribute->Name()), "UnknownAttribute",
           "<" + std::string(name) + "> has no attributes; found " + shown(attribute->Name()));
  }
  if (const XMLElement* child = element.FirstChildElement()) {
    refuse(place(*child), "UnknownElement",
           "<" + std::string(name) + "> holds a value; found element " + shown(child->Name()));
    return;
  }
  resource.settings.push_back(read_text(*property, element));
}

// The element's text with its place: where the text begins, or the element where it has none.
Value Reader::read_text(const Property& property, const XMLElement& element) {
  Value value{&property, {}, place(element)};
  bool placed = false;
  for (const XMLNode* node = element.FirstChild(); node != nullptr; node = node->NextSibling()) {
    if (node->ToText() == nullptr) continue;
    value.text += node->Value();
    if (placed) continue;
    const std::size_t begin = text_.find_first_not_of(kWhiteSpace, offset(node->Value()));
    if (text_[begin] == '<') continue;
    value.at = place(begin);
    placed = true;
  }
  return value;
}

void Reader::check_duplicate(const Resource& resource) {
  const auto [earlier, first] = stated_.emplace(resource.id(), resource.at);
  if (first) return;
  refuse(
      resource.at, "Duplicate",
      resource.id().to_string() + " is already stated at " + earlier->second.to_string() + "; state it once in a file");
}

}  // namespace

Result<Document, Diagnostics> read_document(const Schema& schema, std::string_view text, const FileName& file,
                                            Source source) {
  return Reader(schema, text, file, source).read();
}

}  // namespace portreeve::dsc
