#include "dsc/preparation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dsc/check.h"
#include "dsc/document/writer.h"
#include "dsc/history.h"
#include "dsc/layers.h"

namespace portreeve::dsc {
namespace {

Document document_of(const Configuration& configuration) {
  return {configuration.name, configuration.resources, configuration.files};
}

Error invalid(const Diagnostics& faults) { return {ErrorKind::InvalidArgument, summary(faults)}; }

Prepared refused(Error why, Diagnostics faults = {}) {
  Prepared prepared;
  prepared.refusal = std::move(why);
  prepared.faults = std::move(faults);
  return prepared;
}

// Whether `resource` is stated in `document` more than once.
bool is_duplicate(const Document& document, const Resource& resource) {
  return std::count_if(document.resources.begin(), document.resources.end(), [&](const Resource& other) {
           return other.type == resource.type && other.key == resource.key;
         }) > 1;
}

// What an edit stated, checked; what stood before was checked then.
Reading check_edited(const Assembler& assembler, const Document& before, Document after) {
  Reading edited;
  std::vector<const Resource*> stated;
  std::vector<bool> is_faulty(after.resources.size(), false);
  auto old = before.resources.begin();
  for (std::size_t at = 0; at < after.resources.size(); ++at) {
    Resource& resource = after.resources[at];
    const auto same =
        std::find_if(old, before.resources.end(), [&](const Resource& r) { return r.same_state(resource); });
    if (same != before.resources.end()) {
      old = std::next(same);
      continue;
    }
    resource.source = Source::User;
    const std::size_t first = edited.faults.size();
    const bool has_key = check_resource(assembler.schema(), resource, first, edited.faults);
    stated.push_back(&resource);
    is_faulty[at] = edited.faults.size() != first;
    if (is_faulty[at]) edited.left_out.add_statement(resource, has_key);
  }
  for (const Resource* resource : stated) {
    if (!is_duplicate(after, *resource)) continue;
    edited.faults.push_back(
        {resource->at, "Duplicate", resource->id().to_string() + " is already stated in the user layer"});
  }
  std::erase_if(after.resources, [&, at = std::size_t{0}](const Resource&) mutable { return is_faulty[at++]; });
  edited.document = std::move(after);
  return edited;
}

StoredText stored_text(const Document& document) {
  auto content = std::make_shared<const std::string>(write_document(document));
  std::string digest = History::digest(*content);
  return {std::move(content), std::move(digest)};
}

// Rules may look at the world, which may have changed: what was wrong before is not this change's fault.
Diagnostics new_faults(const Assembler& assembler, const Configuration& before, const Configuration& after) {
  Diagnostics wrong = assembler.check(after);
  if (wrong.empty()) return wrong;
  const Diagnostics old = assembler.check(before);
  std::erase_if(wrong, [&](const Diagnostic& fault) {
    return std::any_of(old.begin(), old.end(),
                       [&](const Diagnostic& one) { return one.code == fault.code && one.text == fault.text; });
  });
  return wrong;
}

Result<Configuration, Diagnostics> combined(const Assembler& assembler, const Standing& now, Reading user) {
  Resolved target = assembler.combine_what_is_left(document_of(*now.drop_ins), std::move(user));
  Diagnostics wrong = new_faults(assembler, *now.effective, target.configuration);
  std::move(wrong.begin(), wrong.end(), std::back_inserter(target.faults));
  return whole(std::move(target));
}

Prepared with_user_layer(const Assembler& assembler, const Standing& now, Reading user) {
  auto target = combined(assembler, now, user);
  if (!target) return refused(invalid(target.error()), target.error());
  Prepared prepared;
  prepared.user_text = stored_text(user.document);
  prepared.next = {now.drop_ins, std::make_shared<const Document>(std::move(user.document)),
                   std::make_shared<const Configuration>(std::move(*target))};
  prepared.difference = Difference::between(now.effective, prepared.next.effective);
  return prepared;
}

}  // namespace

Prepared prepare_edit(const Assembler& assembler, const Standing& now, const Edit& edit) {
  Document edited = *now.user;
  if (auto agreed = edit(edited, *now.drop_ins, *now.effective); !agreed) return refused(agreed.error());
  if (edited.same_state(*now.user)) {
    Prepared nothing;
    nothing.next = now;
    return nothing;
  }
  return with_user_layer(assembler, now, check_edited(assembler, *now.user, std::move(edited)));
}

Prepared prepare_user_layer(const Assembler& assembler, const Standing& now, Reading user) {
  Prepared prepared = with_user_layer(assembler, now, std::move(user));
  if (!prepared.refusal) prepared.difference.test_all();
  return prepared;
}

Prepared prepare_restored(const Assembler& assembler, const Standing& now, const SourceFile& file,
                          const std::string& digest) {
  if (const auto stored = History::check(file.path, file.content, digest); !stored) return refused(stored.error());
  return prepare_user_layer(assembler, now, assembler.read(file, Source::User));
}

Prepared prepare_preview(const Assembler& assembler, const Standing& now, const SourceFile& file) {
  auto target = combined(assembler, now, assembler.read(file, Source::User));
  if (!target) return refused(invalid(target.error()), target.error());
  Prepared prepared;
  prepared.next = now;
  prepared.next.effective = std::make_shared<const Configuration>(std::move(*target));
  prepared.difference = Difference::between(now.effective, prepared.next.effective);
  prepared.difference.test_all();
  return prepared;
}

Diagnostics check_user_layer(const Assembler& assembler, const Standing& now, Reading user) {
  const auto target = combined(assembler, now, std::move(user));
  return target ? Diagnostics() : target.error();
}

Prepared prepare_drop_ins(const Assembler& assembler, const Standing& now, const std::vector<SourceFile>& files,
                          const std::shared_ptr<const Document>& also) {
  Diagnostics overridden;
  Reading drop_ins = assembler.read_drop_ins(files, &overridden);
  auto target = assembler.combine_and_check(drop_ins, *now.user);
  if (!target) return refused(invalid(target.error()), target.error());
  if (also) {
    if (const auto other = assembler.combine_and_check(drop_ins, *also); !other) {
      return refused(invalid(other.error()), other.error());
    }
  }
  Prepared prepared;
  prepared.overridden = std::move(overridden);
  Document& merged = drop_ins.document;
  if (!merged.same_state(document_of(*now.drop_ins))) prepared.drop_ins_text = stored_text(merged);
  prepared.next = {std::make_shared<const Configuration>(unchecked(std::move(merged))), now.user,
                   std::make_shared<const Configuration>(std::move(*target))};
  prepared.difference = Difference::between(now.effective, prepared.next.effective);
  return prepared;
}

Prepared prepare_return(const Assembler& assembler, const Standing& now, std::shared_ptr<const Document> user) {
  auto target = assembler.combine(document_of(*now.drop_ins), *user);
  if (!target) return refused(invalid(target.error()), target.error());
  Prepared prepared;
  prepared.next = {now.drop_ins, std::move(user), std::make_shared<const Configuration>(std::move(*target))};
  prepared.difference = Difference::between(now.effective, prepared.next.effective);
  return prepared;
}

Boot prepare_boot(const Assembler& assembler, const Layers& layers, std::vector<Resource> standing) {
  Boot boot;
  Assembly assembly = assembler.boot(layers, boot.prepared.faults);
  boot.drop_ins_name = std::move(assembly.drop_ins_name);
  boot.user_name = std::move(assembly.user_name);
  boot.has_newest_drop_ins = assembly.has_newest_drop_ins;
  boot.has_newest_user = assembly.has_newest_user;
  boot.is_nothing = assembly.is_nothing;
  Prepared& prepared = boot.prepared;
  prepared.overridden = std::move(assembly.overridden);
  prepared.drop_ins_text = stored_text(assembly.drop_ins);
  prepared.user_text = stored_text(assembly.user);
  prepared.next = {std::make_shared<const Configuration>(unchecked(std::move(assembly.drop_ins))),
                   std::make_shared<const Document>(std::move(assembly.user)),
                   std::make_shared<const Configuration>(std::move(assembly.effective))};
  // What stands of ours, and no document names, is removed, but not for want of a valid one.
  auto from = std::make_shared<const Configuration>(unchecked({{}, std::move(standing)}));
  prepared.difference = Difference::between(std::move(from), prepared.next.effective, boot.is_nothing);
  prepared.difference.test_all();  // of what stands no more is known than that it does
  return boot;
}

}  // namespace portreeve::dsc
