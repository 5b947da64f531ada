// Chooses what this process is: the daemon, the minishell, or a tool that needs neither.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/reference.h"
#include "dsc/xsd.h"
#include "firmware/appliance/appliance.h"
#include "firmware/appliance/validate.h"
#include "firmware/resources/resource_types.h"
#include "firmware/shell/shell.h"

namespace {

using Arguments = std::vector<std::string>;

constexpr int kDone = 0;
constexpr int kWrongUsage = 2;

constexpr std::string_view kUsage = R"(portreeve - network firmware of an edge appliance

usage:
  portreeve run [--configuration-directory DIR]... [--state-directory DIR] [--bus ADDRESS]
      The daemon. Configuration directories, lowest layer first, default to /usr/lib/portreeve/dsc.d,
      /etc/portreeve/dsc.d and /run/portreeve/dsc.d; the state directory to $STATE_DIRECTORY or /var/lib/portreeve;
      the bus to the system bus. $CREDENTIALS_DIRECTORY/portreeve.dsc, where there is one, is a layer below the last
      directory if that is under /run, else above all of them.
  portreeve shell [--bus ADDRESS] [-Command TEXT]
      The minishell: interactive on a terminal, else it reads cmdlets from standard input. Get-Help lists them.
  portreeve validate FILE...
      Checks documents, merged in the order given, without a daemon.
  portreeve schema [--reference]
      Prints the XML schema of the documents, or their reference as Markdown.
  portreeve --version | --help

exit status: 0 done, 1 refused or failed, 2 wrong usage
)";

int wrong_usage(const std::string& what) {
  std::cerr << "portreeve: " << what << "\ntry: portreeve --help\n";
  return kWrongUsage;
}

std::string state_directory() {
  // systemd names several, separated by ':', where a unit has several; ours has one.
  const char* const given = std::getenv("STATE_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): before any thread
  return given != nullptr && *given != '\0' ? given : "/var/lib/portreeve";
}

int run(const Arguments& arguments) {
  portreeve::appliance::Options options;
  options.state_directory = state_directory();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& option = arguments[i];
    const bool known = option == "--configuration-directory" || option == "--state-directory" || option == "--bus";
    if (!known) return wrong_usage("run: unknown option '" + option + "'");
    if (++i == arguments.size()) return wrong_usage("run: " + option + " needs a value");
    if (option == "--configuration-directory") options.configuration_directories.push_back(arguments[i]);
    if (option == "--state-directory") options.state_directory = arguments[i];
    if (option == "--bus") options.bus_address = arguments[i];
  }
  if (options.configuration_directories.empty()) {
    options.configuration_directories = {"/usr/lib/portreeve/dsc.d", "/etc/portreeve/dsc.d", "/run/portreeve/dsc.d"};
  }
  return portreeve::appliance::run(std::move(options));
}

int validate(const Arguments& files) {
  if (files.empty()) return wrong_usage("validate: name at least one file");
  return portreeve::appliance::validate_files(files, std::cerr);
}

int schema(const Arguments& arguments) {
  const bool reference = arguments == Arguments{"--reference"};
  if (!reference && !arguments.empty()) return wrong_usage("schema: unknown option '" + arguments.front() + "'");
  const portreeve::dsc::Schema& schema = portreeve::resources::schema();
  std::cout << (reference ? portreeve::dsc::write_reference(schema) : portreeve::dsc::write_xsd(schema));
  return std::cout.flush() ? kDone : 1;
}

int shell(const Arguments& arguments) {
  const std::vector<std::string_view> words(arguments.begin(), arguments.end());
  return portreeve::shell::run_shell(words);
}

// The name that the process was called by: sshd gives a login shell's with a leading '-'.
bool is_minishell(std::string_view name) {
  name.remove_prefix(name.find_last_of('/') + 1);
  if (name.starts_with('-')) name.remove_prefix(1);
  return name == "minishell";
}

int dispatch(std::string_view name, Arguments arguments) {
  if (is_minishell(name)) return shell(arguments);
  if (arguments.empty()) return wrong_usage("what shall it do?");
  const std::string command = arguments.front();
  arguments.erase(arguments.begin());
  if (command == "run") return run(arguments);
  if (command == "shell") return shell(arguments);
  if (command == "validate") return validate(arguments);
  if (command == "schema") return schema(arguments);
  if (command == "--help" || command == "-h") {
    std::cout << kUsage;
    return std::cout.flush() ? kDone : 1;
  }
  if (command == "--version") {
    std::cout << "portreeve " PORTREEVE_VERSION "\n";
    return std::cout.flush() ? kDone : 1;
  }
  return wrong_usage("unknown command '" + command + "'");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 0 ? argv[0] : "portreeve";
  return dispatch(name, Arguments(argv + std::min(argc, 1), argv + argc));
}
