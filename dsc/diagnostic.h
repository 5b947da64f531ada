// What is wrong with a document, said so that its author can mend it: the place, what was found, what is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace portreeve::dsc {

// The name of a file, shared by every place in it: a document of 10,000 resources has 60,000 of them.
class FileName {
 public:
  FileName() = default;
  FileName(std::string name)  // NOLINT(google-explicit-constructor): it is a string, only shared
      : name_(std::make_shared<const std::string>(std::move(name))) {}
  FileName(const char* name) : FileName(std::string(name)) {}  // NOLINT(google-explicit-constructor): as above

  [[nodiscard]] const std::string& str() const;
  operator const std::string&() const { return str(); }  // NOLINT(google-explicit-constructor): as above

  friend bool operator==(const FileName& a, const FileName& b) { return a.name_ == b.name_ || a.str() == b.str(); }

 private:
  std::shared_ptr<const std::string> name_;
};

struct Location {
  FileName file;             // as the user named it; "user.xml" for the user layer, "-" for text sent over D-Bus
  std::uint32_t line = 0;    // from 1; 0 where the whole file is meant (unreadable, too large)
  std::uint32_t column = 0;  // from 1, in characters; 0 as above

  // "FILE:LINE:COLUMN"; "FILE" where the whole file is meant
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Location&, const Location&) = default;
};

struct Diagnostic {
  Location at;
  std::string code;  // stable CamelCase word for programs: "UnknownAttribute", "OutOfRange", "Duplicate", …
  std::string text;  // one line for people: the resource, what was found, what is allowed

  // "FILE:LINE:COLUMN: error: TEXT"
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

// After so many faults the rest is not listed, and the last diagnostic says so.
inline constexpr std::size_t kMaximumDiagnostics = 1000;

// Faults as they are told: by file in the order of `files`, then by line and column; none twice, and only so many.
Diagnostics in_order(Diagnostics faults, std::span<const FileName> files);

}  // namespace portreeve::dsc
