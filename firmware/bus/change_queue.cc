#include "firmware/bus/change_queue.h"

#include <cstdint>
#include <utility>

namespace portreeve::bus {
namespace {

enum class Permission : std::uint8_t { Asked, Given, Refused };

struct Change {
  CallPtr call;
  ChangeQueue::Step step;
  Permission permission = Permission::Asked;
};

}  // namespace

struct ChangeQueue::State : std::enable_shared_from_this<ChangeQueue::State> {
  State(runtime::BusConnection& bus, AccountFiles files) : connection(bus), access(std::move(files)) {}

  void advance();
  void advance_later();

  runtime::BusConnection& connection;
  Access access;
  std::deque<std::shared_ptr<Change>> changes;
  bool advancing = false;  // now, or in a turn to come
};

// Not re-entered: a step may answer, and an answer may push.
void ChangeQueue::State::advance() {
  if (std::exchange(advancing, true)) return;
  while (!changes.empty() && changes.front()->permission != Permission::Asked) {
    const std::shared_ptr<Change> change = changes.front();
    if (change->permission == Permission::Refused)
      change->call->refuse_access();
    else if (!change->step())
      return advance_later();
    if (!changes.empty() && changes.front() == change) changes.pop_front();
  }
  advancing = false;
}

void ChangeQueue::State::advance_later() {
  connection.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->advancing = false;
    self->advance();
  });
}

ChangeQueue::ChangeQueue(runtime::BusConnection& connection, AccountFiles files)
    : state_(std::make_shared<State>(connection, std::move(files))) {}

ChangeQueue::~ChangeQueue() = default;

void ChangeQueue::push(CallPtr call, Step step) {
  const auto change = std::make_shared<Change>(Change{std::move(call), std::move(step)});
  state_->changes.push_back(change);
  // The permission comes from a callback that the state itself owns and drops first.
  state_->access.check(change->call->message(), [state = state_.get(), change](const auto& allowed) {
    change->permission = allowed ? Permission::Given : Permission::Refused;
    if (allowed) change->call->set_caller(*allowed);
    state->advance();
  });
}

void ChangeQueue::clear() {
  state_->access.forget();
  state_->changes.clear();
}

void run_in_slices(runtime::BusConnection& connection, ChangeQueue::Step step) {
  connection.post([&connection, step = std::move(step)]() mutable {
    if (!step()) run_in_slices(connection, std::move(step));
  });
}

}  // namespace portreeve::bus
