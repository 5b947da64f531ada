#include "firmware/runtime/descriptors.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "hal/base/log.h"
#include "hal/base/result.h"

namespace portreeve::runtime {
namespace {

constexpr rlim_t kTable = 4096;  // entries; 32 KiB

// A table is as large as the highest descriptor that there has been wants it.
void enlarge_table(rlim_t allowed) {
  const int any = eventfd(0, EFD_CLOEXEC);
  if (any < 0) return;
  const int high = fcntl(any, F_DUPFD_CLOEXEC, static_cast<int>(std::min(kTable, allowed) - 1));
  if (high >= 0) close(high);
  close(any);
}

}  // namespace

void prepare_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log_warning(system_error("cannot raise RLIMIT_NOFILE", errno).message);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 0) enlarge_table(limit.rlim_cur);
}

}  // namespace portreeve::runtime
