#include "dsc/document/reader.h"

#include <tinyxml2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    offset = std::min(offset, text_.size());
    if (offset < at_) rewind();
    while (at_ < offset) {
      const std::size_t end = std::min(text_.find('\n', at_), offset);
      column_ += characters(text_.substr(at_, end - at_));
      at_ = end;
      if (at_ == offset) break;
      ++at_;
      ++line_;
      column_ = 1;
    }
    return {line_, column_};
  }

  void all_are_ascii() { is_ascii_ = true; }

 private:
  [[nodiscard]] std::uint32_t characters(std::string_view text) const {
    if (is_ascii_) return static_cast<std::uint32_t>(text.size());
    return static_cast<std::uint32_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }

  void rewind() {
    at_ = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte-order mark takes no column
    line_ = 1;
    column_ = 1;
  }

  std::string_view text_;
  bool is_ascii_ = false;  // known to be
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

// As many values as an element can state, so that there is room for these and no more.
std::size_t count_values(const XMLElement& element) {
  std::size_t count = 0;
  for (const XMLAttribute* one = element.FirstAttribute(); one != nullptr; one = one->Next()) ++count;
  for (const XMLElement* one = element.FirstChildElement(); one != nullptr; one = one->NextSiblingElement()) ++count;
  return count;
}

class Reader {
 public:
  Reader(const Schema& schema, std::string_view text, FileName file, Source source)
      : schema_(schema), text_(text), file_(std::move(file)), source_(source), places_(text) {}

  Reading read();

 private:
  // Where in the text that stands, which tinyxml2 has in its copy of a portion.
  [[nodiscard]] std::size_t offset(const char* parsed) const {
    const auto within = static_cast<std::size_t>(parsed - portion_);
    return within < portion_start_ ? within : within - portion_start_ + portion_offset_;
  }
  Location place(std::size_t offset);
  Location place(const char* parsed) { return place(offset(parsed)); }
  Location place(const XMLElement& element) { return place(offset(element.Name()) - 1); }  // of its '<'
  void refuse(const Location& at, const char* code, std::string text);
  void refuse_text(const XMLNode& parent, std::string_view where);
  void note_meant(std::string_view found, const std::vector<std::string_view>& allowed);

  bool read_portion(const std::string& portion, std::size_t start, std::size_t offset);
  bool read_root(const XMLElement& root);
  void read_inside(const XMLElement& root);
  void read_root_attribute(const XMLElement& root, const XMLAttribute& attribute);
  void read_resource(const XMLElement& element);
  void read_unknown(const XMLElement& element);
  void read_statement(const XMLElement& element, const ResourceType& type, bool is_misspelt);
  [[nodiscard]] bool is_of_resources(const XMLElement& element) const;
  void read_attribute(Resource& resource, const XMLAttribute& attribute);
  void read_ensure(Resource& resource, const XMLAttribute& attribute);
  void read_dependencies(Resource& resource, const XMLAttribute& attribute);
  void read_list_element(Resource& resource, const XMLElement& element);
  Value read_text(const Property& property, const XMLElement& element);
  void check_duplicate();

  const Schema& schema_;
  std::string_view text_;
  FileName file_;
  Source source_;
  Places places_;
  tinyxml2::XMLDocument tree_;      // of the portion in work
  const char* portion_ = nullptr;   // tinyxml2's copy of it, in which its names and values stand
  std::size_t root_ = 0;            // where the root element begins in the text
  std::size_t portion_start_ = 0;   // so many octets of it are from the beginning of the text, or from before it
  std::size_t portion_offset_ = 0;  // and the next is at this one of the text
  Document document_;
  Diagnostics diagnostics_;
  LeftOut left_out_;
  IdIndex stated_;                       // in document_
  std::vector<std::string_view> meant_;  // properties of the resource in work that were misspelt or misplaced
};

Location Reader::place(std::size_t offset) {
  const auto [line, column] = places_.at(offset);
  return {file_, line, column};
}

void Reader::refuse(const Location& at, const char* code, std::string text) {
  diagnostics_.push_back({at, code, std::move(text)});
}

// Text where only elements may stand. A CDATA section is text even if it is blank.
void Reader::refuse_text(const XMLNode& parent, std::string_view where) {
  for (const XMLNode* node = parent.FirstChild(); node != nullptr; node = node->NextSibling()) {
    const tinyxml2::XMLText* const text = node->ToText();
    if (text == nullptr) continue;
    const std::string found = collapse(node->Value());
    if (found.empty() && !text->CData()) continue;
    const std::size_t begin = text_.find_first_not_of(kWhiteSpace, offset(node->Value()));
    refuse(place(found.empty() ? offset(node->Value()) : begin), "UnexpectedText",
           (found.empty() ? "a CDATA section" : "text " + shown(found)) + " cannot stand in " + std::string(where));
  }
}

void Reader::note_meant(std::string_view found, const std::vector<std::string_view>& allowed) {
  if (const std::string_view name = nearest(found, allowed); !name.empty()) meant_.push_back(name);
}

Reading Reader::read() {
  const auto checked = check_well_formed(text_);
  if (!checked) {
    const XmlFault& fault = checked.error();
    const bool whole_file = fault.code == "TooLarge" && fault.offset == 0;
    return Reading::nothing_of(file_,
                               {whole_file ? Location{file_, 0, 0} : place(fault.offset), fault.code, fault.text});
  }
  if (checked->is_ascii) places_.all_are_ascii();
  document_.files.push_back(file_);
  document_.resources.reserve(checked->children);
  stated_.reserve(checked->children);
  root_ = checked->root;
  const std::string_view start_tag = text_.substr(checked->root, checked->inside - checked->root);
  const std::string end_tag = "</" + std::string(start_tag.substr(1, start_tag.find_first_of(" \t\r\n/>") - 1)) + ">";
  std::vector<std::size_t> ends = checked->cuts;
  ends.push_back(text_.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    // The first portion has the root's start tag and the last its end tag; the others are given copies.
    std::string portion(begin == 0 ? std::string_view() : start_tag);
    const std::size_t start = portion.size();
    portion.append(text_.substr(begin, end - begin));
    if (end != text_.size()) portion.append(end_tag);
    if (!read_portion(portion, start, begin)) {
      left_out_.add_anything();
      break;
    }
    begin = end;
  }
  Reading reading(std::move(document_));
  reading.faults = std::move(diagnostics_);
  reading.left_out = std::move(left_out_);
  return reading;
}

// False: what follows need not be read. `start` octets of the portion are a copy of the root's start tag, the others
// stand at `offset` of the text.
bool Reader::read_portion(const std::string& portion, std::size_t start, std::size_t offset) {
  if (tree_.Parse(portion.data(), portion.size()) != tinyxml2::XML_SUCCESS || tree_.RootElement() == nullptr) {
    // Not known to happen: the check before is the stricter one.
    refuse({file_, static_cast<std::uint32_t>(std::max(tree_.ErrorLineNum(), 0)), 1}, "Malformed", tree_.ErrorName());
    return false;
  }
  const XMLElement& root = *tree_.RootElement();
  portion_ = root.Name() - (start == 0 ? root_ + 1 : 1);
  portion_start_ = start;
  portion_offset_ = offset;
  if (start == 0 && !read_root(root)) return false;
  read_inside(root);
  return diagnostics_.size() <= kMaximumDiagnostics;
}

bool Reader::read_root(const XMLElement& root) {
  constexpr std::array<std::string_view, 1> kRoots = {"Configuration"};
  const std::string_view name = root.Name();
  if (name != kRoots[0]) {
    refuse(place(root), "UnknownElement", "unknown root element " + shown(name) + did_you_mean(name, kRoots));
    if (name.find(':') != std::string_view::npos || nearest(name, kRoots).empty()) return false;
  }
  const char* const space = root.Attribute("xmlns");
  if (space == nullptr || space != kNamespace) {
    const std::string found = space == nullptr ? "has no namespace" : "has the unknown namespace " + shown(space);
    refuse(space == nullptr ? place(root) : place(root.FindAttribute("xmlns")->Value()), "WrongNamespace",
           "Configuration " + found + "; write xmlns=\"" + std::string(kNamespace) + "\"");
    if (space != nullptr) return false;  // what is meant is another language, or a later one
  }
  for (const XMLAttribute* attribute = root.FirstAttribute(); attribute != nullptr; attribute = attribute->Next()) {
    read_root_attribute(root, *attribute);
  }
  return true;
}

void Reader::read_inside(const XMLElement& root) {
  refuse_text(root, "Configuration; only resources may");
  for (const XMLElement* child = root.FirstChildElement(); child != nullptr; child = child->NextSiblingElement()) {
    if (diagnostics_.size() > kMaximumDiagnostics) return;
    read_resource(*child);
  }
}

void Reader::read_root_attribute(const XMLElement& root, const XMLAttribute& attribute) {
  constexpr std::array<std::string_view, 2> kAllowed = {"Name", "xmlns"};
  const std::string_view name = attribute.Name();
  if (name == "xmlns") return;
  // Editors need these two to find the schema.
  if (name == "xmlns:xsi" && attribute.Value() == kSchemaInstance) return;
  if (name == "xsi:schemaLocation") {
    if (root.FindAttribute("xmlns:xsi") == nullptr) {
      refuse(place(attribute.Name()), "WrongNamespace",
             "Configuration: the prefix of 'xsi:schemaLocation' is not declared; write xmlns:xsi=\"" +
                 std::string(kSchemaInstance) + "\"");
    }
    return;
  }
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
  if (const ResourceType* const type = schema_.find(element.Name())) return read_statement(element, *type, false);
  read_unknown(element);
}

// Whether what stands in it are resources.
bool Reader::is_of_resources(const XMLElement& element) const {
  for (const XMLElement* child = element.FirstChildElement(); child != nullptr; child = child->NextSiblingElement()) {
    if (schema_.find(child->Name()) != nullptr) return true;
  }
  return false;
}

// It is taken for what it most likely meant.
void Reader::read_unknown(const XMLElement& element) {
  const std::string_view name = element.Name();
  if (is_of_resources(element)) {
    refuse(place(element), "UnknownElement",
           "unknown element " + shown(name) + "; resources stand in Configuration itself, in no other element");
    return read_inside(element);
  }
  refuse(place(element), "UnknownElement", "unknown resource " + shown(name) + did_you_mean(name, type_names(schema_)));
  if (const ResourceType* const meant = schema_.find(nearest(name, type_names(schema_)))) {
    read_statement(element, *meant, true);
  } else {
    left_out_.add_anything();
  }
}

void Reader::read_statement(const XMLElement& element, const ResourceType& type, bool is_misspelt) {
  const std::size_t first = diagnostics_.size();
  meant_.clear();
  Resource resource;
  resource.type = &type;
  resource.source = source_;
  resource.at = place(element);
  resource.settings.reserve(count_values(element));
  for (const XMLAttribute* attribute = element.FirstAttribute(); attribute != nullptr; attribute = attribute->Next()) {
    read_attribute(resource, *attribute);
  }
  refuse_text(element, type.name);
  std::vector<const XMLElement*> nested;
  for (const XMLElement* child = element.FirstChildElement(); child != nullptr; child = child->NextSiblingElement()) {
    if (diagnostics_.size() > kMaximumDiagnostics) return;
    if (type.find(child->Name()) == nullptr && schema_.find(child->Name()) != nullptr) nested.push_back(child);
    read_list_element(resource, *child);
  }
  const bool has_key = check_resource(schema_, resource, first, diagnostics_, meant_);
  if (is_misspelt || diagnostics_.size() != first) {
    left_out_.add_statement(std::move(resource), has_key);
  } else {
    document_.resources.push_back(std::move(resource));
    check_duplicate();
  }
  for (const XMLElement* one : nested) read_resource(*one);
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
    const std::string instead = schema_.find(name) != nullptr
                                    ? "; a resource stands in Configuration itself, not in another"
                                : allowed.empty() ? "; this resource has attributes only"
                                                  : did_you_mean(name, allowed);
    refuse(place(element), "UnknownElement", "unknown element " + shown(name) + instead);
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

// The last one stated.
void Reader::check_duplicate() {
  const auto last = static_cast<Position>(document_.resources.size() - 1);
  const Position earlier = stated_.put(document_.resources, last);
  if (earlier == last) return;
  const Resource& resource = document_.resources.back();
  refuse(resource.at, "Duplicate",
         resource.id().to_string() + " is already stated at " + document_.resources[earlier].at.to_string() +
             "; state it once in a file");
  // Which of the two is meant, and whether the other was to have another key, can't be known.
  left_out_.add(*resource.type, resource.key);
  left_out_.add_any(*resource.type);
  document_.resources.pop_back();
}

}  // namespace

Result<Document, Diagnostics> read_document(const Schema& schema, std::string_view text, const FileName& file,
                                            Source source) {
  Reading reading = read_what_is_left(schema, text, file, source);
  if (reading.is_whole()) return std::move(reading.document);
  return in_order(std::move(reading.faults), reading.document.files);
}

Reading read_what_is_left(const Schema& schema, std::string_view text, const FileName& file, Source source) {
  return Reader(schema, text, file, source).read();
}

}  // namespace portreeve::dsc
