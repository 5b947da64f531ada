// Is this text well-formed XML of the kind we take? Asked before tinyxml2 sees it, which lets pass what must be refused
// (two roots, a DOCTYPE, unknown entities, text around the root, bad UTF-8), reports a mismatched close tag at the
// opening line, and is slow or big on hostile input (attributes compared pairwise, 100 octets a node).
//
// XML 1.0 (fifth edition) without DTDs and processing instructions, UTF-8 only, within the limits below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/result.h"

namespace portreeve::dsc {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";               // XML 1.0 §2.3
inline constexpr std::size_t kMaximumDocument = std::size_t{16} << 20U;  // octets
inline constexpr std::size_t kMaximumDepth = 32;
inline constexpr std::size_t kMaximumAttributes = 64;    // of one element
inline constexpr std::size_t kMaximumNodes = 1'000'000;  // elements, attributes, texts and comments

struct XmlFault {
  std::size_t offset = 0;  // in the text
  std::string code;        // "Malformed" | "NotUtf8" | "NotAllowed" | "TooDeep" | "TooLarge"
  std::string text;
};

// Text of a document as an error quotes it: 'text', printable and cut.
std::string shown(std::string_view text);

// A well-formed document, and where it can be cut: read whole, tinyxml2's tree is five times as large as its text.
struct WellFormed {
  bool is_ascii = true;           // every character is one octet
  std::size_t root = 0;           // where the root element begins
  std::size_t inside = 0;         // behind its start tag
  std::size_t children = 0;       // elements in it
  std::vector<std::size_t> cuts;  // behind children, so that a portion between two of them has some ten thousand octets
};

Result<WellFormed, XmlFault> check_well_formed(std::string_view text);

}  // namespace portreeve::dsc
