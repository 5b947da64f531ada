#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/format.h"
#include "firmware/shell/help.h"
#include "firmware/shell/words.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kHelpColumns[] = {"Name", "Synopsis"};
constexpr View kHelpTable{kHelpColumns};

}  // namespace

Flow as_text(std::string text) { return {.objects = {}, .text = std::move(text), .formatted = true}; }

// Text that a formatter made passes through other formatters as it is.
Outcome format_as_list(Daemon&, const Bound& arguments, Flow& input) {
  if (input.formatted) return std::move(input);
  return as_text(format_list(input.objects, arguments.texts("Property")));
}

Outcome format_as_table(Daemon&, const Bound& arguments, Flow& input) {
  if (input.formatted) return std::move(input);
  return as_text(format_table(input.objects, arguments.texts("Property")));
}

Outcome convert_to_json(Daemon&, const Bound& arguments, Flow& input) {
  if (input.formatted) {
    return cmdlet_error({"InvalidArgument",
                         "The objects were made text before. Put ConvertTo-Json before Format-List, "
                         "Format-Table or in their place."},
                        "");
  }
  return as_text(format_json(input.objects, arguments.flag("Compress")));
}

Outcome get_help(Daemon&, const Bound& arguments, Flow&) {
  const std::string name = arguments.has("Name") ? arguments.text("Name") : "*";
  if (const Cmdlet* cmdlet = find_cmdlet(name)) return as_text(help_of(*cmdlet));
  Flow flow;
  for (const Cmdlet& cmdlet : cmdlets()) {
    if (!matches_wildcard(cmdlet.name, name)) continue;
    Object& object = flow.objects.emplace_back();
    object.view = &kHelpTable;
    object.properties = {{"Name", std::string(cmdlet.name)}, {"Synopsis", std::string(cmdlet.synopsis)}};
  }
  if (flow.objects.empty() && !has_wildcard(name)) {
    return cmdlet_error({"NotFound", "There is no cmdlet '" + name + "'. Get-Help lists them."}, name);
  }
  return flow;
}

}  // namespace portreeve::shell
