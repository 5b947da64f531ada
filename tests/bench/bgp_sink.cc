// The far end of a benchmark: a BGP speaker that takes whatever it is told as fast as it comes, and knows when.
//
//   bgp_sink ASN HOLD_TIME ADDRESS...     listens on port 179 of each address and completes the handshake with whoever
//                                         connects; each address has one session, the last one
//
// Commands come by standard input, one a line, and are answered by one line each, in order; the end of the input ends
// it.
//   established N     waits until N sessions are: "NS", when the last of them became so
//   present N         waits until every session that is established has N host routes, neither more nor less:
//                     "FIRST LAST MESSAGES": when the first UPDATE since the last `mark` came and when the last session
//                     had its last route, and how many UPDATEs that took (all sessions)
//   mark              forgets those times and numbers
//   feed FILE         writes the file to every session, as it is: "BEGIN END", END when TCP has delivered it all
//   idle              waits until there is no session: "NS" when the last one ended
// Times are nanoseconds of CLOCK_MONOTONIC, taken when the system call returned that brought the octets.
//
// Routes are counted by a bit for each (10.0.0.0/8 and nothing but /32 is told apart), so that a route that comes twice
// counts once. It checks nothing: the conformance tests do.
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Octet = std::uint8_t;
using Nanoseconds = std::int64_t;

constexpr std::size_t kHeader = 19;
constexpr std::size_t kBuffer = std::size_t{4} << 20U;
constexpr Octet kOpen = 1;
constexpr Octet kUpdate = 2;
constexpr Octet kNotification = 3;
constexpr Octet kKeepalive = 4;

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * Nanoseconds{1'000'000'000} + time.tv_nsec;
}

std::size_t u16(const Octet* at) { return std::size_t{at[0]} << 8U | at[1]; }

std::vector<Octet> message(Octet type, std::span<const Octet> body) {
  std::vector<Octet> octets(16, 0xFF);
  const std::size_t length = kHeader + body.size();
  octets.push_back(static_cast<Octet>(length >> 8U));
  octets.push_back(static_cast<Octet>(length));
  octets.push_back(type);
  octets.insert(octets.end(), body.begin(), body.end());
  return octets;
}

// IPv4 unicast, route refresh, extended messages (RFC 8654: a sender that can shall be at its fastest), four-octet AS.
std::vector<Octet> open_message(std::uint32_t asn, std::uint16_t hold_time, const in_addr& router_id) {
  std::vector<Octet> body = {4};
  const std::uint32_t short_asn = asn > 0xFFFF ? 23456 : asn;
  for (const std::uint32_t value : {short_asn, std::uint32_t{hold_time}}) {
    body.push_back(static_cast<Octet>(value >> 8U));
    body.push_back(static_cast<Octet>(value));
  }
  std::array<Octet, 4> id{};
  std::memcpy(id.data(), &router_id, id.size());
  body.insert(body.end(), id.begin(), id.end());
  const std::vector<Octet> capabilities = {1, 4, 0, 1, 0, 1, 2, 0, 6, 0, 65, 4};
  body.push_back(static_cast<Octet>(capabilities.size() + 4 + 2));
  body.push_back(2);
  body.push_back(static_cast<Octet>(capabilities.size() + 4));
  body.insert(body.end(), capabilities.begin(), capabilities.end());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) body.push_back(static_cast<Octet>(asn >> shift));
  return message(kOpen, body);
}

// Host routes of 10.0.0.0/8.
class Routes {
 public:
  void set(std::uint32_t address, bool present) {
    std::uint64_t& word = words_[(address & 0xFFFFFFU) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (address % 64);
    if (((word & bit) != 0) == present) return;
    word ^= bit;
    present ? ++count_ : --count_;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>((std::size_t{1} << 24U) / 64);
  std::size_t count_ = 0;
};

struct Session {
  int descriptor = -1;
  std::vector<Octet> buffer = std::vector<Octet>(kBuffer);
  std::size_t filled = 0;
  bool established = false;
  Nanoseconds since = 0;    // of established
  Nanoseconds changed = 0;  // when the routes became what they are
  Nanoseconds first = 0;    // UPDATE since the last mark
  std::size_t updates = 0;
  Routes routes;
};

struct Place {
  in_addr address{};
  int listener = -1;
  std::unique_ptr<Session> session;
};

class Sink {
 public:
  Sink(std::uint32_t asn, std::uint16_t hold_time) : asn_(asn), hold_time_(hold_time) {}

  bool listen(const char* text) {
    Place place;
    if (inet_pton(AF_INET, text, &place.address) != 1) return false;
    place.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(place.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(179);
    name.sin_addr = place.address;
    if (bind(place.listener, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return false;
    if (::listen(place.listener, 16) != 0) return false;
    places_.push_back(std::move(place));
    return true;
  }

  void run() {
    while (running_) {
      std::vector<pollfd> waited = {{STDIN_FILENO, POLLIN, 0}};
      for (const Place& place : places_) waited.push_back({place.listener, POLLIN, 0});
      for (const Place& place : places_) waited.push_back({place.session ? place.session->descriptor : -1, POLLIN, 0});
      poll(waited.data(), waited.size(), 500);
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (waited[1 + places_.size() + i].revents != 0) read(places_[i]);
        if (waited[1 + i].revents != 0) accept(places_[i]);
      }
      if (waited[0].revents != 0) read_commands();
      answer();
      keep_alive();
    }
  }

 private:
  void accept(Place& place) {
    const int descriptor = accept4(place.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    end(place);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    place.session = std::make_unique<Session>();
    place.session->descriptor = descriptor;
    send(*place.session, open_message(asn_, hold_time_, place.address));
  }

  void end(Place& place) {
    if (!place.session) return;
    ::close(place.session->descriptor);
    place.session.reset();
    ended_at_ = now();
  }

  static void send(const Session& session, std::span<const Octet> octets) {
    while (!octets.empty()) {
      const ssize_t written = ::send(session.descriptor, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (written > 0) {
        octets = octets.subspan(static_cast<std::size_t>(written));
        continue;
      }
      if (errno != EAGAIN) return;
      pollfd waited{session.descriptor, POLLOUT, 0};
      poll(&waited, 1, 1000);
    }
  }

  void read(Place& place) {
    Session& session = *place.session;
    const ssize_t got =
        ::recv(session.descriptor, session.buffer.data() + session.filled, session.buffer.size() - session.filled, 0);
    const Nanoseconds when = now();
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return end(place);
    session.filled += static_cast<std::size_t>(got);
    const Octet* at = session.buffer.data();
    const Octet* const filled = at + session.filled;
    while (filled - at >= static_cast<std::ptrdiff_t>(kHeader)) {
      const std::size_t length = u16(at + 16);
      if (length < kHeader) return end(place);
      if (filled - at < static_cast<std::ptrdiff_t>(length)) break;
      if (at[18] == kNotification) return end(place);
      take(session, at[18], {at + kHeader, length - kHeader}, when);
      at += length;
    }
    session.filled = static_cast<std::size_t>(filled - at);
    std::memmove(session.buffer.data(), at, session.filled);
  }

  static void take(Session& session, Octet type, std::span<const Octet> body, Nanoseconds when) {
    if (type == kOpen) send(session, message(kKeepalive, {}));
    if (type == kKeepalive && !session.established) {
      session.established = true;
      session.since = when;
    }
    if (type != kUpdate || body.size() <= 4) return;  // 4: End-of-RIB
    if (session.first == 0) session.first = when;
    ++session.updates;
    session.changed = when;
    const std::size_t withdrawn = u16(body.data());
    if (withdrawn + 4 > body.size()) return;
    take_prefixes(session.routes, body.subspan(2, withdrawn), false);
    const std::size_t attributes = u16(body.data() + 2 + withdrawn);
    if (withdrawn + 4 + attributes > body.size()) return;
    take_prefixes(session.routes, body.subspan(4 + withdrawn + attributes), true);
  }

  static void take_prefixes(Routes& routes, std::span<const Octet> octets, bool present) {
    while (octets.size() >= 5 && octets[0] == 32) {
      routes.set(std::uint32_t{octets[2]} << 16U | std::uint32_t{octets[3]} << 8U | octets[4], present);
      octets = octets.subspan(5);
    }
  }

  void keep_alive() {
    const Nanoseconds interval = Nanoseconds{hold_time_} * 1'000'000'000 / 3;
    if (interval == 0 || now() - kept_alive_ < interval) return;
    kept_alive_ = now();
    for (const Place& place : places_) {
      if (place.session && place.session->established) send(*place.session, message(kKeepalive, {}));
    }
  }

  void read_commands() {
    std::array<char, 4096> octets{};
    const ssize_t got = ::read(STDIN_FILENO, octets.data(), octets.size());
    if (got <= 0) {
      running_ = false;
      return;
    }
    input_.append(octets.data(), static_cast<std::size_t>(got));
  }

  // Answers the first command, and then the next, as far as what they wait for has come.
  void answer() {
    for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos; input_.erase(0, end + 1)) {
      std::istringstream words(input_.substr(0, end));
      std::string verb;
      words >> verb;
      const auto text = obey(verb, words);
      if (!text) return;
      std::puts(text->c_str());
      std::fflush(stdout);
    }
  }

  std::optional<std::string> obey(std::string_view verb, std::istringstream& words) {
    if (verb == "feed") {
      std::string file;
      words >> file;
      return feed(file);
    }
    std::size_t number = 0;
    words >> number;
    if (verb == "established") return established(number);
    if (verb == "present") return present(number);
    if (verb == "idle") return idle();
    if (verb != "mark") return "what is " + std::string(verb) + "?";
    for (const Place& place : places_) {
      if (!place.session) continue;
      place.session->first = 0;
      place.session->updates = 0;
    }
    return "marked";
  }

  [[nodiscard]] std::optional<std::string> idle() const {
    for (const Place& place : places_) {
      if (place.session) return std::nullopt;
    }
    return std::to_string(ended_at_);
  }

  [[nodiscard]] std::optional<std::string> established(std::size_t number) const {
    Nanoseconds last = 0;
    for (const Place& place : places_) {
      if (!place.session || !place.session->established) continue;
      last = std::max(last, place.session->since);
      if (number > 0) --number;
    }
    if (number > 0) return std::nullopt;
    return std::to_string(last);
  }

  [[nodiscard]] std::optional<std::string> present(std::size_t number) const {
    Nanoseconds first = 0;
    Nanoseconds last = 0;
    std::size_t updates = 0;
    for (const Place& place : places_) {
      if (!place.session || !place.session->established) continue;
      if (place.session->routes.count() != number) return std::nullopt;
      if (first == 0 || place.session->first < first) first = place.session->first;
      last = std::max(last, place.session->changed);
      updates += place.session->updates;
    }
    return std::to_string(first) + " " + std::to_string(last) + " " + std::to_string(updates);
  }

  [[nodiscard]] std::string feed(const std::string& file) const {
    std::ifstream input(file, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(input), {}};
    const Nanoseconds begin = now();
    for (const Place& place : places_) {
      if (!place.session) continue;
      send(*place.session, {reinterpret_cast<const Octet*>(octets.data()), octets.size()});
    }
    for (const Place& place : places_) {
      int left = 1;
      while (place.session && ioctl(place.session->descriptor, SIOCOUTQ, &left) == 0 && left > 0) usleep(200);
    }
    return std::to_string(begin) + " " + std::to_string(now());
  }

  const std::uint32_t asn_;
  const std::uint16_t hold_time_;
  std::vector<Place> places_;
  std::string input_;
  Nanoseconds ended_at_ = 0;
  Nanoseconds kept_alive_ = 0;
  bool running_ = true;
};

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    std::fputs("usage: bgp_sink ASN HOLD_TIME ADDRESS...\n", stderr);
    return 2;
  }
  Sink sink(static_cast<std::uint32_t>(std::strtoul(words[1], nullptr, 10)),
            static_cast<std::uint16_t>(std::strtoul(words[2], nullptr, 10)));
  for (const char* address : std::span(words + 3, static_cast<std::size_t>(count - 3))) {
    if (!sink.listen(address)) {
      std::perror(address);
      return 1;
    }
  }
  std::puts("listening");
  std::fflush(stdout);
  sink.run();
  return 0;
}
