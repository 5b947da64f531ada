#include "dsc/reading.h"

#include <algorithm>
#include <iterator>

namespace portreeve::dsc {

void LeftOut::add(const ResourceType& type, std::string key) { known_.insert({type.name, std::move(key)}); }

void LeftOut::add_any(const ResourceType& type) { types_.emplace(type.name); }

void LeftOut::add_anything() { anything_ = true; }

void LeftOut::add_statement(Resource statement, bool has_key) {
  if (has_key) {
    add(*statement.type, statement.key);
  } else {
    add_any(*statement.type);
  }
  std::erase_if(statement.settings, [](const Value& value) { return value.property->kind != ValueKind::Reference; });
  if (statement.absent || (statement.settings.empty() && statement.depends_on.empty())) return;
  statements_.push_back({std::move(statement), has_key});
}

bool LeftOut::has(const Resource& resource) const { return !known_.empty() && known_.contains(resource.id()); }

bool LeftOut::may_have(std::string_view type, std::string_view key) const {
  if (anything_ || types_.contains(type)) return true;
  return !known_.empty() && known_.contains({type, std::string(key)});
}

bool LeftOut::may_have(std::string_view type) const {
  return anything_ || types_.contains(type) ||
         std::any_of(known_.begin(), known_.end(), [&](const ResourceId& id) { return id.type == type; });
}

std::vector<std::string_view> LeftOut::known_keys(std::string_view type) const {
  std::vector<std::string_view> keys;
  for (const ResourceId& id : known_) {
    if (id.type == type) keys.emplace_back(id.key);
  }
  return keys;
}

void LeftOut::lay_over(const Document& document, LeftOut upper) {
  if (!known_.empty()) {
    for (const Resource& resource : document.resources) {
      if (resource.absent) known_.erase(resource.id());
    }
  }
  // What lies over a statement may state its references anew, or take it away.
  if (!statements_.empty()) {
    std::set<ResourceId> stated;
    for (const Resource& resource : document.resources) stated.insert(resource.id());
    std::erase_if(statements_, [&](const Statement& one) { return one.has_key && stated.contains(one.resource.id()); });
  }
  std::move(upper.statements_.begin(), upper.statements_.end(), std::back_inserter(statements_));
  known_.merge(upper.known_);
  types_.merge(upper.types_);
  anything_ = anything_ || upper.anything_;
}

Reading Reading::nothing_of(FileName file, Diagnostic fault) {
  Reading reading;
  reading.document.files.push_back(std::move(file));
  reading.faults.push_back(std::move(fault));
  reading.left_out.add_anything();
  return reading;
}

}  // namespace portreeve::dsc
