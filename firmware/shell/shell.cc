#include "firmware/shell/shell.h"

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <optional>
#include <string>

#include "firmware/shell/bus_daemon.h"
#include "firmware/shell/complete.h"
#include "firmware/shell/interpreter.h"
#include "firmware/shell/line_editor.h"
#include "firmware/shell/terminal.h"
#include "firmware/shell/words.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kUsage =
    "Usage: portreeve shell [--bus ADDRESS] [-Command TEXT]\n"
    "\n"
    "Runs cmdlets: those of TEXT, else those typed at the prompt, else those of standard input, one a line.\n"
    "Get-Help lists them.\n"
    "\n"
    "  --bus ADDRESS   the D-Bus bus of the daemon, such as unix:path=/run/dbus/system_bus_socket (the default)\n"
    "  -Command TEXT   also -c TEXT; all that follows is part of it\n";

struct Options {
  std::string bus;
  std::optional<std::string> command;
  bool help = false;
  std::string wrong;  // not empty: why this cannot be run
};

std::string join(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

Options read_options(std::span<const std::string_view> arguments) {
  Options options;
  while (!arguments.empty()) {
    const std::string_view word = arguments[0];
    arguments = arguments.subspan(1);
    if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (word.starts_with("--bus=")) {
      options.bus = word.substr(6);
    } else if (word != "--bus" && word != "-c" && !same_word(word, "-Command")) {
      options.wrong = "unknown argument '" + printable(word) + "'";
      return options;
    } else if (arguments.empty()) {
      options.wrong = "a value is missing after " + std::string(word);
      return options;
    } else if (word == "--bus") {
      options.bus = arguments[0];
      arguments = arguments.subspan(1);
    } else {
      options.command = join(arguments);
      return options;
    }
  }
  return options;
}

// "[ 42 %]" while a job runs, gone when it has ended.
void show_progress(std::optional<double> progress) {
  const auto percent = static_cast<unsigned>(progress.value_or(0) * 100);
  write_all(STDOUT_FILENO, progress ? "\r[ " + std::to_string(percent) + " %]\x1b[K" : std::string("\r\x1b[K"));
}

void run_interactively(Interpreter& interpreter, Daemon& daemon) {
  // Ctrl-C gives up the line that is typed (the editor sees it as a key); it does not end a login shell.
  std::signal(SIGINT, SIG_IGN);
  Terminal terminal;
  LineEditor editor("PS>", [&](std::string_view left) { return complete(left, daemon); });
  for (std::size_t line = 1; !interpreter.exit_requested(); ++line) {
    if (!terminal.enter()) return;
    editor.begin(Terminal::columns());
    EditOutcome outcome = EditOutcome::More;
    while (outcome == EditOutcome::More) {
      if (!terminal.has_pending()) write_all(STDOUT_FILENO, editor.take_output());
      const auto octet = terminal.read();
      outcome = octet ? editor.feed(*octet) : EditOutcome::End;
    }
    write_all(STDOUT_FILENO, editor.take_output());
    terminal.leave();
    if (outcome == EditOutcome::End) return;
    if (outcome == EditOutcome::Line) interpreter.run(editor.line(), line);
  }
}

void run_lines(Interpreter& interpreter) {
  std::string text;
  for (std::size_t line = 1; !interpreter.exit_requested() && std::getline(std::cin, text); ++line) {
    interpreter.run(text, line);
  }
}

}  // namespace

int run_shell(std::span<const std::string_view> arguments) {
  const Options options = read_options(arguments);
  if (!options.wrong.empty()) {
    write_all(STDERR_FILENO, "portreeve shell: " + options.wrong + "\n" + std::string(kUsage));
    return 2;
  }
  if (options.help) {
    write_all(STDOUT_FILENO, kUsage);
    return 0;
  }
  BusDaemon daemon(options.bus, Terminal::is_there() ? show_progress : BusDaemon::Progress());
  Interpreter interpreter(
      daemon, [](std::string_view text) { write_all(STDOUT_FILENO, text); },
      [](std::string_view text) { write_all(STDERR_FILENO, text); });
  interpreter.warn_of_faults();
  if (options.command)
    interpreter.run(*options.command);
  else if (Terminal::is_there())
    run_interactively(interpreter, daemon);
  else
    run_lines(interpreter);
  return interpreter.status();
}

}  // namespace portreeve::shell
