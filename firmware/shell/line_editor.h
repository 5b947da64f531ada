// A line editor for a VT100 terminal, as bytes in, bytes out: no terminal, no descriptor, no clock. One line that
// scrolls sideways where it is longer than the screen; history in memory; Tab completes.
//
// Keys: arrows, Home, End, Delete, Ctrl- A E B F K U W Y L T C D, and Tab. Text is UTF-8, a column a character.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/complete.h"

namespace portreeve::shell {

enum class EditOutcome : std::uint8_t {
  More,       // the line is not finished
  Line,       // `line()` is
  Abandoned,  // Ctrl-C: the line is given up
  End,        // Ctrl-D on an empty line
};

class LineEditor {
 public:
  using Completer = std::function<Completion(std::string_view left)>;

  LineEditor(std::string prompt, Completer completer);

  void begin(std::size_t columns);  // a new line; what is to be shown for it is in `take_output`
  EditOutcome feed(char byte);
  [[nodiscard]] const std::string& line() const { return line_; }
  std::string take_output();

 private:
  enum class Escape : std::uint8_t { None, Started, Bracket, Single };

  EditOutcome control(char byte);
  void escape(char byte);
  void sequence(std::string_view parameters, char final);
  void insert(std::string_view text);
  void erase(std::size_t from, std::size_t to);
  void move_to(std::size_t cursor) { cursor_ = cursor; }
  void recall(std::size_t entry);
  void complete();
  void list(const std::vector<std::string>& candidates);
  void draw();
  EditOutcome finish(EditOutcome outcome);

  [[nodiscard]] std::size_t left() const;   // where the character before the cursor begins
  [[nodiscard]] std::size_t right() const;  // where the character at the cursor ends
  [[nodiscard]] std::size_t word_left() const;
  [[nodiscard]] std::size_t word_right() const;

  std::string prompt_;
  Completer completer_;
  std::size_t columns_ = 80;
  std::string line_;
  std::size_t cursor_ = 0;  // octets
  std::string partial_;     // a character whose octets have not all come
  std::string killed_;      // what Ctrl-Y brings back
  std::vector<std::string> history_;
  std::size_t entry_ = 0;  // of the history that is shown; its size: the new line
  std::string new_line_;   // while an older one is shown
  Escape escape_ = Escape::None;
  std::string parameters_;
  bool changed_ = false;  // since it was drawn
  std::string output_;
};

}  // namespace portreeve::shell
