// Values on their way from one thread to another, and a descriptor that is readable while there are some.
//
// The lock lends the priority of who waits for it to who holds it (PTHREAD_PRIO_INHERIT): the real-time thread is not
// held up when the other one loses the processor in the middle of a `put`.
#pragma once

#include <pthread.h>
#include <sys/eventfd.h>

#include <mutex>
#include <utility>
#include <vector>

#include "firmware/bfd/descriptor.h"

namespace portreeve::bfd {

class LendingMutex {
 public:
  LendingMutex() {
    pthread_mutexattr_t attributes{};
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  ~LendingMutex() { pthread_mutex_destroy(&mutex_); }
  LendingMutex(const LendingMutex&) = delete;
  LendingMutex& operator=(const LendingMutex&) = delete;

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_{};
};

template <class Letter>
class Mailbox {
 public:
  [[nodiscard]] int descriptor() const { return event_.get(); }

  void put(Letter letter) {
    put_with(std::move(letter),
             [](std::vector<Letter>& letters, Letter added) { letters.push_back(std::move(added)); });
  }
  // `add(letters, letter)` decides how it joins those that nobody has taken yet.
  template <class Add>
  void put_with(Letter letter, Add add) {
    {
      const std::lock_guard lock(mutex_);
      add(letters_, std::move(letter));
    }
    static_cast<void>(eventfd_write(event_.get(), 1));
  }

  std::vector<Letter> take() {
    eventfd_t ignored = 0;
    static_cast<void>(eventfd_read(event_.get(), &ignored));
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }

 private:
  Descriptor event_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  LendingMutex mutex_;
  std::vector<Letter> letters_;  // guarded by the mutex
};

}  // namespace portreeve::bfd
