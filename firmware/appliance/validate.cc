#include "firmware/appliance/validate.h"

#include <ostream>

#include "dsc/assembly.h"
#include "dsc/read_layers.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::appliance {
namespace {

dsc::Diagnostics faults_of(const std::vector<dsc::SourceFile>& files) {
  const dsc::Assembler assembler(resources::schema(), providers::rules_without_host());
  const auto configuration = assembler.combine_and_check(assembler.read_drop_ins(files), {});
  return configuration ? dsc::Diagnostics() : configuration.error();
}

}  // namespace

int validate_files(const std::vector<std::string>& files, std::ostream& errors) {
  std::vector<dsc::SourceFile> sources;
  sources.reserve(files.size());
  for (const std::string& file : files) {
    auto source = dsc::read_source_file(file);
    sources.push_back(source ? std::move(*source) : dsc::SourceFile{file, file, {}, "there is no such file"});
  }
  const dsc::Diagnostics faults = faults_of(sources);
  for (const dsc::Diagnostic& fault : faults) errors << fault.to_string() << '\n';
  return faults.empty() ? 0 : 1;
}

}  // namespace portreeve::appliance
