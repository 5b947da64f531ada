// What a change is to be, worked out before anything is done: documents read, laid over each other, checked, compared
// with what is in force. Pure functions of values that are shared and not changed, for they run beside the event loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsc/assembly.h"
#include "dsc/difference.h"
#include "dsc/resource.h"
#include "dsc/storage.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// What is in force.
struct Standing {
  std::shared_ptr<const Configuration> drop_ins = std::make_shared<const Configuration>();  // merged
  std::shared_ptr<const Document> user = std::make_shared<const Document>();
  std::shared_ptr<const Configuration> effective = std::make_shared<const Configuration>();
};

// A document as it is stored, and the digest that the history knows it by.
struct StoredText {
  Content content;  // null: none
  std::string digest;
};

struct Prepared {
  std::optional<Error> refusal;  // then there is nothing else but `faults`
  Diagnostics faults;            // of the documents
  Diagnostics overridden;        // where one of the drop-ins says something else than an earlier one
  Standing next;                 // what is in force once it is done; what does not change is shared with what was
  StoredText user_text;          // of next.user, where that is another
  StoredText drop_ins_text;      // of next.drop_ins, where they are others
  Difference difference;         // between what is in force and next.effective
};

// Edits the user layer: gets a copy of the user layer's document, what the drop-ins alone make, and the effective
// configuration; returns why it refuses, or nothing. Pure: it runs beside the event loop.
using Edit = std::function<Result<>(Document& user, const Configuration& drop_ins, const Configuration& effective)>;

// With neither refusal nor user_text: nothing changes.
Prepared prepare_edit(const Assembler& assembler, const Standing& now, const Edit& edit);

// A new user layer in place of the present one. Everything is tested, not only what is different.
Prepared prepare_user_layer(const Assembler& assembler, const Standing& now, Reading user);
// The same of one that was stored, and that the history knows by its digest.
Prepared prepare_restored(const Assembler& assembler, const Standing& now, const SourceFile& file,
                          const std::string& digest);

// The same for a preview: what would be done, with nothing kept for doing it.
Prepared prepare_preview(const Assembler& assembler, const Standing& now, const SourceFile& file);

// What is wrong with such a user layer.
Diagnostics check_user_layer(const Assembler& assembler, const Standing& now, Reading user);

// New drop-ins below the present user layer; `also` is another user layer with which they must be valid, too.
Prepared prepare_drop_ins(const Assembler& assembler, const Standing& now, const std::vector<SourceFile>& files,
                          const std::shared_ptr<const Document>& also);

// Back to a user layer that stood before. It is not refused, unless its references dangle.
Prepared prepare_return(const Assembler& assembler, const Standing& now, std::shared_ptr<const Document> user);

struct Boot {
  Prepared prepared;
  std::string drop_ins_name;
  std::string user_name;
  bool has_newest_drop_ins = false;
  bool has_newest_user = false;
  bool is_nothing = false;  // no combination was valid
};

// `standing` is what stands of ours since before the restart.
Boot prepare_boot(const Assembler& assembler, const Layers& layers, std::vector<Resource> standing);

}  // namespace portreeve::dsc
