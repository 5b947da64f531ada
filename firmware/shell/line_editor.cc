#include "firmware/shell/line_editor.h"

#include <algorithm>
#include <utility>

#include "firmware/shell/words.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::size_t kLongestLine = 65536;
constexpr std::size_t kMostHistory = 500;
constexpr std::size_t kMostListed = 100;

constexpr char key(char letter) { return static_cast<char>(letter - 'A' + 1); }  // Ctrl-letter
constexpr char kEscape = 0x1B;
constexpr char kDelete = 0x7F;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// The part of `text` that begins after `skip` characters and has at most `most` of them.
std::string_view characters(std::string_view text, std::size_t skip, std::size_t most) {
  const auto end_of = [&](std::size_t begin, std::size_t count) {
    while (begin < text.size() && count > 0) {
      ++begin;
      while (begin < text.size() && continues_character(text[begin])) ++begin;
      --count;
    }
    return begin;
  };
  const std::size_t begin = end_of(0, skip);
  return text.substr(begin, end_of(begin, most) - begin);
}

std::string common_beginning(const std::vector<std::string>& candidates) {
  std::string common = candidates[0];
  for (const std::string& one : candidates) {
    while (!begins_word(one, common)) common.pop_back();
  }
  while (!common.empty() && !is_utf8(common)) common.pop_back();
  return common;
}

}  // namespace

LineEditor::LineEditor(std::string prompt, Completer completer)
    : prompt_(std::move(prompt)), completer_(std::move(completer)) {}

void LineEditor::begin(std::size_t columns) {
  columns_ = std::max(columns, width(prompt_) + 10);
  line_.clear();
  partial_.clear();
  cursor_ = 0;
  entry_ = history_.size();
  changed_ = true;
}

std::string LineEditor::take_output() {
  draw();
  return std::exchange(output_, {});
}

EditOutcome LineEditor::feed(char byte) {
  if (escape_ != Escape::None) {
    escape(byte);
    return EditOutcome::More;
  }
  const auto octet = static_cast<unsigned char>(byte);
  if (octet < 0x20 || byte == kDelete) return control(byte);
  if (!continues_character(byte) || partial_.size() >= 4) partial_.clear();
  partial_ += byte;
  if (is_utf8(partial_)) insert(std::exchange(partial_, {}));
  return EditOutcome::More;
}

EditOutcome LineEditor::control(char byte) {
  partial_.clear();
  switch (byte) {
    case '\r':
    case '\n':
      return finish(EditOutcome::Line);
    case key('C'):
      return finish(EditOutcome::Abandoned);
    case key('D'):
      if (line_.empty()) return finish(EditOutcome::End);
      erase(cursor_, right());
      break;
    case kEscape:
      escape_ = Escape::Started;
      return EditOutcome::More;
    case '\t':
      complete();
      break;
    case kDelete:
    case key('H'):
      erase(left(), cursor_);
      break;
    case key('A'):
      move_to(0);
      break;
    case key('E'):
      move_to(line_.size());
      break;
    case key('B'):
      move_to(left());
      break;
    case key('F'):
      move_to(right());
      break;
    case key('P'):
      if (entry_ > 0) recall(entry_ - 1);
      break;
    case key('N'):
      recall(entry_ + 1);
      break;
    case key('K'):
      killed_ = line_.substr(cursor_);
      erase(cursor_, line_.size());
      break;
    case key('U'):
      killed_ = line_.substr(0, cursor_);
      erase(0, cursor_);
      break;
    case key('W'):
      killed_ = line_.substr(word_left(), cursor_ - word_left());
      erase(word_left(), cursor_);
      break;
    case key('Y'):
      insert(killed_);
      break;
    case key('L'):
      output_ += "\x1b[H\x1b[2J";
      break;
    default:
      break;
  }
  changed_ = true;
  return EditOutcome::More;
}

// ESC x, ESC O x, and ESC [ parameters x (ECMA-48 §5.4).
void LineEditor::escape(char byte) {
  if (escape_ == Escape::Started) {
    parameters_.clear();
    escape_ = byte == '[' ? Escape::Bracket : byte == 'O' ? Escape::Single : Escape::None;
    if (escape_ != Escape::None) return;
    if (byte == 'b') move_to(word_left());
    if (byte == 'f') move_to(word_right());
    if (byte == 'd') erase(cursor_, word_right());
  } else if (escape_ == Escape::Bracket && static_cast<unsigned char>(byte) < 0x40 && parameters_.size() < 16) {
    parameters_ += byte;
    return;
  } else {
    escape_ = Escape::None;
    sequence(parameters_, byte);
  }
  changed_ = true;
}

void LineEditor::sequence(std::string_view parameters, char final) {
  const bool by_word = parameters.ends_with(";5") || parameters.ends_with(";3");  // with Ctrl or Alt
  if (final == 'A' && entry_ > 0) recall(entry_ - 1);
  if (final == 'B') recall(entry_ + 1);
  if (final == 'C') move_to(by_word ? word_right() : right());
  if (final == 'D') move_to(by_word ? word_left() : left());
  if (final == 'H' || (final == '~' && (parameters == "1" || parameters == "7"))) move_to(0);
  if (final == 'F' || (final == '~' && (parameters == "4" || parameters == "8"))) move_to(line_.size());
  if (final == '~' && parameters == "3") erase(cursor_, right());
}

void LineEditor::insert(std::string_view text) {
  if (line_.size() + text.size() > kLongestLine) return;
  line_.insert(cursor_, text);
  cursor_ += text.size();
  changed_ = true;
}

void LineEditor::erase(std::size_t from, std::size_t to) {
  line_.erase(from, to - from);
  cursor_ = from;
}

void LineEditor::recall(std::size_t entry) {
  if (entry > history_.size()) return;
  if (entry_ == history_.size()) new_line_ = line_;
  entry_ = entry;
  line_ = entry == history_.size() ? new_line_ : history_[entry];
  cursor_ = line_.size();
}

// One candidate is put in; of several what they have in common, and where that is nothing new, they are listed.
void LineEditor::complete() {
  const std::string_view typed_line = std::string_view(line_).substr(0, cursor_);
  const Completion completion = completer_(typed_line);
  if (completion.candidates.empty() || completion.begin > cursor_) return;
  const bool single = completion.candidates.size() == 1;
  const std::string replacement = single ? completion.candidates[0] + " " : common_beginning(completion.candidates);
  const std::size_t typed = cursor_ - completion.begin;
  if (!single && replacement.size() <= typed) return list(completion.candidates);
  erase(completion.begin, cursor_);
  insert(replacement);
}

void LineEditor::list(const std::vector<std::string>& candidates) {
  draw();
  std::size_t widest = 0;
  for (const std::string& one : candidates) widest = std::max(widest, width(printable(one)));
  const std::size_t in_line = std::max<std::size_t>(1, columns_ / (widest + 2));
  for (std::size_t i = 0; i < candidates.size() && i < kMostListed; ++i) {
    const std::string shown = printable(candidates[i]);
    output_ += (i % in_line == 0 ? "\r\n" : "  ") + shown + std::string(widest - std::min(widest, width(shown)), ' ');
  }
  if (candidates.size() > kMostListed) output_ += "\r\n… " + std::to_string(candidates.size()) + " in all";
  output_ += "\r\n";
}

// Draws the line anew where it changed: the part of it around the cursor, where it is longer than the screen.
void LineEditor::draw() {
  if (!std::exchange(changed_, false)) return;
  const std::size_t room = columns_ - width(prompt_) - 1;
  const std::size_t at = width(std::string_view(line_).substr(0, cursor_));
  const std::size_t skip = at > room ? at - room : 0;
  output_ += "\r" + prompt_ + printable(characters(line_, skip, room), kLongestLine) + "\x1b[K\r";
  output_ += "\x1b[" + std::to_string(width(prompt_) + at - skip) + "C";
}

EditOutcome LineEditor::finish(EditOutcome outcome) {
  draw();
  output_ += outcome == EditOutcome::Abandoned ? "^C\r\n" : "\r\n";
  const bool worth_keeping = line_.find_first_not_of(' ') != std::string::npos;
  if (outcome == EditOutcome::Line && worth_keeping && (history_.empty() || history_.back() != line_)) {
    history_.push_back(line_);
    if (history_.size() > kMostHistory) history_.erase(history_.begin());
  }
  return outcome;
}

std::size_t LineEditor::left() const {
  std::size_t at = cursor_;
  if (at > 0) --at;
  while (at > 0 && continues_character(line_[at])) --at;
  return at;
}

std::size_t LineEditor::right() const {
  std::size_t at = cursor_;
  if (at < line_.size()) ++at;
  while (at < line_.size() && continues_character(line_[at])) ++at;
  return at;
}

std::size_t LineEditor::word_left() const {
  std::size_t at = cursor_;
  while (at > 0 && line_[at - 1] == ' ') --at;
  while (at > 0 && line_[at - 1] != ' ') --at;
  return at;
}

std::size_t LineEditor::word_right() const {
  const std::size_t word = std::min(line_.find_first_not_of(' ', cursor_), line_.size());
  return std::min(line_.find(' ', word), line_.size());
}

}  // namespace portreeve::shell
