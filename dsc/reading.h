// A document as far as it can be read: what nothing is wrong with, what is wrong with the rest, and what is known of
// the rest. So its other faults can be told at once (layers.h, assembly.h), and none that only follow from these.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/resource.h"

namespace portreeve::dsc {

// Resources that are left out because of their faults.
class LeftOut {
 public:
  void add(const ResourceType& type, std::string key);
  void add_any(const ResourceType& type);  // its key can't be known
  void add_anything();                     // nor its type
  // One that is stated, and what is good of it: what it refers to is looked at, for that may be wrong, too.
  void add_statement(Resource statement, bool has_key);

  [[nodiscard]] bool empty() const { return known_.empty() && types_.empty() && !anything_; }
  [[nodiscard]] bool has(const Resource& resource) const;
  // Whether it may be one of them: a reference to it is then not known to dangle.
  [[nodiscard]] bool may_have(std::string_view type, std::string_view key) const;
  [[nodiscard]] bool may_have(std::string_view type) const;  // any of that type
  [[nodiscard]] std::vector<std::string_view> known_keys(std::string_view type) const;

  struct Statement {
    Resource resource;  // what is good of it
    bool has_key = false;
  };
  [[nodiscard]] const std::vector<Statement>& statements() const { return statements_; }

  // `document` lies over what these were left out of, and `upper` is left out of it. What is absent in it is not there,
  // whatever it was.
  void lay_over(const Document& document, LeftOut upper);

 private:
  std::set<ResourceId> known_;
  std::set<std::string, std::less<>> types_;
  bool anything_ = false;
  std::vector<Statement> statements_;
};

struct Reading {
  Reading() = default;
  Reading(Document whole)  // NOLINT(google-explicit-constructor): a document that nothing is wrong with
      : document(std::move(whole)) {}
  // Of a file in which all is one fault.
  static Reading nothing_of(FileName file, Diagnostic fault);

  [[nodiscard]] bool is_whole() const { return faults.empty(); }

  Document document;
  Diagnostics faults;
  LeftOut left_out;
};

}  // namespace portreeve::dsc
