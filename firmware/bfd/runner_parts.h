// What the runner's thread keeps of a session, and of a port that sessions share. Inside the room only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/bfd/runner.h"

namespace portreeve::bfd {

inline WallTime wall_now() {
  return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

struct Runner::Port {
  Place place;
  Receiver receiver;
  std::vector<Entry*> entries;
  TimePoint emptied{};  // all that had arrived by then was read
};

// Why a packet of the peer was not taken.
struct Drop {
  std::optional<Discard> malformed;
  int ttl = 0;  // too low a one, else
};

struct Runner::Entry : HeapMember {
  SessionNumber number = 0;
  SessionConfig config;
  Timing timing;
  Session session;
  std::shared_ptr<Counters> counters;
  Port* port = nullptr;
  std::optional<Sender> sender;
  std::uint16_t source_port = 0;  // 0: none was taken yet
  bool send_failed = false;       // the last time
  bool leaving = false;           // removed: goes when it has said its farewell
  bool finished = false;
  std::string problem;
  std::optional<Drop> drop;  // the last one, unless it is Up and packets have come since
  WallTime since = wall_now();
  Status published;
};

}  // namespace portreeve::bfd
