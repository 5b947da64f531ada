#include "firmware/shell/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace portreeve::shell {

bool Terminal::is_there() { return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0; }

bool Terminal::enter() {
  termios mode{};
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return false;
  before_ = mode;
  // Input as it is typed, without echo, signals or translation; output is left as it is.
  mode.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  mode.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  return tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
}

void Terminal::leave() {
  if (before_) tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
  before_.reset();
}

std::size_t Terminal::columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::optional<char> Terminal::read() {
  if (at_ == pending_.size()) {
    std::array<char, 256> buffer{};
    ssize_t size = 0;
    do {
      size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    } while (size < 0 && errno == EINTR);
    if (size <= 0) return std::nullopt;
    pending_.assign(buffer.data(), static_cast<std::size_t>(size));
    at_ = 0;
  }
  return pending_[at_++];
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(descriptor, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

}  // namespace portreeve::shell
