#include <fstream>
#include <string>

#include "firmware/runtime/descriptors.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

namespace {

long table_size() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("FDSize:")) return std::stol(line.substr(7));
  }
  return 0;
}

}  // namespace

TEST_GROUP(Descriptors){};

TEST(Descriptors, TheTableIsMadeForThousandsAndNoneIsTaken) {
  runtime::prepare_descriptors();
  CHECK(table_size() >= 4096);
}
