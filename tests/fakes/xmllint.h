// What xmllint says to documents by a schema.
#pragma once

#include <array>
#include <cstdio>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/temporary_directory.h"

namespace portreeve::fakes {

class Xmllint {
 public:
  explicit Xmllint(const std::string& xsd) { directory_.put("schema.xsd", xsd); }

  // All of it, and its exit status in the last line. The documents are called 0.xml, 1.xml, …
  [[nodiscard]] std::string says(const std::vector<std::string>& documents) const {
    for (std::size_t i = 0; i < documents.size(); ++i) directory_.put(std::to_string(i) + ".xml", documents[i]);
    const std::string command =
        "cd " + directory_.path() + " && xmllint --noout --nonet --schema schema.xsd *.xml 2>&1; echo status $?";
    FILE* const pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    pclose(pipe);
    return output;
  }

  // The places of the documents that it takes.
  [[nodiscard]] std::vector<bool> takes(const std::vector<std::string>& documents) const {
    std::istringstream lines(says(documents));
    std::set<std::string> verdicts;
    for (std::string line; std::getline(lines, line);) verdicts.insert(line);
    std::vector<bool> taken;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      taken.push_back(verdicts.contains(std::to_string(i) + ".xml validates"));
    }
    return taken;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace portreeve::fakes
