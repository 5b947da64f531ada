// An error as PowerShell shows it: what failed, where in the line, and the two lines that scripts look for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::shell {

struct ShellError {
  std::string command;    // "Set-HcsBGPPeer"; empty where none was reached
  std::string message;    // whole sentences
  std::string category;   // "InvalidData", "ObjectNotFound", …
  std::string target;     // "vSwitch9:String"; empty shows ":"
  std::string exception;  // "ParameterBindingValidationException", …
  std::string id;         // "ParameterArgumentValidationError"
  bool command_exists = true;
  // Where in the text that was run.
  std::size_t offset = 0;
  std::size_t length = 0;
};

// Windows PowerShell's text of an error in `source`, whose first line is number `line`.
std::string describe(const ShellError& error, std::string_view source, std::size_t line);

ShellError parse_error(std::string message, std::string id, std::size_t offset, std::size_t length);

}  // namespace portreeve::shell
