// The process that goes on with a conversation: successor CONVERSATION STEPS-DONE
//
// Reads what was stored, and writes the octets that it says from there on and, behind them, what it stores in the end:
// each with its length in front. Its clock has begun somewhere else.
#include <array>
#include <cstdio>
#include <cstdlib>

#include "firmware/bgp/stored.h"
#include "tests/simulation/conversation.h"

using namespace portreeve;
using namespace portreeve::simulation;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  bgp::Octets stored;
  std::array<std::byte, 65536> buffer{};
  for (std::size_t octets = 0; (octets = std::fread(buffer.data(), 1, buffer.size(), stdin)) > 0;) {
    stored.insert(stored.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(octets));
  }
  Conversation conversation(argv[1], TimePoint(std::chrono::hours(5000)));
  if (!conversation.restore(stored, std::strtoul(argv[2], nullptr, 10))) return 3;
  conversation.run(conversation.steps());
  bgp::Octets all;
  bgp::StoreWriter writer(all);
  writer.part(conversation.written());
  writer.part(conversation.store());
  return std::fwrite(all.data(), 1, all.size(), stdout) == all.size() ? 0 : 4;
}
