#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/document_file.h"
#include "firmware/shell/shape.h"
#include "hal/base/number.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kHistoryColumns[] = {"Id", "Time", "Source", "Author", "Outcome", "Text"};
constexpr std::string_view kDifferenceColumns[] = {"Resource", "Property", "Before", "After"};

constexpr View kDscList{};
constexpr View kHistoryTable{kHistoryColumns};
constexpr View kDifferenceTable{kDifferenceColumns};

constexpr std::size_t kLongestLine = 65536;

// 0 where it was not given.
std::uint64_t number_of(const Bound& arguments, std::string_view parameter) {
  return parse_number(arguments.text(parameter), 0, UINT64_MAX).value_or(0);
}

std::uint32_t confirm_timeout_of(const Bound& arguments) {
  return static_cast<std::uint32_t>(number_of(arguments, "ConfirmTimeoutInSeconds"));
}

Flow as_object(Object object) {
  Flow flow;
  flow.objects.push_back(std::move(object));
  return flow;
}

// "2026-11-26 00:27:04Z"
Value moment_of(std::uint64_t microseconds) {
  Value value = time_of(microseconds);
  if (auto* text = std::get_if<std::string>(&value)) std::replace(text->begin(), text->end(), 'T', ' ');
  return value;
}

// An id, of which 0 is none.
Value id_of(std::uint64_t id) { return id == 0 ? Value() : Value(id); }

ShellError fault_error(const Fault& fault, const std::string& path) {
  const std::string file = fault.file == "-" ? path : fault.file;
  ShellError error = cmdlet_error({"InvalidArgument", file + ":" + std::to_string(fault.line) + ":" +
                                                          std::to_string(fault.column) + ": error: " + fault.text},
                                  path);
  error.id = fault.code;
  return error;
}

// Why the daemon does not take a document: an error for each of its faults where it has any.
Outcome refused(Daemon& daemon, const DaemonError& error, const std::string& document, const std::string& path) {
  const auto faults = error.name == "InvalidArgument" && !document.empty() ? daemon.validate(document) : error;
  if (!faults || faults->empty()) return cmdlet_error(error, path);
  Flow flow;
  for (const Fault& fault : *faults) flow.errors.push_back(fault_error(fault, path));
  return flow;
}

Object shape_job(const Object& from) { return Shaper(from, kDscList).same({"Id", "State", "Result", "Text"}).take(); }

// The job as it is, or as it has ended.
Outcome show_job(Daemon& daemon, const std::string& job, const Bound& arguments, const std::string& target) {
  const auto shown = arguments.flag("AsJob") ? daemon.job(job) : daemon.end_of_job(job);
  if (!shown) return cmdlet_error(shown.error(), target);
  if (shown->text("Result") == "Failed") return cmdlet_error({"Failed", shown->text("Text")}, target);
  return as_object(shape_job(*shown));
}

Outcome show_preview(const Preview& preview, const std::string& path) {
  Flow flow = as_text("");
  for (const auto& operation : preview.operations) {
    flow.text += "What if: " + printable(operation.text, kLongestLine) + "\n";
  }
  if (!preview.failure.empty()) flow.errors.push_back(cmdlet_error({"Failed", preview.failure}, path));
  return flow;
}

Object shape_test(const Preview& preview) {
  std::set<std::string_view> seen;
  std::vector<std::string> resources;
  std::vector<std::string> texts;
  for (const auto& operation : preview.operations) {
    texts.push_back(operation.text);
    if (seen.insert(operation.resource).second) resources.push_back(operation.resource);
  }
  Object object;
  object.view = &kDscList;
  object.properties = {{"InDesiredState", preview.operations.empty() && preview.failure.empty()},
                       {"ResourcesNotInDesiredState", std::move(resources)},
                       {"Operations", std::move(texts)},
                       {"Failure", preview.failure}};
  return object;
}

Object shape_configuration(const Object& from) {
  Shaper shaper(from, kHistoryTable);
  shaper.same({"Id"}).put("Time", moment_of(shaper.number("Time")));
  // Without a name it was the appliance itself.
  const Value uid = from.text("Author").empty() ? Value() : Value(shaper.number("Uid"));
  return shaper.same({"Source", "Author"}).put("Uid", uid).same({"Outcome", "Text"}).take();
}

Object shape_difference(const Object& from) {
  return Shaper(from, kDifferenceTable).same({"Resource", "Property", "Before", "After"}).take();
}

Object shape_status(const Object& status, const Object& current) {
  Object shown = shape_configuration(current);
  Shaper shaper(status, kDscList);
  for (auto& [name, value] : shown.properties) shaper.put(name, std::move(value));
  shaper.put("Mode", shaper.value("ConfigurationMode")).same({"RunningConfiguration", "NumberOfResources"});
  shaper.list_or_blank("ResourcesNotInDesiredState").list_or_blank("OverriddenSettings");
  shaper.put("UnconfirmedConfiguration", id_of(shaper.number("UnconfirmedConfiguration")));
  return shaper.put("ConfirmBefore", moment_of(shaper.number("ConfirmBefore"))).take();
}

std::uint64_t id_in(const Object& configuration) { return Shaper(configuration, kDscList).number("Id"); }

// The configuration of that id; an object without properties where it is not remembered.
Object find_configuration(const std::vector<Object>& configurations, std::uint64_t id) {
  const auto found = std::find_if(configurations.begin(), configurations.end(),
                                  [&](const Object& one) { return id != 0 && id_in(one) == id; });
  return found == configurations.end() ? Object() : *found;
}

// The one that stood before what is in force.
Result<std::uint64_t, ShellError> previous_configuration(Daemon& daemon) {
  const auto status = daemon.status();
  if (!status) return cmdlet_error(status.error(), "");
  const auto configurations = daemon.configurations();
  if (!configurations) return cmdlet_error(configurations.error(), "");
  const Shaper shaper(*status, kDscList);
  const std::uint64_t unconfirmed = shaper.number("UnconfirmedConfiguration");
  const std::uint64_t in_force = unconfirmed != 0 ? unconfirmed : shaper.number("CurrentConfiguration");
  const auto found = std::find_if(configurations->rbegin(), configurations->rend(), [&](const Object& one) {
    return id_in(one) < in_force && one.text("Outcome") == "Success";
  });
  if (found != configurations->rend()) return id_in(*found);
  return cmdlet_error(
      {"NotFound", "There is no configuration before the current one. Get-DscConfigurationStatus -All lists all."}, "");
}

}  // namespace

Outcome test_configuration(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string path = arguments.text("Path");
  std::string document;
  if (!path.empty()) {
    PORTREEVE_TRY(document, read_document(path));
  }
  const auto preview = daemon.what_if(document);
  if (!preview) return refused(daemon, preview.error(), document, path);
  Object object = shape_test(*preview);
  if (arguments.flag("Detailed")) return as_object(std::move(object));
  return as_text(object.text("InDesiredState") + "\n");
}

Outcome start_configuration(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string path = arguments.text("Path");
  PORTREEVE_TRY(const std::string document, read_document(path));
  if (arguments.flag("WhatIf")) {
    const auto preview = daemon.what_if(document);
    return preview ? show_preview(*preview, path) : refused(daemon, preview.error(), document, path);
  }
  const auto job = daemon.apply(document, confirm_timeout_of(arguments));
  return job ? show_job(daemon, *job, arguments, path) : refused(daemon, job.error(), document, path);
}

Outcome restore_configuration(Daemon& daemon, const Bound& arguments, Flow&) {
  const auto job = daemon.restore(number_of(arguments, "Id"), confirm_timeout_of(arguments));
  if (!job) return cmdlet_error(job.error(), arguments.text("Id"));
  return show_job(daemon, *job, arguments, arguments.text("Id"));
}

Outcome confirm_configuration(Daemon& daemon, const Bound& arguments, Flow&) {
  const auto done = daemon.confirm(number_of(arguments, "Id"));
  if (!done) return cmdlet_error(done.error(), arguments.text("Id"));
  return Flow{};
}

Outcome compare_configurations(Daemon& daemon, const Bound& arguments, Flow&) {
  std::uint64_t before = number_of(arguments, "Id");
  if (before == 0) {
    PORTREEVE_TRY(before, previous_configuration(daemon));
  }
  const auto differences = daemon.differences(before, number_of(arguments, "With"));
  if (!differences) return cmdlet_error(differences.error(), arguments.text("Id"));
  return shown(*differences, shape_difference);
}

Outcome get_configuration(Daemon& daemon, const Bound&, Flow&) {
  const auto document = daemon.configuration();
  if (!document) return cmdlet_error(document.error(), "");
  std::string text;
  for (std::string_view rest = *document; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    text += printable(line, line.size() * 4) + "\n";  // whole: it is to be applied again
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return as_text(std::move(text));
}

Outcome get_configuration_status(Daemon& daemon, const Bound& arguments, Flow&) {
  auto configurations = daemon.configurations();
  if (!configurations) return cmdlet_error(configurations.error(), "");
  if (arguments.flag("All")) {
    std::reverse(configurations->begin(), configurations->end());
    return shown(*configurations, shape_configuration);
  }
  const auto status = daemon.status();
  if (!status) return cmdlet_error(status.error(), "");
  const std::uint64_t current = Shaper(*status, kDscList).number("CurrentConfiguration");
  return as_object(shape_status(*status, find_configuration(*configurations, current)));
}

}  // namespace portreeve::shell
