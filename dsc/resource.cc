#include "dsc/resource.h"

#include <algorithm>
#include <utility>

#include "hal/base/number.h"

namespace portreeve::dsc {
namespace {

const Value* first_value(const Resource& resource, std::string_view property) {
  const auto found = std::find_if(resource.settings.begin(), resource.settings.end(),
                                  [&](const Value& value) { return is_named(value.property->name, property); });
  return found == resource.settings.end() ? nullptr : &*found;
}

}  // namespace

std::string ResourceId::to_string() const { return "[" + std::string(type) + "]" + key; }

ResourceId Resource::id() const { return {type->name, key}; }

std::string_view Resource::text(std::string_view property) const {
  if (const Value* stated = first_value(*this, property)) return stated->text;
  const Property* const known = type->find(property);
  return known == nullptr ? std::string_view{} : known->default_value;
}

bool Resource::has(std::string_view property) const { return first_value(*this, property) != nullptr; }

bool Resource::flag(std::string_view property) const { return text(property) == "true"; }

std::uint64_t Resource::number(std::string_view property) const {
  return parse_number(text(property), 0, UINT64_MAX).value_or(0);
}

std::vector<std::string_view> Resource::list(std::string_view property) const {
  std::vector<std::string_view> texts;
  for (const Value& value : values(property)) texts.emplace_back(value.text);
  return texts;
}

std::span<const Value> Resource::values(std::string_view property) const {
  const Value* const first = first_value(*this, property);
  if (first == nullptr) return {};
  const Value* const end = settings.data() + settings.size();
  const Property* const stated = first->property;
  return {first, std::find_if(first, end, [&](const Value& value) { return value.property != stated; })};
}

Location Resource::location(std::string_view property) const {
  const Value* const stated = first_value(*this, property);
  return stated == nullptr ? at : stated->at;
}

void Resource::set(std::string_view property, std::string text) { set_all(property, {std::move(text)}); }

void Resource::set_all(std::string_view property, std::vector<std::string> texts) {
  const Property* const known = type->find(property);
  if (known == nullptr) return;
  std::erase_if(settings, [&](const Value& value) { return value.property == known; });
  for (std::string& text : texts) settings.push_back({known, std::move(text), at});
  sort_settings();
  if (known->key) key = make_key();
}

void Resource::sort_settings() {
  // All properties of a type stand in one table, so their addresses are their order.
  const auto is_before = [](const Value& a, const Value& b) { return a.property < b.property; };
  if (!std::is_sorted(settings.begin(), settings.end(), is_before)) {
    std::stable_sort(settings.begin(), settings.end(), is_before);
  }
}

std::string Resource::make_key() const {
  std::string joined;
  for (const Value& stated : settings) {
    if (!stated.property->key) continue;
    if (!joined.empty()) joined += '/';
    joined += stated.text;
  }
  return joined;
}

bool Resource::same_state(const Resource& other) const {
  const auto same_value = [](const Value& a, const Value& b) { return a.property == b.property && a.text == b.text; };
  const auto same_dependency = [](const Dependency& a, const Dependency& b) { return a.id == b.id; };
  return type == other.type && key == other.key && absent == other.absent &&
         std::equal(settings.begin(), settings.end(), other.settings.begin(), other.settings.end(), same_value) &&
         std::equal(depends_on.begin(), depends_on.end(), other.depends_on.begin(), other.depends_on.end(),
                    same_dependency);
}

Resource absent_form_of(const Resource& resource) {
  Resource absent = resource;
  absent.absent = true;
  absent.depends_on.clear();
  std::erase_if(absent.settings, [](const Value& value) { return !value.property->key; });
  return absent;
}

bool is_before(const Resource& a, const Resource& b) {
  if (a.type != b.type) return a.type->name < b.type->name;
  return a.key < b.key;
}

Resource* Document::find(std::string_view type, std::string_view key) {
  const auto found = std::find_if(resources.begin(), resources.end(), [&](const Resource& resource) {
    return resource.key == key && resource.type->name == type;
  });
  return found == resources.end() ? nullptr : &*found;
}

void Document::remove(std::string_view type, std::string_view key) {
  std::erase_if(resources,
                [&](const Resource& resource) { return resource.key == key && resource.type->name == type; });
}

bool Document::same_state(const Document& other) const {
  return name == other.name &&
         std::equal(resources.begin(), resources.end(), other.resources.begin(), other.resources.end(),
                    [](const Resource& a, const Resource& b) { return a.same_state(b); });
}

bool Configuration::is_complete(const ResourceType& of_type) const {
  return std::find(incomplete.begin(), incomplete.end(), &of_type) == incomplete.end();
}

const Resource* Configuration::find(std::string_view type, std::string_view key) const {
  const std::size_t found = position(type, key);
  return found == resources.size() ? nullptr : &resources[found];
}

std::size_t Configuration::position(std::string_view type, std::string_view key) const {
  if (links.by_id.size() == resources.size()) return links.by_id.find(resources, type, key);
  const auto is_it = [&](const Resource& resource) { return resource.key == key && resource.type->name == type; };
  return static_cast<std::size_t>(std::find_if(resources.begin(), resources.end(), is_it) - resources.begin());
}

std::span<const Position> Configuration::dependents(std::size_t position) const {
  if (position + 1 >= links.first_dependent.size()) return {};
  const Position begin = links.first_dependent[position];
  return std::span(links.dependents).subspan(begin, links.first_dependent[position + 1] - begin);
}

}  // namespace portreeve::dsc
