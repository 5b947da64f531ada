// A message bus for one test: a dbus-daemon of its own on a socket in a temporary directory, with no policy but
// "everything is allowed", stopped and removed with the object.
#pragma once

#include <sys/types.h>

#include <string>

namespace portreeve::fakes {

class PrivateBus {
 public:
  enum class Begin { Running, Stopped };

  explicit PrivateBus(Begin begin = Begin::Running);
  ~PrivateBus();
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;

  void start();  // returns when the bus takes connections
  void stop();   // its socket stays behind, as after a crash
  void remove_socket();

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string address() const { return "unix:path=" + directory_ + "/bus"; }

 private:
  std::string directory_;
  pid_t daemon_ = -1;
};

}  // namespace portreeve::fakes
