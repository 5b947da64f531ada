// What happened in a schedule, for people: kept only where somebody will read it, as most schedules go well.
#pragma once

#include <cstdio>
#include <string>

#include "hal/base/time.h"

namespace portreeve::simulation {

class Trace {
 public:
  explicit Trace(bool wanted) : wanted_(wanted) {}

  [[nodiscard]] bool wanted() const { return wanted_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  // `describe()` is not called for nobody.
  template <class Describe>
  void note(TimePoint now, Describe describe) {
    if (!wanted_) return;
    char at[32];
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    static_cast<void>(std::snprintf(at, sizeof(at), "%11.6f  ", seconds));
    text_ += at + describe() + "\n";
  }

 private:
  bool wanted_;
  std::string text_;
};

}  // namespace portreeve::simulation
