// The person's terminal: in raw mode while a line is being typed, as it was before at all other times.
#pragma once

#include <termios.h>

#include <optional>
#include <string>

namespace portreeve::shell {

class Terminal {
 public:
  // Both standard input and output are a terminal.
  static bool is_there();

  Terminal() = default;
  ~Terminal() { leave(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool enter();  // false where the terminal refuses
  void leave();
  [[nodiscard]] static std::size_t columns();
  // The next octet typed; none at the input's end. Octets read beyond a line's end wait for the next one.
  std::optional<char> read();
  [[nodiscard]] bool has_pending() const { return at_ < pending_.size(); }

 private:
  std::optional<termios> before_;
  std::string pending_;
  std::size_t at_ = 0;
};

// All of it, to standard output or error; given up where nobody reads any more.
void write_all(int descriptor, std::string_view text);

}  // namespace portreeve::shell
