// Runs an event loop until something is so, or for at most `limit`; says which.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>

namespace portreeve::fakes {

template <class Condition>
bool run_until(boost::asio::io_context& context, Condition condition,
               std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::seconds(0)) return false;
    context.restart();
    context.run_one_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(10)));
  }
  return true;
}

}  // namespace portreeve::fakes
