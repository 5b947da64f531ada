#include "firmware/bfd/runner_parts.h"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <thread>
#include <utility>

#include "hal/base/log.h"

namespace portreeve::bfd {
namespace {

// Above all that is not real-time; below the kernel's own threads (50).
constexpr int kPriority = 10;
constexpr Duration kHouseKeeping = std::chrono::seconds(1);
// Five hundred sessions at 10 ms get 50 packets a millisecond. Whoever sends more than this to a port between two looks
// floods us, and must not have the processor: a thread of this priority would leave nothing for the others.
constexpr std::size_t kFlood = 256;
// More than a socket's buffer holds: of so many, the last came after the first was looked at.
constexpr std::size_t kQueueMost = 4096;
constexpr Duration kFloodRest = std::chrono::milliseconds(1);

void count(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

Timing timing_of(const SessionConfig& config) {
  const auto interval = [](Duration duration) {
    return Interval(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count()));
  };
  return {interval(config.transmit_interval), interval(config.receive_interval), config.detect_multiplier,
          config.passive};
}

// RFC 5881 §5 (GTSM); RFC 5883 §5 leaves multihop to configuration.
int minimum_ttl(const SessionConfig& config) { return config.multihop ? config.minimum_ttl : kMaximumTtl; }

std::string describe(const Drop& drop, const SessionConfig& config) {
  const std::string text = "a packet of the peer was dropped: ";
  if (drop.malformed) return text + describe(*drop.malformed);
  return text + "TTL " + std::to_string(drop.ttl) + " is below " + (config.multihop ? "MinimumTtl " : "") +
         std::to_string(minimum_ttl(config));
}

bool same_path(const SessionConfig& a, const SessionConfig& b) {
  return a.peer == b.peer && a.interface == b.interface && a.multihop == b.multihop;
}

}  // namespace

Result<Watch> Watch::open(Mail& mail) {
  const auto failed = [] { return system_error("start BFD", errno); };
  Watch watch;
  watch.epoll = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  if (watch.epoll.get() < 0) return failed();
  watch.timer = Descriptor(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (watch.timer.get() < 0) return failed();
  // Which descriptor it was, an event's pointer says: none is the timer; else it is the mail, or a port.
  for (const auto& [descriptor, tag] :
       {std::pair<int, void*>{watch.timer.get(), nullptr}, {mail.commands.descriptor(), &mail}}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = tag;
    if (epoll_ctl(watch.epoll.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) return failed();
  }
  return watch;
}

Runner::Runner(Mail& mail, Watch watch) : mail_(mail), watch_(std::move(watch)), random_(secrets_()) {}

Runner::~Runner() = default;

// --- the loop ---

void Runner::run() {
  ask_for_priority();
  while (!quit_) {
    arm_timer();
    wait();
    run_due();
    if (any_finished_) forget_finished();
    if (flooded_) std::this_thread::sleep_for(kFloodRest);
  }
}

void Runner::ask_for_priority() {
  sched_param parameter{};
  parameter.sched_priority = kPriority;
  if (sched_setscheduler(0, SCHED_FIFO, &parameter) == 0) return;
  log(LogLevel::Notice, system_error("BFD runs without real-time priority (CAP_SYS_NICE)", errno).message);
}

void Runner::wait() {
  std::array<epoll_event, 32> events{};
  const int ready = epoll_wait(watch_.epoll.get(), events.data(), static_cast<int>(events.size()), -1);
  // Should not be; if it is, sessions go on as well as they can, and the other threads too.
  if (ready < 0 && errno != EINTR) std::this_thread::sleep_for(kFloodRest);
  flooded_ = false;
  bool commands = false;
  for (int i = 0; i < ready; ++i) {
    void* const tag = events.at(static_cast<std::size_t>(i)).data.ptr;
    if (tag == nullptr) {
      rang_ = true;
    } else if (tag == &mail_) {
      commands = true;
    } else {
      drain(*static_cast<Port*>(tag));
    }
  }
  // Last, since a command may close a port that an event is about.
  if (!commands) return;
  for (const Command& command : mail_.commands.take()) obey(command);
}

// An alarm that comes too early costs a look; so deadlines that only move away, as each packet moves the end of a
// detection time, need no system call. One that has rung is silenced by being set again.
void Runner::arm_timer() {
  std::optional<TimePoint> due = house_keeping_;
  if (const Entry* const first = heap_.first(); first != nullptr && (!due || first->deadline() < *due)) {
    due = first->deadline();
  }
  if (!rang_ && (!due || (armed_ && *armed_ <= *due))) return;
  itimerspec alarm{};  // zero: none
  if (due) {
    const auto since_start = due->time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_start);
    alarm.it_value.tv_sec = seconds.count();
    alarm.it_value.tv_nsec = std::chrono::nanoseconds(since_start - seconds).count();
  }
  timerfd_settime(watch_.timer.get(), TFD_TIMER_ABSTIME, &alarm, nullptr);
  armed_ = due;
  rang_ = false;
}

void Runner::run_due() {
  for (Entry* first = heap_.first(); first != nullptr; first = heap_.first()) {
    const TimePoint now = Clock::now();
    if (first->deadline() > now) break;
    const auto detection = detection_deadline(first->session);
    if (detection && *detection <= now && drain_for_verdict(*first, *detection)) {
      if (flooded_) break;  // judged in the next turn, after a rest
      continue;
    }
    apply(*first, expire(first->timing, first->session, now, random_));
  }
  if (house_keeping_ && *house_keeping_ <= Clock::now()) keep_house();
}

void Runner::keep_house() {
  for (const auto& entry : entries_) {
    if (entry->leaving) continue;
    if (entry->session.state != State::Up || entry->send_failed) repair(*entry);
    if (status_of(*entry) != entry->published) publish(*entry);
  }
  house_keeping_ = Clock::now() + kHouseKeeping;
  if (entries_.empty()) house_keeping_.reset();
}

// --- packets ---

void Runner::drain(Port& port) {
  const std::size_t read = port.receiver.drain(kFlood, [&](const Datagram& datagram) { take(port, datagram); });
  if (read >= kFlood) flooded_ = true;
}

// Reads what had arrived at the session's port when its time was up; false: that has been read. In a flood the packet
// that counts may be the last of a full queue.
bool Runner::drain_for_verdict(const Entry& entry, TimePoint deadline) {
  Port* const port = entry.port;
  if (port == nullptr || port->emptied >= deadline) return false;
  port->emptied = Clock::now();
  const std::size_t read = port->receiver.drain(kQueueMost, [&](const Datagram& datagram) { take(*port, datagram); });
  if (read >= kFlood) flooded_ = true;
  return true;
}

// RFC 5880 §6.8.6, §6.3: by our discriminator alone once the other end knows it; RFC 5881 §3, RFC 5883 §3: by interface
// and addresses before. A session is bound to its interface and to its kind, whatever a packet says.
Runner::Entry* Runner::owner_of(Port& port, const Datagram& datagram, const Packet* packet) {
  if (packet != nullptr && packet->your_discriminator != 0) {
    const auto known = by_discriminator_.find(packet->your_discriminator);
    if (known != by_discriminator_.end()) return known->second->port == &port ? known->second : nullptr;
  }
  const auto found = std::find_if(port.entries.begin(), port.entries.end(), [&](const Entry* each) {
    return each->config.peer == datagram.source && !each->leaving &&
           (!each->config.multihop || !each->sender || each->sender->local() == datagram.destination);
  });
  if (found == port.entries.end()) return nullptr;
  Entry* const entry = *found;
  if (packet == nullptr || packet->your_discriminator == 0) return entry;
  // A discriminator that is not ours. FRR (8.4) goes on with that of a session that has ended, of this program before
  // it was started anew, and expects to be told the new one; in the passive role we would wait for it, and it for us.
  const bool waits = entry->timing.passive && entry->session.remote_discriminator == 0;
  return waits && packet->state == State::Down ? entry : nullptr;
}

void Runner::take(Port& port, const Datagram& datagram) {
  const auto packet = decode(datagram.payload);
  Entry* const entry = owner_of(port, datagram, packet ? &*packet : nullptr);
  if (entry == nullptr) {
    count(mail_.packets_of_nobody);
    return;
  }
  if (!packet || datagram.ttl < minimum_ttl(entry->config)) {
    count(entry->counters->dropped);
    if (packet) entry->drop = Drop{std::nullopt, datagram.ttl};
    if (!packet) entry->drop = Drop{packet.error(), 0};
    return;
  }
  count(entry->counters->received);
  const Step step = receive(entry->timing, entry->session, *packet, Clock::now(), random_);
  if (entry->session.state == State::Up) entry->drop.reset();
  apply(*entry, step);
}

void Runner::apply(Entry& entry, const Step& step) {
  if (step.send) send(entry, *step.send);
  if (step.changed) {
    if (entry.session.state != entry.published.state) entry.since = wall_now();
    publish(entry);
  }
  if (const auto deadline = next_deadline(entry.session)) {
    heap_.set(entry, *deadline);
  } else {
    heap_.remove(entry);
    if (entry.leaving) entry.finished = any_finished_ = true;
  }
}

void Runner::send(Entry& entry, const Packet& packet) {
  if (!entry.sender) return;
  const int error = entry.sender->send(encode(packet));
  entry.send_failed = error != 0;
  if (error == 0) {
    count(entry.counters->sent);
    if (!entry.problem.empty()) entry.problem.clear();
  } else {
    count(entry.counters->send_errors);
    entry.problem = system_error("send to " + entry.config.peer.to_string(), error).message;
  }
}

// --- news ---

Status Runner::status_of(const Entry& entry) const {
  const Session& session = entry.session;
  Status status;
  status.state = session.state;
  status.remote_state = session.remote_state;
  status.verdict = session.verdict;
  status.since = entry.since;
  status.diagnostic = session.diagnostic;
  status.remote_diagnostic = session.remote_diagnostic;
  if (entry.sender) status.local = entry.sender->local();
  status.transmit_interval = transmit_interval(session);
  status.receive_interval = std::max<Duration>(session.rx_in_use, session.remote_desired_min_tx);
  status.detection_time = detection_time(session);
  status.remote_transmit_interval = session.remote_desired_min_tx;
  if (session.remote_detect_multiplier != 0) status.remote_receive_interval = session.remote_min_rx;
  status.remote_detect_multiplier = session.remote_detect_multiplier;
  status.local_discriminator = session.local_discriminator;
  status.remote_discriminator = session.remote_discriminator;
  status.up_count = session.up_count;
  status.down_count = session.down_count;
  status.problem = entry.problem;
  const bool tells_drop = entry.drop && session.state != State::Up;
  if (status.problem.empty() && tells_drop) status.problem = describe(*entry.drop, entry.config);
  return status;
}

void Runner::publish(Entry& entry) {
  if (entry.leaving) return;
  entry.published = status_of(entry);
  // An event loop that is held up finds a few changes of each session, not all that a restless peer could make. The
  // earlier ones stay, so a failure is among them if there was one.
  constexpr std::ptrdiff_t kMostOfOne = 4;
  mail_.news.put_with({News::Kind::Changed, entry.number, entry.published}, [](std::vector<News>& waiting, News added) {
    const auto of_this = [&](const News& each) { return each.number == added.number; };
    const auto last = std::find_if(waiting.rbegin(), waiting.rend(), of_this);
    if (last != waiting.rend() && (last->status.verdict == added.status.verdict ||
                                   std::count_if(waiting.begin(), waiting.end(), of_this) >= kMostOfOne)) {
      *last = std::move(added);
    } else {
      waiting.push_back(std::move(added));
    }
  });
}

// --- commands ---

void Runner::obey(const Command& command) {
  switch (command.kind) {
    case Command::Kind::Set:
      set(command);
      return;
    case Command::Kind::Remove:
      if (Entry* const entry = find(command.number)) leave(*entry);
      return;
    case Command::Kind::Stop:
      stopping_ = true;
      for (const auto& entry : entries_) leave(*entry);
      any_finished_ = true;  // also where there is none
      return;
    case Command::Kind::Quit:
      quit_ = true;
      return;
  }
}

void Runner::set(const Command& command) {
  if (Entry* const known = find(command.number)) {
    known->config = command.config;
    known->timing = timing_of(command.config);
    apply(*known, reconfigure(known->timing, known->session, Clock::now(), random_));
    return;
  }
  // One that still says its farewell on the same path would contradict the new one.
  for (const auto& entry : entries_) {
    if (entry->leaving && same_path(entry->config, command.config)) entry->finished = true;
  }
  forget_finished();

  auto entry = std::make_unique<Entry>();
  entry->number = command.number;
  entry->config = command.config;
  entry->timing = timing_of(command.config);
  entry->session = make_session(entry->timing, new_discriminator(), Clock::now());
  entry->counters = command.counters;
  by_discriminator_.emplace(entry->session.local_discriminator, entry.get());
  repair(*entry);
  entries_.push_back(std::move(entry));
  publish(*entries_.back());
  apply(*entries_.back(), {});
  if (!house_keeping_) house_keeping_ = Clock::now() + kHouseKeeping;
}

void Runner::leave(Entry& entry) {
  if (entry.leaving) return;
  entry.leaving = true;
  apply(entry, disable(entry.timing, entry.session, Clock::now(), random_));
}

void Runner::forget_finished() {
  any_finished_ = false;
  std::erase_if(entries_, [this](const auto& entry) {
    if (!entry->finished) return false;
    heap_.remove(*entry);
    by_discriminator_.erase(entry->session.local_discriminator);
    close_port(*entry);
    return true;
  });
  if (!stopping_ || !entries_.empty()) return;
  stopping_ = false;
  mail_.news.put({News::Kind::Stopped, 0, {}});
}

Runner::Entry* Runner::find(SessionNumber number) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry->number == number && !entry->leaving; });
  return found == entries_.end() ? nullptr : found->get();
}

// Not 0 (RFC 5880 §6.8.1), unique, and not to be guessed by who would send packets in the other end's name.
std::uint32_t Runner::new_discriminator() {
  for (;;) {
    const std::uint32_t drawn = secrets_();
    if (drawn != 0 && !by_discriminator_.contains(drawn)) return drawn;
  }
}

}  // namespace portreeve::bfd
