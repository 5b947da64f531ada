// What is to be done to come from one configuration to another, in which order. Pure.
#pragma once

#include <memory>
#include <vector>

#include "dsc/position.h"
#include "dsc/resource.h"

namespace portreeve::dsc {

struct Difference {
  std::shared_ptr<const Configuration> from = std::make_shared<const Configuration>();
  std::shared_ptr<const Configuration> to = std::make_shared<const Configuration>();
  std::vector<Position> removals;       // of `from`, next one last
  std::vector<Position> late_removals;  // the same, but something that stays refers to them until it is changed
  PositionSet changed;                  // of `to`: new or different
  PositionSet to_test;                  // of `to`: those, and what refers to them or to what goes

  // Resources of `from` that `to` does not have are removed unless `keep_removed`.
  static Difference between(std::shared_ptr<const Configuration> from, std::shared_ptr<const Configuration> to,
                            bool keep_removed = false);

  // Tests all of `to`, though nothing changed about it.
  void test_all();

 private:
  void find_changes(bool keep_removed);
  void sort_removals(const std::vector<bool>& stays);
};

}  // namespace portreeve::dsc
