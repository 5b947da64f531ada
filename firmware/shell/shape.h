// From what the daemon shows to what a cmdlet shows.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/object.h"

namespace portreeve::shell {

// Copies properties from what the daemon showed to what the cmdlet shows.
class Shaper {
 public:
  Shaper(const Object& from, const View& view) : from_(from) { made_.view = &view; }

  Shaper& same(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) put(name, value(name));
    return *this;
  }
  Shaper& put(std::string_view name, Value value) {
    made_.properties.emplace_back(name, std::move(value));
    return *this;
  }
  Shaper& as_text(std::string_view name) { return put(name, from_.text(name)); }
  // Blank where the list is empty, which other lists show as {}.
  Shaper& list_or_blank(std::string_view name) {
    const Value* list = from_.find(name);
    const auto* texts = list != nullptr ? std::get_if<std::vector<std::string>>(list) : nullptr;
    return put(name, texts != nullptr && !texts->empty() ? *list : Value());
  }
  [[nodiscard]] Value value(std::string_view name) const {
    const Value* found = from_.find(name);
    return found != nullptr ? *found : Value();
  }
  [[nodiscard]] std::uint64_t number(std::string_view name) const {
    const Value found = value(name);
    const auto* number = std::get_if<std::uint64_t>(&found);
    return number != nullptr ? *number : 0;
  }
  Object take() { return std::move(made_); }

 private:
  const Object& from_;
  Object made_;
};

// Microseconds since 1970 as people and scripts read them; never: blank.
Value time_of(std::uint64_t microseconds);

// "10 Gbps", "2.5 Gbps", "100 Mbps", as Get-NetAdapter says it; unknown: blank.
Value link_speed(std::uint64_t megabits);

// As people count: Port2 before Port10.
void sort_by(std::string_view property, std::vector<Object>& objects);

// Those whose `key` is as the parameter of that name says (wildcards are), all where it was not given; an error where
// one is asked for by its whole name and is not there.
Result<std::vector<Object>, ShellError> named(std::vector<Object> objects, const Bound& arguments, std::string_view key,
                                              const std::string& kind, std::string_view lister);

Outcome shown(const std::vector<Object>& objects, Object (*shape)(const Object&));

}  // namespace portreeve::shell
