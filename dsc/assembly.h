// From the files of all layers to the configuration that is to run: read, merged, resolved, checked by the providers'
// rules; and at boot, when they are not valid together, the best combination that is. Pure: it runs beside the event
// loop, too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dsc/layers.h"
#include "dsc/provider.h"
#include "dsc/reading.h"
#include "dsc/resource.h"
#include "dsc/source_file.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// What to start from: the drop-ins lowest layer first, and what the state directory holds.
struct Layers {
  std::vector<SourceFile> drop_ins;              // in merge order, hidden ones already left out
  std::optional<SourceFile> user;                // user.xml
  std::optional<SourceFile> last_good_drop_ins;  // last-good.xml: the drop-ins' merge that was last applied
  std::optional<SourceFile> previous_user;       // the user layer before the last change: History::previous_file
  std::optional<SourceFile> history;             // history.xml
};

struct Assembly {
  Document drop_ins;
  Document user;
  Configuration effective;
  std::string drop_ins_name = "no drop-ins";  // which ones these are, in words
  std::string user_name = "no user layer";
  bool has_newest_drop_ins = false;
  bool has_newest_user = false;  // `user` is what user.xml says
  bool is_nothing = true;        // no combination was valid
  Diagnostics overridden;        // where one of the drop-ins says something else than an earlier one
};

class Assembler {
 public:
  Assembler(const Schema& schema, std::vector<Rule> rules) : schema_(schema), rules_(std::move(rules)) {}

  [[nodiscard]] const Schema& schema() const { return schema_; }

  // One file; all files of the drop-ins, merged. As far as they can be read, with every file's faults.
  [[nodiscard]] Reading read(const SourceFile& file, Source source) const;
  [[nodiscard]] Reading read_drop_ins(const std::vector<SourceFile>& files, Diagnostics* overridden = nullptr) const;

  // The effective configuration of drop-ins and user layer, its references resolved; or their own faults and those of
  // their references.
  [[nodiscard]] Result<Configuration, Diagnostics> combine(Reading drop_ins, Reading user) const;
  [[nodiscard]] Resolved combine_what_is_left(Reading drop_ins, Reading user) const;
  // What the rules say to it.
  [[nodiscard]] Diagnostics check(const Configuration& configuration) const;
  // All of that.
  [[nodiscard]] Result<Configuration, Diagnostics> combine_and_check(Reading drop_ins, Reading user) const;

  // What is wrong with the newest layers goes to `faults`; the best that is valid is returned. An operator's latest
  // words weigh more than the newest drop-ins, since they can be of this minute.
  [[nodiscard]] Assembly boot(const Layers& layers, Diagnostics& faults) const;

 private:
  const Schema& schema_;
  std::vector<Rule> rules_;
};

}  // namespace portreeve::dsc
