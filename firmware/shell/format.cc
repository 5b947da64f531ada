#include "firmware/shell/format.h"

#include <algorithm>
#include <cstddef>

#include "firmware/shell/words.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

std::string pad(const std::string& text, std::size_t to, bool right) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Asked-for names as the object writes them; those that it has not are kept, and blank.
std::vector<std::string> columns_of(const Object& object, std::span<const std::string> names) {
  std::vector<std::string> columns;
  const auto add = [&](const std::string& name) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  };
  for (const std::string& name : names) {
    bool found = false;
    for (const auto& [key, value] : object.properties) {
      if (!matches_wildcard(key, name)) continue;
      add(key);
      found = true;
    }
    if (!found && !has_wildcard(name)) add(printable(name));
  }
  return columns;
}

std::vector<std::string> all_columns(const Object& object) {
  std::vector<std::string> columns;
  for (const auto& [key, value] : object.properties) columns.push_back(key);
  return columns;
}

struct Column {
  std::string name;
  std::vector<std::string> cells;
  std::size_t width = 0;
  bool right = false;
};

Column make_column(const std::string& name, std::span<const Object> objects) {
  Column column{.name = name, .cells = {}, .width = width(name)};
  for (const Object& object : objects) {
    const Value* value = object.find(name);
    column.cells.push_back(value != nullptr ? show(*value) : "");
    column.width = std::max(column.width, width(column.cells.back()));
    column.right = column.right || (value != nullptr && is_right_aligned(*value));
  }
  return column;
}

class JsonWriter {
 public:
  explicit JsonWriter(bool compress) : compress_(compress) {}

  void object(const Object& object) {
    open('{');
    for (const auto& [name, value] : object.properties) {
      element();
      json_ += json_quoted(name) + (compress_ ? ":" : ": ");
      std::visit(*this, value);
    }
    close('}');
  }
  void array(std::span<const Object> objects) {
    open('[');
    for (const Object& one : objects) {
      element();
      object(one);
    }
    close(']');
  }
  std::string take() { return std::move(json_); }

  void operator()(std::monostate) { json_ += "null"; }
  void operator()(bool value) { json_ += value ? "true" : "false"; }
  void operator()(std::uint64_t value) { json_ += std::to_string(value); }
  void operator()(double value) { json_ += show(value); }
  void operator()(const std::string& text) { json_ += json_quoted(text); }
  void operator()(const std::vector<std::string>& texts) {
    open('[');
    for (const std::string& text : texts) {
      element();
      json_ += json_quoted(text);
    }
    close(']');
  }

 private:
  void open(char bracket) {
    json_ += bracket;
    ++depth_;
    first_ = true;
  }
  void element() {
    if (!first_) json_ += ',';
    first_ = false;
    new_line();
  }
  void close(char bracket) {
    --depth_;
    if (!first_) new_line();
    first_ = false;
    json_ += bracket;
  }
  void new_line() {
    if (!compress_) json_ += "\n" + std::string(depth_ * 2, ' ');
  }

  std::string json_;
  std::size_t depth_ = 0;
  bool first_ = true;
  bool compress_;
};

}  // namespace

std::string format_default(std::span<const Object> objects) {
  std::string text;
  while (!objects.empty()) {
    const View* view = objects[0].view;
    const auto same = std::find_if(objects.begin(), objects.end(), [&](const Object& o) { return o.view != view; });
    const std::span<const Object> group(objects.begin(), same);
    const bool table = view != nullptr && !view->table.empty();
    text += table ? format_table(group) : format_list(group);
    objects = objects.subspan(group.size());
  }
  return text;
}

std::string format_list(std::span<const Object> objects, std::span<const std::string> names) {
  std::string text;
  for (const Object& object : objects) {
    const std::vector<std::string> columns = names.empty() ? all_columns(object) : columns_of(object, names);
    std::size_t widest = 0;
    for (const std::string& column : columns) widest = std::max(widest, width(column));
    if (text.empty()) text = "\n";
    for (const std::string& column : columns) {
      text += without_trailing_blanks(pad(column, widest, false) + " : " + object.text(column)) + "\n";
    }
    text += "\n";
  }
  return text;
}

std::string format_table(std::span<const Object> objects, std::span<const std::string> names) {
  if (objects.empty()) return {};
  std::vector<std::string> wanted;
  if (!names.empty()) {
    wanted = columns_of(objects[0], names);
  } else if (objects[0].view != nullptr && !objects[0].view->table.empty()) {
    wanted.assign(objects[0].view->table.begin(), objects[0].view->table.end());
  } else {
    wanted = all_columns(objects[0]);
  }
  std::vector<Column> columns;
  columns.reserve(wanted.size());
  for (const std::string& name : wanted) columns.push_back(make_column(name, objects));

  const auto line = [&](auto cell_of) {
    std::string text;
    for (const Column& column : columns) {
      if (&column != columns.data()) text += ' ';
      text += pad(cell_of(column), column.width, column.right);
    }
    return without_trailing_blanks(std::move(text)) + "\n";
  };
  std::string text = "\n" + line([](const Column& column) { return column.name; });
  text += line([](const Column& column) { return std::string(width(column.name), '-'); });
  for (std::size_t row = 0; row < objects.size(); ++row) {
    text += line([row](const Column& column) { return column.cells[row]; });
  }
  return text + "\n";
}

std::string format_json(std::span<const Object> objects, bool compress) {
  if (objects.empty()) return {};
  JsonWriter writer(compress);
  if (objects.size() == 1)
    writer.object(objects[0]);
  else
    writer.array(objects);
  return writer.take() + "\n";
}

}  // namespace portreeve::shell
