#include "firmware/shell/shape.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "firmware/shell/words.h"

namespace portreeve::shell {

Value time_of(std::uint64_t microseconds) {
  if (microseconds == 0) return {};
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

Value link_speed(std::uint64_t megabits) {
  if (megabits == 0) return {};
  if (megabits < 1000) return std::to_string(megabits) + " Mbps";
  std::string text = std::to_string(megabits / 1000);
  if (const std::uint64_t tenths = megabits % 1000 / 100; tenths != 0) text += "." + std::to_string(tenths);
  return text + " Gbps";
}

void sort_by(std::string_view property, std::vector<Object>& objects) {
  std::stable_sort(objects.begin(), objects.end(),
                   [&](const Object& a, const Object& b) { return counts_before(a.text(property), b.text(property)); });
}

Result<std::vector<Object>, ShellError> named(std::vector<Object> objects, const Bound& arguments, std::string_view key,
                                              const std::string& kind, std::string_view lister) {
  sort_by(key, objects);
  if (!arguments.has(key)) return objects;
  const std::string name = arguments.text(key);
  std::erase_if(objects, [&](const Object& object) { return !matches_wildcard(object.text(key), name); });
  if (objects.empty() && !has_wildcard(name)) {
    return cmdlet_error(
        {"NotFound", "There is no " + kind + " '" + name + "'. " + std::string(lister) + " lists them."}, name);
  }
  return objects;
}

Outcome shown(const std::vector<Object>& objects, Object (*shape)(const Object&)) {
  Flow flow;
  for (const Object& object : objects) flow.objects.push_back(shape(object));
  return flow;
}

}  // namespace portreeve::shell
