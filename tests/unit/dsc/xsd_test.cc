#include "dsc/xsd.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "dsc/document/reader.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/unit/dsc/generated.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(Xsd) {
  fakes::TemporaryDirectory temporary;
  const std::filesystem::path directory = temporary.path();

  void setup() override { temporary.put("schema.xsd", write_xsd(test_schema())); }

  // What xmllint says to the documents, and its exit status in the last line.
  [[nodiscard]] std::string xmllint(const std::vector<std::string>& documents) const {
    std::string command = "cd " + directory.string() + " && xmllint --noout --schema schema.xsd";
    for (std::size_t i = 0; i < documents.size(); ++i) {
      std::ofstream(directory / (std::to_string(i) + ".xml")) << documents[i];
      command += " " + std::to_string(i) + ".xml";
    }
    FILE* const pipe = popen((command + " 2>&1; echo status $?").c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    pclose(pipe);
    return output;
  }
};

TEST(Xsd, IsTakenByXmllint) {
  STRCMP_EQUAL("0.xml validates\nstatus 0\n", xmllint({document_text("<Cable Name='c'/>")}).c_str());
}

TEST(Xsd, DocumentsEveryProperty) {
  const std::string xsd = write_xsd(test_schema());
  STRCMP_CONTAINS("<xs:documentation xml:lang=\"en\">Metres. Allowed: 0 or 3-100.</xs:documentation>", xsd.c_str());
  STRCMP_CONTAINS("Whose it is. Required unless Ensure is Absent. Allowed: 1-65534", xsd.c_str());
}

// For generated documents, spoilt by chance, xmllint and the reader agree, but for what xsd.h lists.
TEST(Xsd, AgreesWithTheReader) {
  Generator by_chance(4);
  std::vector<std::string> documents;
  for (int i = 0; i < 10000; ++i) documents.push_back(document_text(by_chance.maybe_spoilt_inside()));
  std::istringstream lines(xmllint(documents));
  std::set<std::string> verdicts;
  for (std::string line; std::getline(lines, line);) verdicts.insert(line);
  const std::set<std::string> only_ours = {"MissingAttribute", "MissingElement", "Duplicate", "TooManyAttributes"};
  int valid = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const bool theirs = verdicts.contains(std::to_string(i) + ".xml validates");
    const auto ours = read_document(test_schema(), documents[i], "d", Source::Dsc);
    valid += ours ? 1 : 0;
    if (ours) CHECK_TEXT(theirs, documents[i].c_str());
    if (ours || !theirs) continue;
    for (const Diagnostic& fault : ours.error()) {
      const bool is_listed =
          only_ours.contains(fault.code) || fault.text.find("ends before it begins") != std::string::npos;
      CHECK_TEXT(is_listed, (fault.to_string() + "\n" + documents[i]).c_str());
    }
  }
  CHECK(valid > 2500);
  CHECK(valid < 7500);
}
