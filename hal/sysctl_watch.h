// Hears of writes to files below /proc/sys, by inotify on their directories: the kernel tells of each as soon as it is
// done, whatever was written and by whom. It does not where a value changes without a write to its file
// (`conf/all/disable_ipv6` sets every interface's), nor where it was written through another mount of proc: who must
// know looks now and then.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hal/base/number.h"
#include "hal/base/result.h"

namespace portreeve::hal {

// The directory is the same one as long as all of this is the same: it goes with its interface and its name, and IPv6's
// goes and comes where the MTU crosses 1280.
struct SysctlDirectory {
  std::string path;        // below /proc/sys
  IfIndex link{};          // 0: of all interfaces
  std::uint32_t made = 0;  // how often the link's directories have been made so far

  friend bool operator==(const SysctlDirectory&, const SysctlDirectory&) = default;
};

class SysctlWatch {
 public:
  SysctlWatch() = default;
  ~SysctlWatch() { close(); }
  SysctlWatch(const SysctlWatch&) = delete;
  SysctlWatch& operator=(const SysctlWatch&) = delete;

  Result<> open();
  void close();
  [[nodiscard]] int descriptor() const { return inotify_; }  // readable when `take` has something to do; owned by this

  // From now on these and no others; those that are not there are passed over. To be called again at each event of a
  // link: a directory goes with its interface, silently, and that of the next interface of the name is another. What is
  // as it was costs no call of the system. Nothing while it is not open.
  void follow(const std::vector<SysctlDirectory>& directories);
  // Takes what waits: whether anything was written.
  bool take();

 private:
  struct Watched {
    SysctlDirectory directory;
    int watch = -1;
    int held = -1;  // open, which keeps the kernel from forgetting the watched inode, and making another
  };

  [[nodiscard]] Watched add(const SysctlDirectory& directory);
  void remove(const Watched& watched) const;

  int inotify_ = -1;
  std::map<std::string, Watched> watched_;  // by path
  bool warned_ = false;
};

}  // namespace portreeve::hal
