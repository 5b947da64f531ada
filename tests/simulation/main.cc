// Runs schedules one after another: simulate_bgp COUNT [SEED]
//
// They are the seeds from SEED (1) on. Closes with a line that says how many went well; the first that does not is told
// with all that happened in it, and ends the run. PORTREEVE_TRACE=1: tells of those that go well, too.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "hal/base/number.h"
#include "tests/simulation/schedule.h"

using namespace portreeve::simulation;

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (count == 0 || argc > 3) {
    std::fprintf(stderr, "usage: simulate_bgp COUNT [SEED]\n");
    return 2;
  }
  const bool traced = std::getenv("PORTREEVE_TRACE") != nullptr;
  Figures sum;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Verdict verdict = run_schedule(seed, traced);
    if (traced) std::printf("%s", verdict.trace.c_str());
    if (!verdict.breach.empty()) {
      std::printf("%sseed %llu: %s\n", run_schedule(seed, true).trace.c_str(), static_cast<unsigned long long>(seed),
                  verdict.breach.c_str());
      return 1;
    }
    sum.add(verdict.figures);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu events, %llu sessions, %llu lost, %llu notifications, %llu collisions, %llu updates, %llu octets; "
      "longest recovery %.0f s\n",
      number(sum.events), number(sum.established), number(sum.lost), number(sum.notifications), number(sum.collisions),
      number(sum.updates), number(sum.octets), std::chrono::duration<double>(sum.longest_recovery).count());
  std::printf("%llu schedules from seed %llu went well, %.0f a second\n", number(sum.schedules), number(first),
              static_cast<double>(sum.schedules) / took.count());
  return 0;
}
