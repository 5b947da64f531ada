#include "firmware/bus/large_text.h"

#include <memory>
#include <utility>

#include "firmware/bus/requests.h"
#include "firmware/bus/value.h"

namespace portreeve::bus {

void read_document(Worker& worker, const CallPtr& call, std::function<void(std::string document)> then) {
  auto document = std::make_shared<Result<std::string>>(std::string());
  worker.run([message = call->message(), document] { *document = read_document(message); },
             [call, document, then = std::move(then)] {
               if (!*document) return call->fail(document->error());
               then(std::move(**document));
             });
}

void reply_with_text(Worker& worker, const CallPtr& call, std::string text) {
  struct Answer {
    std::string text;
    Message message;
    int result = 0;
  };
  auto answer = std::make_shared<Answer>();
  answer->text = std::move(text);
  answer->message = call->start_reply();
  if (!answer->message) return;
  worker.run([answer] { answer->result = append_text(answer->message.get(), answer->text); },
             [call, answer] { call->send(std::move(answer->message), answer->result); });
}

}  // namespace portreeve::bus
