#include "dsc/layers.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <queue>
#include <set>
#include <string>
#include <utility>

#include "dsc/suggestion.h"

namespace portreeve::dsc {
namespace {

// Which scalars `upper` says differently than `lower` does.
void note_overridden(const Resource& lower, const Resource& upper, Diagnostics& overridden) {
  for (const Value& now : upper.settings) {
    if (now.property->list || !lower.has(now.property->name)) continue;
    const Value& before = lower.values(now.property->name).front();
    if (before.text == now.text) continue;
    overridden.push_back({now.at, "Overridden",
                          upper.id().to_string() + ": " + std::string(now.property->name) + " '" + now.text +
                              "' takes the place of '" + before.text + "' of " + before.at.to_string()});
  }
}

void overlay(Resource& lower, Resource upper) {
  std::set<const Property*> stated;
  for (const Value& value : upper.settings) stated.insert(value.property);
  std::erase_if(lower.settings, [&](const Value& value) { return stated.contains(value.property); });
  std::move(upper.settings.begin(), upper.settings.end(), std::back_inserter(lower.settings));
  lower.sort_settings();
  if (!upper.depends_on.empty()) lower.depends_on = std::move(upper.depends_on);
  if (upper.source == Source::User) lower.source = Source::User;
  lower.at = std::move(upper.at);
}

IdIndex index_of(const std::vector<Resource>& resources) {
  IdIndex index;
  index.reserve(resources.size());
  for (Position at = 0; at < resources.size(); ++at) index.put(resources, at);
  return index;
}

// A dependent and what it rests on, by position.
struct Edge {
  Position dependency;
  Position dependent;
};

class Resolver {
 public:
  Resolver(const Schema& schema, Document merged, const LeftOut& before)
      : schema_(schema), before_(before), unordered_(unchecked(std::move(merged))) {}

  Resolved resolve();

 private:
  // More would not be told.
  [[nodiscard]] bool has_told_all() const { return diagnostics_.size() > kMaximumDiagnostics; }
  void find_edges(Position dependent);
  void find_reference(Position dependent, const Value& value);
  void find_shaping(Position dependent, const Value& value);
  void find_dependency(Position dependent, const Dependency& dependency);
  void find_references_of_left_out();
  [[nodiscard]] bool may_refer_to_left_out(const Value& value) const;
  [[nodiscard]] Position referred(const Value& value) const;
  void refuse_reference(const std::string& label, const Value& value);
  void refuse_dependency(const std::string& label, const Dependency& dependency);
  void sort_edges();
  std::vector<Position> order();
  void refuse_circles(const std::vector<std::uint32_t>& waiting_for);
  void refuse_circle(std::vector<Position> circle);
  void leave_out(Position at);
  void drop_left_out(std::vector<Position>& order);
  [[nodiscard]] std::vector<const ResourceType*> incomplete() const;
  Configuration arranged(const std::vector<Position>& order);

  const Schema& schema_;
  const LeftOut& before_;  // what was left out of the documents
  Configuration unordered_;
  std::vector<Edge> edges_;  // sorted by dependency once all are found
  std::vector<Position> first_edge_;
  std::vector<Position> unresolved_;  // they refer to what is not there, or was left out
  std::vector<bool> left_out_;        // by position; empty: none
  Diagnostics diagnostics_;
};

void Resolver::refuse_reference(const std::string& label, const Value& value) {
  if (has_told_all()) return;
  const Property& property = *value.property;
  constexpr std::size_t kMostListed = 16;
  std::vector<std::string_view> keys;
  for (const std::string_view type : property.referenced_types()) {
    const auto known = before_.known_keys(type);
    keys.insert(keys.end(), known.begin(), known.end());
    for (const Resource& candidate : unordered_.resources) {
      if (candidate.type->name == type) keys.emplace_back(candidate.key);
      if (keys.size() > kMostListed) break;
    }
  }
  std::string allowed;
  if (keys.empty()) {
    allowed = "; there is none";
  } else if (keys.size() <= kMostListed) {
    allowed = did_you_mean(value.text, keys);
  }
  diagnostics_.push_back({value.at, "DanglingReference",
                          label + ": " + std::string(property.name) + " '" + value.text + "' names no " +
                              property.referenced_in_words() + " of the configuration" + allowed});
}

// Its position, or that after the last.
Position Resolver::referred(const Value& value) const {
  std::size_t found = unordered_.resources.size();
  for (const std::string_view type : value.property->referenced_types()) {
    found = unordered_.position(type, value.text);
    if (found != unordered_.resources.size() || before_.may_have(type, value.text)) break;
  }
  return static_cast<Position>(found);
}

bool Resolver::may_refer_to_left_out(const Value& value) const {
  const auto types = value.property->referenced_types();
  return std::any_of(types.begin(), types.end(),
                     [&](std::string_view type) { return before_.may_have(type, value.text); });
}

void Resolver::find_reference(Position dependent, const Value& value) {
  if (const Position found = referred(value); found != unordered_.resources.size()) {
    edges_.push_back({found, dependent});
    return;
  }
  unresolved_.push_back(dependent);
  if (!may_refer_to_left_out(value)) refuse_reference(unordered_.resources[dependent].id().to_string(), value);
}

void Resolver::find_shaping(Position dependent, const Value& value) {
  const std::string_view type = value.property->shaped_by;
  const auto properties = schema_.find(type)->properties;
  const bool has_key = std::any_of(properties.begin(), properties.end(), [](const Property& one) { return one.key; });
  const std::string_view key = has_key ? std::string_view(value.text) : std::string_view();
  const std::size_t shaping = unordered_.position(type, key);
  if (shaping != unordered_.resources.size()) {
    edges_.push_back({static_cast<Position>(shaping), dependent});
  } else if (before_.may_have(type, key)) {
    unresolved_.push_back(dependent);
  }
}

void Resolver::find_dependency(Position dependent, const Dependency& dependency) {
  const ResourceId& id = dependency.id;
  const std::size_t found = unordered_.position(id.type, id.key);
  if (found != unordered_.resources.size()) {
    edges_.push_back({static_cast<Position>(found), dependent});
    return;
  }
  unresolved_.push_back(dependent);
  if (!before_.may_have(id.type, id.key)) {
    refuse_dependency(unordered_.resources[dependent].id().to_string(), dependency);
  }
}

void Resolver::refuse_dependency(const std::string& label, const Dependency& dependency) {
  if (has_told_all()) return;
  diagnostics_.push_back(
      {dependency.at, "DanglingReference",
       label + ": DependsOn '" + dependency.id.to_string() + "' names no resource of the configuration"});
}

void Resolver::find_references_of_left_out() {
  for (const auto& [resource, has_key] : before_.statements()) {
    const std::string label = has_key ? resource.id().to_string() : std::string(resource.type->name);
    for (const Value& value : resource.settings) {
      const bool is_there = referred(value) != unordered_.resources.size();
      if (!is_there && !may_refer_to_left_out(value)) refuse_reference(label, value);
    }
    for (const auto& dependency : resource.depends_on) {
      const auto& [type, key] = dependency.id;
      const bool is_there = unordered_.position(type, key) != unordered_.resources.size();
      if (!is_there && !before_.may_have(type, key)) refuse_dependency(label, dependency);
    }
  }
}

void Resolver::find_edges(Position dependent) {
  const Resource& resource = unordered_.resources[dependent];
  for (const Value& value : resource.settings) {
    if (value.property->kind == ValueKind::Reference) find_reference(dependent, value);
    if (!value.property->shaped_by.empty()) find_shaping(dependent, value);
  }
  for (const Dependency& dependency : resource.depends_on) find_dependency(dependent, dependency);
}

// By dependency, each once. They were found in order of their dependents, which those of one dependency keep.
void Resolver::sort_edges() {
  std::vector<Position> next(unordered_.resources.size() + 1, 0);
  for (const Edge& edge : edges_) ++next[edge.dependency + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<Edge> sorted(edges_.size());
  for (const Edge& edge : edges_) sorted[next[edge.dependency]++] = edge;
  const auto same = [](const Edge& a, const Edge& b) {
    return a.dependency == b.dependency && a.dependent == b.dependent;
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  edges_ = std::move(sorted);
  first_edge_.assign(unordered_.resources.size() + 1, 0);
  for (const Edge& edge : edges_) ++first_edge_[edge.dependency + 1];
  std::partial_sum(first_edge_.begin(), first_edge_.end(), first_edge_.begin());
}

// Kahn's algorithm: of those that nothing more keeps waiting, always the first in order of types and of statement.
std::vector<Position> Resolver::order() {
  const auto count = static_cast<Position>(unordered_.resources.size());
  sort_edges();
  std::vector<std::uint32_t> waiting_for(count, 0);
  for (const Edge& edge : edges_) ++waiting_for[edge.dependent];

  using Place = std::pair<std::size_t, Position>;
  std::priority_queue<Place, std::vector<Place>, std::greater<>> ready;
  const auto release = [&](Position at) { ready.emplace(schema_.rank(*unordered_.resources[at].type), at); };
  for (Position at = 0; at < count; ++at) {
    if (waiting_for[at] == 0) release(at);
  }
  std::vector<Position> order;
  order.reserve(count);
  while (!ready.empty()) {
    const Position at = ready.top().second;
    ready.pop();
    order.push_back(at);
    for (Position i = first_edge_[at]; i < first_edge_[at + 1]; ++i) {
      if (--waiting_for[edges_[i].dependent] == 0) release(edges_[i].dependent);
    }
  }
  if (order.size() != count) refuse_circles(waiting_for);
  return order;
}

// Whoever still waits has a dependency that still waits: following those ends in a circle. Whoever is left once that
// and what rests on it are left out, has another that is left, too: there is a further circle.
void Resolver::refuse_circles(const std::vector<std::uint32_t>& waiting_for) {
  std::vector<Position> dependency_of(waiting_for.size(), 0);
  for (const Edge& edge : edges_) {
    if (waiting_for[edge.dependency] != 0 && waiting_for[edge.dependent] != 0)
      dependency_of[edge.dependent] = edge.dependency;
  }
  left_out_.assign(waiting_for.size(), false);
  std::vector<bool> seen(waiting_for.size(), false);
  for (Position start = 0; start < waiting_for.size(); ++start) {
    if (waiting_for[start] == 0 || left_out_[start]) continue;
    Position at = start;
    for (; !seen[at]; at = dependency_of[at]) seen[at] = true;
    std::vector<Position> circle;
    for (Position next = at; circle.empty() || next != at; next = dependency_of[next]) circle.push_back(next);
    refuse_circle(std::move(circle));
    leave_out(at);
  }
}

void Resolver::refuse_circle(std::vector<Position> circle) {
  if (has_told_all()) return;
  // The same circle is always told from the same place: where it is first stated.
  std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
  constexpr std::size_t kMostNamed = 16;
  std::string text;
  for (std::size_t i = 0; i < std::min(circle.size(), kMostNamed); ++i) {
    text += unordered_.resources[circle[i]].id().to_string() + " rests on ";
  }
  if (circle.size() > kMostNamed) text += "… on ";
  text += unordered_.resources[circle.front()].id().to_string();
  const Resource& first = unordered_.resources[circle.front()];
  diagnostics_.push_back({first.depends_on.empty() ? first.at : first.depends_on.front().at, "Cycle",
                          text + ": a circle; take one DependsOn or reference out"});
}

// With what rests on it.
void Resolver::leave_out(Position at) {
  std::vector<Position> next = {at};
  while (!next.empty()) {
    const Position one = next.back();
    next.pop_back();
    if (left_out_[one]) continue;
    left_out_[one] = true;
    for (Position i = first_edge_[one]; i < first_edge_[one + 1]; ++i) next.push_back(edges_[i].dependent);
  }
}

// What stays rests on nothing that goes.
void Resolver::drop_left_out(std::vector<Position>& order) {
  left_out_.resize(unordered_.resources.size(), false);
  for (const Position at : unresolved_) leave_out(at);
  const auto goes = [&](Position at) { return left_out_[at]; };
  std::erase_if(order, goes);
  std::erase_if(edges_, [&](const Edge& edge) { return left_out_[edge.dependent]; });
}

std::vector<const ResourceType*> Resolver::incomplete() const {
  std::set<const ResourceType*> with;
  for (Position at = 0; at < left_out_.size(); ++at) {
    if (left_out_[at]) with.insert(unordered_.resources[at].type);
  }
  for (const ResourceType* type : schema_.types()) {
    if (before_.may_have(type->name)) with.insert(type);
  }
  return {with.begin(), with.end()};
}

Configuration Resolver::arranged(const std::vector<Position>& order) {
  Configuration arranged;
  arranged.name = std::move(unordered_.name);
  arranged.files = std::move(unordered_.files);
  std::vector<Position> place(unordered_.resources.size(), 0);
  arranged.resources.reserve(order.size());
  for (const Position at : order) {
    place[at] = static_cast<Position>(arranged.resources.size());
    arranged.resources.push_back(std::move(unordered_.resources[at]));
  }
  Configuration::Links& links = arranged.links;
  if (order.size() == place.size()) {
    links.by_id = std::move(unordered_.links.by_id);
    links.by_id.renumber(place);
  } else {
    links.by_id = index_of(arranged.resources);
  }
  links.first_dependent.assign(order.size() + 1, 0);
  for (const Edge& edge : edges_) ++links.first_dependent[place[edge.dependency] + 1];
  std::partial_sum(links.first_dependent.begin(), links.first_dependent.end(), links.first_dependent.begin());
  links.dependents.resize(edges_.size());
  std::vector<Position> next(links.first_dependent.begin(), links.first_dependent.end() - 1);
  for (const Edge& edge : edges_) links.dependents[next[place[edge.dependency]]++] = place[edge.dependent];
  return arranged;
}

Resolved Resolver::resolve() {
  for (Position at = 0; at < unordered_.resources.size(); ++at) find_edges(at);
  find_references_of_left_out();
  std::vector<Position> sequence = order();
  if (before_.empty() && unresolved_.empty() && left_out_.empty()) return {arranged(sequence), {}};
  drop_left_out(sequence);
  std::vector<const ResourceType*> types = incomplete();
  Configuration rest = arranged(sequence);
  rest.incomplete = std::move(types);
  return {std::move(rest), std::move(diagnostics_)};
}

}  // namespace

Document merge(std::vector<Document> lowest_first, Diagnostics* overridden) {
  Document merged;
  if (lowest_first.empty()) return merged;
  std::size_t most = 0;
  for (const Document& document : lowest_first) most += document.resources.size();
  merged.resources.reserve(most);
  IdIndex places;
  places.reserve(most);
  for (Document& document : lowest_first) {
    if (!document.name.empty()) merged.name = std::move(document.name);
    std::move(document.files.begin(), document.files.end(), std::back_inserter(merged.files));
    for (Resource& resource : document.resources) {
      const auto last = static_cast<Position>(merged.resources.size());
      merged.resources.push_back(std::move(resource));
      Position& known = places.put(merged.resources, last);
      if (known == last) continue;
      Resource& lower = merged.resources[known];
      if (lower.absent && !merged.resources.back().absent) {
        known = last;
        continue;
      }
      Resource upper = std::move(merged.resources.back());
      merged.resources.pop_back();
      if (upper.absent) {
        lower.absent = true;
      } else {
        if (overridden != nullptr) note_overridden(lower, upper, *overridden);
        overlay(lower, std::move(upper));
      }
    }
  }
  std::erase_if(merged.resources, [](const Resource& resource) { return resource.absent; });
  return merged;
}

Reading merge_what_is_left(std::vector<Reading> lowest_first, Diagnostics* overridden) {
  Reading merged;
  std::vector<Document> documents;
  for (Reading& one : lowest_first) {
    std::move(one.faults.begin(), one.faults.end(), std::back_inserter(merged.faults));
    merged.left_out.lay_over(one.document, std::move(one.left_out));
    documents.push_back(std::move(one.document));
  }
  merged.document = merge(std::move(documents), overridden);
  if (merged.left_out.empty()) return merged;
  std::erase_if(merged.document.resources, [&](const Resource& resource) { return merged.left_out.has(resource); });
  return merged;
}

Configuration unchecked(Document merged) {
  Configuration configuration;
  configuration.name = std::move(merged.name);
  configuration.resources = std::move(merged.resources);
  configuration.files = std::move(merged.files);
  configuration.links.by_id = index_of(configuration.resources);
  return configuration;
}

Result<Configuration, Diagnostics> resolve(const Schema& schema, Document merged) {
  return whole(resolve_what_is_left(schema, std::move(merged)));
}

Resolved resolve_what_is_left(const Schema& schema, Reading merged) {
  Resolved resolved = Resolver(schema, std::move(merged.document), merged.left_out).resolve();
  if (merged.is_whole()) return resolved;
  std::move(resolved.faults.begin(), resolved.faults.end(), std::back_inserter(merged.faults));
  resolved.faults = std::move(merged.faults);
  return resolved;
}

Result<Configuration, Diagnostics> whole(Resolved resolved) {
  if (resolved.faults.empty()) return std::move(resolved.configuration);
  return in_order(std::move(resolved.faults), resolved.configuration.files);
}

}  // namespace portreeve::dsc
