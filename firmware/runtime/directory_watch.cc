#include "firmware/runtime/directory_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "hal/base/log.h"

namespace portreeve::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kSettle{200};
// Who writes on and on does not put it off for ever.
constexpr std::chrono::seconds kSettleAtLatest{2};

constexpr std::uint32_t kItself = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kNames = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t kDropIns = kNames | IN_CLOSE_WRITE | IN_ATTRIB;
// After these what is watched is no more where it was.
constexpr std::uint32_t kElsewhere = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_Q_OVERFLOW;

bool is_drop_in(std::string_view name) { return name.ends_with(".xml") && !name.starts_with('.'); }

// A new file is told of once it is closed. What has content at once is a link, and complete.
bool is_still_empty(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

// "/a/b" → "/", "/a", "/a/b".
std::vector<std::string> way_to(const std::string& directory) {
  std::vector<std::string> way = {"/"};
  for (std::size_t at = 1; at < directory.size();) {
    const std::size_t end = std::min(directory.find('/', at), directory.size());
    if (end > at) way.push_back(directory.substr(0, end));
    at = end + 1;
  }
  return way;
}

}  // namespace

struct DirectoryWatch::State : std::enable_shared_from_this<DirectoryWatch::State> {
  State(asio::io_context& context, std::vector<std::string> places, std::function<void()> told)
      : directories(std::move(places)), changed(std::move(told)), inotify(context), settled(context) {}

  // What is of interest in one directory that is there.
  struct Watched {
    std::string drop_ins_of;     // its path, where it is one of `directories`
    std::set<std::string> next;  // names that lead on to one of them
  };

  Result<> arm();
  void follow(const std::string& directory);
  void follow_name(const std::string& directory, const std::string& path);
  int add(const std::string& path, std::uint32_t mask);
  void wait();
  void woken();
  [[nodiscard]] bool concerns(const inotify_event& event, std::string_view name, bool& elsewhere) const;
  void settle();
  void stop();

  const std::vector<std::string> directories;
  const std::function<void()> changed;
  asio::posix::stream_descriptor inotify;  // owns it; closed while nothing is watched
  std::map<int, Watched> watched;
  asio::steady_timer settled;
  std::optional<asio::steady_timer::time_point> unsettled_since;
  unsigned life = 0;  // of the watches; handlers of an earlier one do nothing
};

// A new instance each time, in which no event of an old watch is left.
Result<> DirectoryWatch::State::arm() {
  const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return system_error("cannot watch the configuration directories", errno);
  ++life;
  watched.clear();
  boost::system::error_code ignored;
  inotify.close(ignored);
  inotify.assign(descriptor, ignored);
  for (const std::string& directory : directories) follow(directory);
  wait();
  return {};
}

// Each directory on the way is watched for going away, and the last one that is there, or else the one above, for what
// comes and goes under the next name.
void DirectoryWatch::State::follow(const std::string& directory) {
  const std::vector<std::string> way = way_to(directory);
  for (std::size_t i = 0; i < way.size(); ++i) {
    const bool last = i + 1 == way.size();
    if (last && i > 0) follow_name(way[i - 1], way[i]);
    int watch = add(way[i], last ? kDropIns : 0);
    if (watch < 0 && !last) {
      follow_name(way[i - 1], way[i]);
      watch = add(way[i], 0);  // it may have come just before
    }
    if (watch < 0) return;
    if (last) watched[watch].drop_ins_of = directory;
  }
}

void DirectoryWatch::State::follow_name(const std::string& directory, const std::string& path) {
  const int watch = add(directory, kNames);
  if (watch >= 0) watched[watch].next.insert(path.substr(path.rfind('/') + 1));
}

int DirectoryWatch::State::add(const std::string& path, std::uint32_t mask) {
  const int watch = inotify_add_watch(inotify.native_handle(), path.c_str(), IN_MASK_ADD | kItself | mask);
  if (watch < 0 && errno != ENOENT && errno != ENOTDIR) {
    log_warning(system_error("cannot watch " + path, errno).message);
  }
  return watch;
}

void DirectoryWatch::State::wait() {
  inotify.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this(), of = life](const boost::system::error_code& error) {
                       if (!error && self->life == of) self->woken();
                     });
}

void DirectoryWatch::State::woken() {
  bool told = false;
  bool elsewhere = false;
  alignas(inotify_event) std::array<char, 4096> events{};
  while (true) {
    const ssize_t length = ::read(inotify.native_handle(), events.data(), events.size());
    if (length <= 0) break;
    for (ssize_t at = 0; at < length;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(&events[static_cast<std::size_t>(at)]);
      const std::string_view name = event->len == 0 ? "" : static_cast<const char*>(event->name);
      told = concerns(*event, name, elsewhere) || told;
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
  }
  if (!elsewhere) {
    wait();
  } else if (const auto armed = arm(); !armed) {
    log_error(armed.error().message);
    wait();
  }
  if (told) settle();
}

// Whether the event is one to be told of; `elsewhere` is set where the watches have to be laid anew.
bool DirectoryWatch::State::concerns(const inotify_event& event, std::string_view name, bool& elsewhere) const {
  if ((event.mask & kElsewhere) != 0) return elsewhere = true;
  const auto found = watched.find(event.wd);
  if (found == watched.end()) return false;
  const auto& [drop_ins_of, next] = found->second;
  if (next.contains(std::string(name))) return elsewhere = true;
  if (drop_ins_of.empty() || !is_drop_in(name)) return false;
  return (event.mask & IN_CREATE) == 0 || !is_still_empty(drop_ins_of + "/" + std::string(name));
}

void DirectoryWatch::State::settle() {
  const auto now = asio::steady_timer::clock_type::now();
  if (!unsettled_since) unsettled_since = now;
  settled.expires_at(std::min(now + kSettle, *unsettled_since + kSettleAtLatest));
  settled.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->inotify.is_open() && self->settled.expiry() <= asio::steady_timer::clock_type::now()) {
      self->unsettled_since.reset();
      self->changed();
    }
  });
}

void DirectoryWatch::State::stop() {
  ++life;
  boost::system::error_code ignored;
  inotify.close(ignored);
  watched.clear();
  unsettled_since.reset();
  settled.expires_at(asio::steady_timer::time_point::max());  // which cancels, also a handler that is queued
}

DirectoryWatch::DirectoryWatch(asio::io_context& context, std::vector<std::string> directories,
                               std::function<void()> changed)
    : state_(std::make_shared<State>(context, std::move(directories), std::move(changed))) {}

DirectoryWatch::~DirectoryWatch() { stop(); }

Result<> DirectoryWatch::start() {
  if (running()) return {};
  return state_->arm();
}

void DirectoryWatch::stop() { state_->stop(); }

bool DirectoryWatch::running() const { return state_->inotify.is_open(); }

}  // namespace portreeve::runtime
