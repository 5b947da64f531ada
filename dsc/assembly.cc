#include "dsc/assembly.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "dsc/document/reader.h"

namespace portreeve::dsc {
namespace {

struct Candidate {
  const Reading* drop_ins;
  const char* drop_ins_name;
  const Reading* user;
  const char* user_name;
};

}  // namespace

Reading Assembler::read(const SourceFile& file, Source source) const {
  if (!file.unreadable.empty()) {
    return Reading::nothing_of(file.path, {{file.path, 0, 0}, "Unreadable", "cannot be read: " + file.unreadable});
  }
  return read_what_is_left(schema_, file.content, file.path, source);
}

Reading Assembler::read_drop_ins(const std::vector<SourceFile>& files, Diagnostics* overridden) const {
  std::vector<Reading> readings;
  readings.reserve(files.size());
  for (const SourceFile& file : files) readings.push_back(read(file, Source::Dsc));
  return merge_what_is_left(std::move(readings), overridden);
}

Result<Configuration, Diagnostics> Assembler::combine(Reading drop_ins, Reading user) const {
  return whole(combine_what_is_left(std::move(drop_ins), std::move(user)));
}

Resolved Assembler::combine_what_is_left(Reading drop_ins, Reading user) const {
  std::vector<Reading> layers;
  layers.push_back(std::move(drop_ins));
  layers.push_back(std::move(user));
  return resolve_what_is_left(schema_, merge_what_is_left(std::move(layers)));
}

Diagnostics Assembler::check(const Configuration& configuration) const {
  Diagnostics faults;
  for (const Rule& rule : rules_) rule(configuration, faults);
  return faults;
}

Result<Configuration, Diagnostics> Assembler::combine_and_check(Reading drop_ins, Reading user) const {
  Resolved both = combine_what_is_left(std::move(drop_ins), std::move(user));
  Diagnostics wrong = check(both.configuration);
  std::move(wrong.begin(), wrong.end(), std::back_inserter(both.faults));
  return whole(std::move(both));
}

Assembly Assembler::boot(const Layers& layers, Diagnostics& faults) const {
  const Reading nothing;
  const auto read_optional = [&](const std::optional<SourceFile>& file, Source source) {
    return file ? read(*file, source) : Reading();
  };
  Diagnostics overridden;
  const Reading newest = read_drop_ins(layers.drop_ins, &overridden);
  const Reading user = read_optional(layers.user, Source::User);
  const Reading last_good = read_optional(layers.last_good_drop_ins, Source::Dsc);
  const Reading previous_user = read_optional(layers.previous_user, Source::User);

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
  for (const Candidate& candidate : candidates) {
    // A file that is not there is no configuration to fall back to.
    const bool is_there = (candidate.drop_ins != &last_good || layers.last_good_drop_ins) &&
                          (candidate.user != &previous_user || layers.previous_user);
    // The first is the one whose faults are told, all of them.
    const bool is_first = &candidate == candidates.data();
    if (!is_there || !(is_first || (candidate.drop_ins->is_whole() && candidate.user->is_whole()))) continue;
    auto effective = combine_and_check(*candidate.drop_ins, *candidate.user);
    if (effective) {
      return {candidate.drop_ins->document,
              candidate.user->document,
              std::move(*effective),
              candidate.drop_ins_name,
              candidate.user_name,
              candidate.drop_ins == &newest,
              candidate.user == &user,
              false,
              candidate.drop_ins == &newest ? overridden : Diagnostics()};
    }
    if (is_first) faults = effective.error();
  }
  return {};
}

}  // namespace portreeve::dsc
