#include "dsc/assembly.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "dsc/document/reader.h"
#include "dsc/layers.h"

namespace portreeve::dsc {
namespace {

using Read = Result<Document, Diagnostics>;

void append(Diagnostics& to, const Diagnostics& from) { to.insert(to.end(), from.begin(), from.end()); }

struct Candidate {
  const Read* drop_ins;
  const char* drop_ins_name;
  const Read* user;
  const char* user_name;
};

}  // namespace

Read Assembler::read(const SourceFile& file, Source source) const {
  if (!file.unreadable.empty()) {
    return Diagnostics{{{file.path, 0, 0}, "Unreadable", "cannot be read: " + file.unreadable}};
  }
  return read_document(schema_, file.content, file.path, source);
}

Read Assembler::read_drop_ins(const std::vector<SourceFile>& files, Diagnostics* overridden) const {
  std::vector<Document> documents;
  Diagnostics faults;
  for (const SourceFile& file : files) {
    auto document = read(file, Source::Dsc);
    if (document) {
      documents.push_back(std::move(*document));
    } else {
      append(faults, document.error());
    }
  }
  if (!faults.empty()) return faults;
  return merge(std::move(documents), overridden);
}

Result<Configuration, Diagnostics> Assembler::combine(Document drop_ins, Document user) const {
  std::vector<Document> layers;
  layers.push_back(std::move(drop_ins));
  layers.push_back(std::move(user));
  return resolve(schema_, merge(std::move(layers)));
}

Diagnostics Assembler::check(const Configuration& configuration) const {
  Diagnostics faults;
  for (const Rule& rule : rules_) rule(configuration, faults);
  return faults;
}

Result<Configuration, Diagnostics> Assembler::combine_and_check(Document drop_ins, Document user) const {
  auto configuration = combine(std::move(drop_ins), std::move(user));
  if (!configuration) return configuration;
  if (Diagnostics faults = check(*configuration); !faults.empty()) return faults;
  return configuration;
}

Assembly Assembler::boot(const Layers& layers, Diagnostics& faults) const {
  const Read nothing = Document{};
  const auto read_optional = [&](const std::optional<SourceFile>& file, Source source) {
    return file ? read(*file, source) : Read(Document{});
  };
  Diagnostics overridden;
  const Read newest = read_drop_ins(layers.drop_ins, &overridden);
  const Read user = read_optional(layers.user, Source::User);
  const Read last_good = read_optional(layers.last_good_drop_ins, Source::Dsc);
  const Read previous_user = read_optional(layers.previous_user, Source::User);

  constexpr const char* kNewest = "the drop-ins";
  constexpr const char* kLastGood = "the last good drop-ins";
  const std::array candidates = {
      Candidate{&newest, kNewest, &user, "the user layer"},
      Candidate{&last_good, kLastGood, &user, "the user layer"},
      Candidate{&newest, kNewest, &previous_user, "the previous user layer"},
      Candidate{&last_good, kLastGood, &previous_user, "the previous user layer"},
      Candidate{&newest, kNewest, &nothing, "no user layer"},
      Candidate{&last_good, kLastGood, &nothing, "no user layer"},
  };
  if (!newest) append(faults, newest.error());
  if (!user) append(faults, user.error());
  for (const Candidate& candidate : candidates) {
    // A file that is not there is no configuration to fall back to.
    const bool is_there = (candidate.drop_ins != &last_good || layers.last_good_drop_ins) &&
                          (candidate.user != &previous_user || layers.previous_user);
    if (!is_there || !*candidate.drop_ins || !*candidate.user) continue;
    auto effective = combine_and_check(**candidate.drop_ins, **candidate.user);
    if (effective) {
      return {**candidate.drop_ins,
              **candidate.user,
              std::move(*effective),
              candidate.drop_ins_name,
              candidate.user_name,
              candidate.drop_ins == &newest,
              candidate.user == &user,
              false,
              candidate.drop_ins == &newest ? overridden : Diagnostics()};
    }
    if (&candidate == candidates.data()) faults = effective.error();
  }
  return {};
}

}  // namespace portreeve::dsc
