// The thread that sessions live in: sockets, timers, and the engine between them. It takes commands from the owner's
// thread and gives it news, both through mailboxes, and shares nothing else with it but counters.
//
// Detection must not be fooled by our own lateness: before a detection time is judged, what has arrived at the
// session's port is read. Nor by a flood: what a port may cost in a turn costs no other port its share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "firmware/bfd/deadline_heap.h"
#include "firmware/bfd/mailbox.h"
#include "firmware/bfd/service.h"
#include "firmware/bfd/session.h"
#include "firmware/bfd/socket.h"

namespace portreeve::bfd {

using SessionNumber = std::uint64_t;

// Written by the runner's thread, read by the owner's.
struct Counters {
  std::atomic<std::uint64_t> received = 0, sent = 0, dropped = 0, send_errors = 0;
};

struct Command {
  enum class Kind : std::uint8_t { Set, Remove, Stop, Quit };
  Kind kind = Kind::Set;
  SessionNumber number = 0;            // of Set and Remove
  SessionConfig config;                // of Set
  std::shared_ptr<Counters> counters;  // of Set
};

struct News {
  enum class Kind : std::uint8_t { Changed, Stopped };
  Kind kind = Kind::Changed;
  SessionNumber number = 0;
  Status status;  // without counters
};

struct Mail {
  Mailbox<Command> commands;
  Mailbox<News> news;
  std::atomic<std::uint64_t> packets_of_nobody = 0;
};

// What the thread waits with: made before there is a thread, by who can say that it could not be.
struct Watch {
  static Result<Watch> open(Mail& mail);

  Descriptor epoll;  // of commands already, and of the timer
  Descriptor timer;
};

class Runner {
 public:
  Runner(Mail& mail, Watch watch);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void run();  // the thread: until Quit

 private:
  struct Port;
  struct Entry;

  void ask_for_priority();
  void wait();
  void arm_timer();
  void run_due();
  void keep_house();
  void drain(Port& port);
  bool drain_for_verdict(const Entry& entry, TimePoint deadline);
  void take(Port& port, const Datagram& datagram);
  Entry* owner_of(Port& port, const Datagram& datagram, const Packet* packet);  // nullptr: nobody's
  void obey(const Command& command);

  void set(const Command& command);
  void leave(Entry& entry);
  void forget_finished();
  Entry* find(SessionNumber number);
  void apply(Entry& entry, const Step& step);
  void send(Entry& entry, const Packet& packet);
  void publish(Entry& entry);
  [[nodiscard]] Status status_of(const Entry& entry) const;

  void repair(Entry& entry);
  Result<> open_port(Entry& entry);
  Result<> open_sender(Entry& entry);
  void close_port(Entry& entry);
  [[nodiscard]] bool source_port_is_free(std::uint16_t port) const;
  std::uint32_t new_discriminator();

  Mail& mail_;
  Watch watch_;
  std::optional<TimePoint> armed_;
  bool rang_ = false;  // since it was armed
  std::optional<TimePoint> house_keeping_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::unordered_map<std::uint32_t, Entry*> by_discriminator_;
  DeadlineHeap<Entry> heap_;
  std::random_device secrets_;  // what an outsider must not guess
  Random random_;
  bool flooded_ = false;  // in this turn
  bool any_finished_ = false;
  bool stopping_ = false;
  bool quit_ = false;
};

}  // namespace portreeve::bfd
