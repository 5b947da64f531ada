// Time as the engines see it: points and durations handed in, never read inside.
#pragma once

#include <chrono>
#include <cstdint>

namespace portreeve {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

// For people and for files: seconds since 1970 with microseconds.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

}  // namespace portreeve
