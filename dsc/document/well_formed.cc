#include "dsc/document/well_formed.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

using Checked = Result<void, XmlFault>;

// Of a portion, in octets.
constexpr std::size_t kPortion = 32768;

constexpr std::string_view kBom = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Names are compared with the schema's later; here they only need an end. Anything beyond ASCII may stand in one.
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) {
  static constexpr auto kNameCharacters = [] {
    std::array<bool, 256> all{};
    for (std::size_t octet = 0; octet < all.size(); ++octet) {
      all[octet] = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= ':') ||
                   octet == '_' || octet == '-' || octet == '.' || octet >= 0x80;
    }
    return all;
  }();
  return kNameCharacters[static_cast<unsigned char>(c)];
}

// Whether all of these octets, most of a document's, are ASCII and no control characters.
bool are_plain(const char* eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  std::uint64_t octets = 0;
  std::memcpy(&octets, eight, sizeof octets);
  // With its highest bit set, one of 0x20 and more keeps it when 0x20 is taken off; none borrows from the next.
  return (octets & (kEach * 0x80)) == 0 && (~((octets | kEach * 0x80) - kEach * 0x20) & (kEach * 0x80)) == 0;
}

// What ends a run of text between tags.
bool is_text_end(char c) { return c == '<' || c == '&' || c == ']'; }

// XML 1.0 §2.2, production [2].
bool is_xml_character(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code < 0xD800 || (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<WellFormed, XmlFault> check();

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  [[nodiscard]] char after_next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }
  [[nodiscard]] bool is_next(std::string_view token) const {
    return text_.size() - at_ >= token.size() && std::memcmp(text_.data() + at_, token.data(), token.size()) == 0;
  }
  bool take(std::string_view token);
  bool skip_space();
  std::string_view take_name();
  [[nodiscard]] XmlFault fault(std::string text, const char* code = "Malformed") const {
    return {at_, code, std::move(text)};
  }
  bool count_node() { return ++nodes_ <= kMaximumNodes; }
  [[nodiscard]] XmlFault too_many_nodes() const;
  void note_child();

  Checked characters();
  Checked declaration();
  Checked declared(std::string_view name, std::string_view value) const;
  Checked between_elements(bool before_root);
  Checked markup_that_is_no_element();
  Checked up_to(std::string_view end, const char* what);
  Checked comment();
  Checked content();
  Checked start_tag();
  Checked attributes();
  Checked attribute();
  Checked end_tag();
  Checked reference();
  Checked character_reference(std::string_view digits) const;

  struct Open {
    std::string_view name;
    std::size_t at;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  WellFormed found_;
  std::vector<std::string_view> attribute_names_;  // of the tag in work
};

bool Scanner::take(std::string_view token) {
  if (!is_next(token)) return false;
  at_ += token.size();
  return true;
}

bool Scanner::skip_space() {
  const std::size_t begin = at_;
  while (!at_end() && is_space(text_[at_])) ++at_;
  return at_ != begin;
}

std::string_view Scanner::take_name() {
  const std::size_t begin = at_;
  if (is_name_start(peek())) {
    while (!at_end() && is_name(text_[at_])) ++at_;
  }
  return text_.substr(begin, at_ - begin);
}

XmlFault Scanner::too_many_nodes() const {
  return fault("the document has more than " + std::to_string(kMaximumNodes) +
                   " elements and attributes; split it into several files",
               "TooLarge");
}

// An element has ended here.
void Scanner::note_child() {
  if (open_.size() != 1) return;
  ++found_.children;
  if (at_ - (found_.cuts.empty() ? found_.inside : found_.cuts.back()) >= kPortion) found_.cuts.push_back(at_);
}

Checked Scanner::characters() {
  for (at_ = 0; !at_end();) {
    const auto lead = static_cast<unsigned char>(text_[at_]);
    if (text_.size() - at_ >= 8 && are_plain(text_.data() + at_)) {
      at_ += 8;
      continue;
    }
    if (lead >= 0x20 && lead < 0x80) {
      ++at_;
      continue;
    }
    const std::size_t length = utf8_sequence(rest());
    if (length == 0) return fault("the text is not UTF-8 here; save the document as UTF-8", "NotUtf8");
    const bool is_noncharacter = is_next("\xEF\xBF\xBE") || is_next("\xEF\xBF\xBF");
    if (is_noncharacter || (length == 1 && !is_xml_character(lead))) {
      return fault("a control character (" + printable(rest().substr(0, length)) + ") cannot stand in XML");
    }
    at_ += length;
    if (length > 1) found_.is_ascii = false;
  }
  at_ = 0;
  return {};
}

Checked Scanner::declared(std::string_view name, std::string_view value) const {
  if (name == "version") {
    if (value == "1.0") return {};
    return fault("XML version " + shown(value) + " is not taken; allowed: 1.0", "NotAllowed");
  }
  if (name == "encoding") {
    constexpr std::string_view kUtf8 = "utf-8";
    const bool is_utf8 = std::equal(value.begin(), value.end(), kUtf8.begin(), kUtf8.end(),
                                    [](char a, char b) { return (a | 0x20) == b; }) ||
                         value == "UTF-8";
    if (is_utf8) return {};
    return fault("encoding " + shown(value) + " is not taken; allowed: UTF-8", "NotUtf8");
  }
  if (name == "standalone" && (value == "yes" || value == "no")) return {};
  return fault("the XML declaration is wrong; write <?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

// <?xml version="1.0" encoding="UTF-8"?>
Checked Scanner::declaration() {
  constexpr std::array<std::string_view, 3> kNames = {"version", "encoding", "standalone"};
  std::size_t next = 0;
  while (skip_space() && !is_next("?>")) {
    const std::size_t begin = at_;
    const std::string_view name = take_name();
    const auto known = static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
    skip_space();
    const bool equals = take("=");
    skip_space();
    const char quote = peek();
    const std::size_t end = quote == '"' || quote == '\'' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    // In this order, each once, and the version always (XML 1.0 §2.8).
    if (known >= kNames.size() || known < next || (next == 0 && known != 0) || !equals ||
        end == std::string_view::npos) {
      at_ = begin;
      return declared({}, {});
    }
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    ++at_;
    if (auto good = declared(name, value); !good) return good;
    at_ = end + 1;
    next = known + 1;
  }
  if (next == 0 || !take("?>")) return declared({}, {});
  return {};
}

Checked Scanner::up_to(std::string_view end, const char* what) {
  const std::size_t found = text_.find(end, at_);
  if (found == std::string_view::npos) return fault(std::string(what) + " is not closed by " + std::string(end));
  at_ = found + end.size();
  return {};
}

Checked Scanner::comment() {
  if (!count_node()) return too_many_nodes();
  const std::size_t begin = at_;
  at_ += std::string_view("<!--").size();
  const std::size_t dashes = text_.find("--", at_);
  if (dashes == std::string_view::npos) {
    at_ = begin;
    return fault("the comment is not closed by -->");
  }
  at_ = dashes;
  if (!take("-->")) return fault("'--' cannot stand within a comment");
  return {};
}

Checked Scanner::markup_that_is_no_element() {
  if (is_next("<!DOCTYPE")) {
    return fault("a DOCTYPE is not allowed: there are no entities or DTDs here; remove it", "NotAllowed");
  }
  if (is_next("<?xml") && !is_name(rest().size() > 5 ? text_[at_ + 5] : '\0')) {
    return fault("the XML declaration can only stand at the very beginning");
  }
  if (is_next("<?")) return fault("a processing instruction is not allowed; remove it", "NotAllowed");
  return fault("this is neither an element nor a comment");
}

Checked Scanner::between_elements(bool before_root) {
  while (true) {
    skip_space();
    if (is_next("<!--")) {
      if (auto good = comment(); !good) return good;
      continue;
    }
    if (at_end()) return {};
    if (is_next("<!") || is_next("<?")) return markup_that_is_no_element();
    if (before_root && peek() == '<') return {};
    if (before_root) return fault("text before the root element; a document begins with <Configuration …>");
    if (is_next("</")) return fault("a closing tag that nothing opened");
    if (peek() == '<') return fault("a second root element; a document has one <Configuration>");
    return fault("text after the root element");
  }
}

Checked Scanner::character_reference(std::string_view digits) const {
  const bool is_hexadecimal = digits.starts_with('x');
  if (is_hexadecimal) digits.remove_prefix(1);
  std::uint32_t code = 0;
  bool good = !digits.empty() && digits.size() <= 8;
  for (const char c : digits) {
    if (!good) break;
    const char low = static_cast<char>(c | 0x20);
    const bool is_letter = is_hexadecimal && low >= 'a' && low <= 'f';
    good = (c >= '0' && c <= '9') || is_letter;
    code = code * (is_hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(is_letter ? low - 'a' + 10 : c - '0');
  }
  if (!good || !is_xml_character(code)) return fault("this character reference names no character");
  return {};
}

Checked Scanner::reference() {
  constexpr std::array<std::string_view, 5> kEntities = {"lt", "gt", "amp", "quot", "apos"};
  constexpr std::size_t kLongest = 64;
  const std::size_t end = rest().substr(0, kLongest).find(';');
  if (end == std::string_view::npos) return fault("'&' begins no entity; write &amp; for the character itself");
  const std::string_view name = rest().substr(1, end - 1);
  if (name.starts_with('#')) {
    if (auto good = character_reference(name.substr(1)); !good) return good;
  } else if (std::find(kEntities.begin(), kEntities.end(), name) == kEntities.end()) {
    return fault("unknown entity " + shown(rest().substr(0, end + 1)) +
                 "; allowed: &lt; &gt; &amp; &quot; &apos; and character references as &#176;");
  }
  at_ += end + 1;
  return {};
}

Checked Scanner::attribute() {
  if (!count_node()) return too_many_nodes();
  const std::size_t begin = at_;
  const std::string_view name = take_name();
  if (name.empty()) return fault("an attribute or the end of the tag is expected here");
  if (std::find(attribute_names_.begin(), attribute_names_.end(), name) != attribute_names_.end()) {
    at_ = begin;
    return fault("attribute " + shown(name) + " stands twice in this element");
  }
  if (attribute_names_.size() == kMaximumAttributes) {
    at_ = begin;
    return fault("more than " + std::to_string(kMaximumAttributes) + " attributes in one element", "TooLarge");
  }
  attribute_names_.push_back(name);
  skip_space();
  if (!take("="))
    return fault("attribute " + shown(name) + " has no value; write " + std::string(printable(name, 64)) + "=\"…\"");
  skip_space();
  const char quote = peek();
  if (quote != '"' && quote != '\'') return fault("the value of attribute " + shown(name) + " must stand in quotes");
  const std::size_t opened = at_++;
  while (peek() != quote || at_end()) {
    while (!at_end() && text_[at_] != quote && text_[at_] != '<' && text_[at_] != '&') ++at_;
    if (at_end() || peek() == '<') {
      // On another line it is nearly always the closing quote that was forgotten: look where it opened.
      if (at_end() || text_.substr(opened, at_ - opened).find('\n') != std::string_view::npos) at_ = opened;
      return fault("'<' in the value of attribute " + shown(name) + ", or its closing quote is missing");
    }
    if (peek() == '&') {
      if (auto good = reference(); !good) return good;
    }
  }
  ++at_;
  return {};
}

Checked Scanner::attributes() {
  attribute_names_.clear();
  while (true) {
    const bool parted = skip_space();
    if (at_end() || peek() == '>' || peek() == '/') return {};
    if (!parted) return fault("white space is missing between attributes");
    if (auto good = attribute(); !good) return good;
  }
}

Checked Scanner::start_tag() {
  if (!count_node()) return too_many_nodes();
  const std::size_t begin = at_;
  ++at_;
  const std::string_view name = take_name();
  if (name.empty()) {
    at_ = begin;
    return fault("'<' begins no element; write &lt; for the character itself");
  }
  if (open_.size() == kMaximumDepth) {
    at_ = begin;
    return fault("elements are nested deeper than " + std::to_string(kMaximumDepth), "TooDeep");
  }
  if (auto good = attributes(); !good) return good;
  if (take("/>")) {
    note_child();
    return {};
  }
  if (take(">")) {
    open_.push_back({name, begin});
    return {};
  }
  if (at_end()) at_ = begin;
  return fault("the tag <" + printable(name, 64) + "> is not closed by '>'");
}

Checked Scanner::end_tag() {
  const std::size_t begin = at_;
  at_ += 2;
  const std::string_view name = take_name();
  skip_space();
  const bool closed = take(">");
  const std::string_view opened = open_.back().name;
  if (name != opened || !closed) {
    at_ = begin;
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(open_.back().at), '\n');
    return fault("</" + printable(opened, 64) + "> is expected here, to close the element of line " +
                 std::to_string(line) + "; found " + (closed ? "</" + printable(name, 64) + ">" : "a tag without '>'"));
  }
  open_.pop_back();
  note_child();
  return {};
}

Checked Scanner::content() {
  while (!open_.empty()) {
    const std::size_t begin = at_;
    while (!at_end() && !is_text_end(text_[at_])) ++at_;
    if (at_end()) {
      at_ = open_.back().at;
      return fault("<" + printable(open_.back().name, 64) + "> is never closed");
    }
    if (at_ != begin) {
      if (!count_node()) return too_many_nodes();
    }
    Checked good;
    if (peek() == ']') {
      if (is_next("]]>")) return fault("']]>' cannot stand in text; write ]]&gt;");
      ++at_;
    } else if (peek() == '&') {
      good = reference();
    } else if (after_next() == '/') {
      good = end_tag();
    } else if (after_next() != '!' && after_next() != '?') {
      good = start_tag();
    } else if (is_next("<!--")) {
      good = comment();
    } else if (is_next("<![CDATA[")) {
      good = up_to("]]>", "the CDATA section");
    } else {
      good = markup_that_is_no_element();
    }
    if (!good) return good;
  }
  return {};
}

Result<WellFormed, XmlFault> Scanner::check() {
  PORTREEVE_TRY_VOID(characters());
  take(kBom);
  if (is_next("<?xml") && rest().size() > 5 && is_space(text_[at_ + 5])) {
    at_ += std::string_view("<?xml").size();
    PORTREEVE_TRY_VOID(declaration());
  }
  PORTREEVE_TRY_VOID(between_elements(true));
  if (at_end()) return fault("the document is empty; it needs a <Configuration …> element");
  found_.root = at_;
  PORTREEVE_TRY_VOID(start_tag());
  found_.inside = at_;
  PORTREEVE_TRY_VOID(content());
  PORTREEVE_TRY_VOID(between_elements(false));
  return std::move(found_);
}

}  // namespace

std::string shown(std::string_view text) { return "'" + printable(text, 64) + "'"; }

Result<WellFormed, XmlFault> check_well_formed(std::string_view text) {
  if (text.size() > kMaximumDocument) {
    return XmlFault{0, "TooLarge",
                    "the document has " + std::to_string(text.size()) +
                        " octets; allowed: " + std::to_string(kMaximumDocument) + " (16 MiB)"};
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return XmlFault{0, "NotUtf8", "the text is UTF-16; save the document as UTF-8"};
  }
  return Scanner(text).check();
}

}  // namespace portreeve::dsc
