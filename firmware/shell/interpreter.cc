#include "firmware/shell/interpreter.h"

#include <algorithm>
#include <utility>

#include "firmware/shell/binder.h"
#include "firmware/shell/cmdlet.h"
#include "firmware/shell/format.h"
#include "firmware/shell/help.h"
#include "firmware/shell/words.h"
#include "hal/base/number.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::size_t kMostFaultsShown = 20;
constexpr std::size_t kLongestProgram = std::size_t{1} << 20U;

ShellError unknown(const Command& command) {
  return {
      .command = command.name,
      .message = "The term '" + command.name +
                 "' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the "
                 "spelling of the name, or if a path was included, verify that the path is correct and try again. "
                 "Get-Help lists the cmdlets.",
      .category = "ObjectNotFound",
      .target = command.name + ":String",
      .exception = "CommandNotFoundException",
      .id = "CommandNotFoundException",
      .command_exists = false,
      .offset = command.offset,
      .length = command.name.size()};
}

ShellError takes_no_input(const Cmdlet& cmdlet) {
  return {.command = std::string(cmdlet.name),
          .message =
              "The input object cannot be bound to any parameters for the command because the command does not "
              "take pipeline input. Put it first.",
          .category = "InvalidArgument",
          .target = {},
          .exception = "ParameterBindingException",
          .id = "InputObjectNotBound"};
}

// What the cmdlet could not do; the whole command is meant.
ShellError of_command(ShellError error, const Cmdlet& cmdlet, const Command& command) {
  error.command = cmdlet.name;
  error.offset = command.offset;
  error.length = command.length;
  return error;
}

bool asks_for_help(const Command& command) {
  return std::any_of(command.arguments.begin(), command.arguments.end(), [](const Argument& argument) {
    return argument.kind == TokenKind::Parameter && argument.values[0] == "?";
  });
}

Result<Flow, ShellError> run_command(Daemon& daemon, const Command& command, bool first, Flow& input) {
  const Cmdlet* cmdlet = find_cmdlet(command.name);
  if (cmdlet == nullptr) return unknown(command);
  if (asks_for_help(command)) return Flow{.objects = {}, .text = help_of(*cmdlet), .formatted = true};
  if (!first && !cmdlet->takes_input) return takes_no_input(*cmdlet);
  PORTREEVE_TRY(const Bound arguments, bind(command, *cmdlet));
  auto flow = cmdlet->run(daemon, arguments, input);
  if (!flow) return of_command(flow.error(), *cmdlet, command);
  for (ShellError& error : flow->errors) error = of_command(std::move(error), *cmdlet, command);
  return flow;
}

}  // namespace

Interpreter::Interpreter(Daemon& daemon, Sink output, Sink errors)
    : daemon_(daemon), output_(std::move(output)), errors_(std::move(errors)) {}

void Interpreter::run(std::string_view text, std::size_t line) {
  if (text.size() > kLongestProgram) {
    const std::string limit = std::to_string(kLongestProgram);
    return fail(parse_error("The text is longer than " + limit + " characters.", "TextTooLong", 0, 1), "", line);
  }
  const auto pipelines = parse(text);
  if (!pipelines) return fail(pipelines.error(), text, line);
  for (const Pipeline& pipeline : *pipelines) {
    if (exit_requested_) return;
    run_pipeline(pipeline, text, line);
  }
}

void Interpreter::run_pipeline(const Pipeline& pipeline, std::string_view text, std::size_t line) {
  if (same_word(pipeline[0].name, "exit") || same_word(pipeline[0].name, "quit")) return leave(pipeline[0]);
  Flow flow;
  std::vector<ShellError> errors;
  for (const Command& command : pipeline) {
    auto next = run_command(daemon_, command, &command == pipeline.data(), flow);
    if (!next) {
      ShellError error = next.error();
      if (error.length == 0) {  // the whole command is meant
        error.offset = command.offset;
        error.length = command.length;
      }
      errors.push_back(std::move(error));
      flow = {};
      break;
    }
    flow = std::move(*next);
    errors.insert(errors.end(), flow.errors.begin(), flow.errors.end());
    flow.errors.clear();
  }
  const std::string shown = flow.formatted ? std::move(flow.text) : format_default(flow.objects);
  if (!shown.empty()) output_(shown);
  for (const ShellError& error : errors) fail(error, text, line);
}

void Interpreter::leave(const Command& command) {
  exit_requested_ = true;
  if (command.arguments.empty()) return;
  exit_status_ = static_cast<int>(parse_number(command.arguments[0].values[0], 0, 255).value_or(1));
}

void Interpreter::fail(const ShellError& error, std::string_view text, std::size_t line) {
  failed_ = true;
  errors_(describe(error, text, line));
}

void Interpreter::warn_of_faults() {
  const auto faults = daemon_.faults();
  if (!faults || faults->empty()) return;
  errors_("WARNING: There are faults; a document that has one is not in force until it is mended:\n");
  for (std::size_t i = 0; i < faults->size() && i < kMostFaultsShown; ++i) {
    const Fault& fault = (*faults)[i];
    errors_("WARNING: " + printable(fault.file) + ":" + std::to_string(fault.line) + ":" +
            std::to_string(fault.column) + ": " + printable(fault.text) + "\n");
  }
  if (faults->size() > kMostFaultsShown) {
    errors_("WARNING: and " + std::to_string(faults->size() - kMostFaultsShown) +
            " more; Get-HcsConfigurationFault shows them.\n");
  }
}

int Interpreter::status() const {
  if (exit_status_ >= 0) return exit_status_;
  return failed_ ? 1 : 0;
}

}  // namespace portreeve::shell
