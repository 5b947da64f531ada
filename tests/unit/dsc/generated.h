// Documents by chance, from a seed: for tests of properties that hold for every document.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "dsc/resource.h"

namespace portreeve::dsc::testing {

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t limit) { return limit == 0 ? 0 : static_cast<std::uint32_t>(random_() % limit); }
  bool one_in(std::uint32_t count) { return below(count) == 0; }

  // Inside <Configuration>: up to four cables, hubs of them, lamps on those and tasks, some of these absent, so that
  // references hold and no id stands twice. Two calls make documents that have many ids in common.
  std::string valid_inside();

  // The same, in one of two spoilt once or more: a value, a name, a character; references may dangle.
  std::string maybe_spoilt_inside();

 private:
  std::string cable(int number);
  std::string hub(int number, const std::string& cable);
  std::string spool(const std::string& hub, int number);
  std::string frame(const std::string& hub);
  std::string lamp(const std::string& hub, int number);
  void spoil(std::string& text);

  std::mt19937 random_;
};

}  // namespace portreeve::dsc::testing
