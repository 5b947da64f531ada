#include "dsc/reading.h"

#include <algorithm>

namespace portreeve::dsc {

void LeftOut::add(const ResourceType& type, std::string key) {
  known_.insert({std::string(type.name), std::move(key)});
}

void LeftOut::add_any(const ResourceType& type) { types_.emplace(type.name); }

void LeftOut::add_anything() { anything_ = true; }

bool LeftOut::has(const Resource& resource) const { return !known_.empty() && known_.contains(resource.id()); }

bool LeftOut::may_have(std::string_view type, std::string_view key) const {
  if (anything_ || types_.contains(type)) return true;
  return !known_.empty() && known_.contains({std::string(type), std::string(key)});
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
