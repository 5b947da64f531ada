// Any text is read, run on a daemon of paper, completed and edited, or refused with an error that can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "firmware/shell/complete.h"
#include "firmware/shell/interpreter.h"
#include "firmware/shell/line_editor.h"
#include "hal/base/text.h"
#include "tests/fakes/paper_daemon.h"

using namespace portreeve;

namespace {

// What reaches the terminal is text: no byte of it is a control character but for line ends.
void check_shown(std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x20 && c != '\n') || octet == 0x7F) std::abort();
  }
  if (!is_utf8(text)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  fakes::PaperDaemon daemon;
  daemon.shown["Port"] = {fakes::PaperDaemon::object({{"Name", text}, {"Mtu", std::uint64_t{1500}}})};
  daemon.shown["ExternalVirtualSwitch"] = {fakes::PaperDaemon::object({{"Name", std::string("vSwitch1")}})};
  shell::Interpreter interpreter(daemon, check_shown, check_shown);
  interpreter.run(text);
  interpreter.run("Get-HcsPort; Get-HcsPort | ConvertTo-Json");

  for (const std::string& one : shell::complete(text, daemon).candidates) {
    if (one.empty()) std::abort();
  }

  shell::LineEditor editor("PS>", [&](std::string_view left) { return shell::complete(left, daemon); });
  editor.begin(40);
  for (const char byte : text) {
    if (editor.feed(byte) != shell::EditOutcome::More) editor.begin(40);
    if (!is_utf8(editor.line())) std::abort();
  }
  return 0;
}
