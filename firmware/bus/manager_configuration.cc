// The Manager's methods about configurations: applying, what that would do, confirming, restoring, comparing, history.
#include <cstdint>
#include <optional>
#include <utility>

#include "firmware/bus/answers.h"
#include "firmware/bus/large_text.h"
#include "firmware/bus/manager_object.h"
#include "firmware/bus/object_kinds.h"
#include "firmware/bus/properties.h"
#include "firmware/bus/requests.h"

namespace portreeve::bus {
namespace {

using Operation = std::pair<std::string, std::string>;

int append_operation(sd_bus_message* message, const Operation& operation) {
  return append_struct(message, {&operation.first, &operation.second});
}

int append_change(sd_bus_message* message, const PropertyChangeView& change) {
  return append_struct(message, {&change.resource, &change.property, &change.before, &change.after});
}

// 0 on the bus: none in particular.
std::optional<std::uint64_t> id_or_none(std::uint64_t id) { return id == 0 ? std::nullopt : std::optional(id); }

struct RestoreRequest {
  std::uint64_t id = 0;
  std::optional<std::uint32_t> confirm_timeout;
};

Result<RestoreRequest> read_restore_request(sd_bus_message* message) {
  RestoreRequest request;
  PORTREEVE_TRY(request.id, read_id(message));
  PORTREEVE_TRY(request.confirm_timeout, read_confirm_timeout(message));
  return request;
}

}  // namespace

void ManagerObject::answer_job(const CallPtr& call, const Result<std::string>& job) {
  if (!job) return call->fail(job.error());
  refresh_(Refresh::Jobs);
  call->reply([&](sd_bus_message* answer) { return append_path(answer, job_path(*job)); });
}

bool ManagerObject::apply(const CallPtr& call) {
  read_document(worker_, call, [call, weak = weak_from_this()](std::string document) {
    const auto self = weak.lock();
    if (!self) return;
    const auto confirm_timeout = read_confirm_timeout(call->message());
    if (!confirm_timeout) return call->fail(confirm_timeout.error());
    self->control_.apply(std::move(document), call->caller(), *confirm_timeout,
                         [call, weak](const Result<std::string>& job) {
                           if (const auto still = weak.lock()) still->answer_job(call, job);
                         });
  });
  return true;
}

bool ManagerObject::what_if(const CallPtr& call) {
  const auto done = [call, weak = weak_from_this()](Result<PreviewView> preview) {
    if (!preview) return call->fail(preview.error());
    const auto self = weak.lock();
    if (!self) return;
    answer_array(
        self->connection_, call, std::move(preview->operations), "(ss)", append_operation,
        [failure = std::move(preview->failure)](sd_bus_message* answer) { return append_text(answer, failure); });
  };
  read_document(worker_, call, [done, weak = weak_from_this()](std::string document) {
    const auto self = weak.lock();
    if (self) self->control_.what_if(document.empty() ? std::nullopt : std::optional(std::move(document)), done);
  });
  return true;
}

bool ManagerObject::confirm(const CallPtr& call) {
  const auto id = read_id(call->message());
  if (id)
    control_.confirm(id_or_none(*id), done_of(call));
  else
    call->fail(id.error());
  return true;
}

bool ManagerObject::restore(const CallPtr& call) {
  const auto request = read_restore_request(call->message());
  if (request)
    answer_job(call, control_.restore(id_or_none(request->id), call->caller(), request->confirm_timeout));
  else
    call->fail(request.error());
  return true;
}

void ManagerObject::get_configuration(const CallPtr& call) {
  control_.get_configuration([call, weak = weak_from_this()](Result<std::string> document) {
    if (!document) return call->fail(document.error());
    if (const auto self = weak.lock()) reply_with_text(self->worker_, call, std::move(*document));
  });
}

bool ManagerObject::compare_configurations(const CallPtr& call) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  if (sd_bus_message_read(call->message(), "tt", &before, &after) < 0) return true;
  const auto done = [call, weak = weak_from_this()](Result<std::vector<PropertyChangeView>> changes) {
    if (!changes) return call->fail(changes.error());
    const auto self = weak.lock();
    if (self) answer_array(self->connection_, call, std::move(*changes), "(ssss)", append_change);
  };
  control_.compare_configurations(before, after, done);
  return true;
}

void ManagerObject::list_configurations(const CallPtr& call) {
  answer_array(connection_, call, control_.configurations(), "a{sv}", append_dictionary<ConfigurationView>);
}

}  // namespace portreeve::bus
