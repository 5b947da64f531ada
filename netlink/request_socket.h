// A socket that asks the kernel and waits for its answer. rtnetlink and generic netlink answer inside the system call
// that sends the request, so nothing here blocks: an answer that is not there by then is an error, not a wait.
// Events come by another socket (event_socket.h), so that an answer is never searched for among them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hal/base/log.h"
#include "hal/base/result.h"
#include "netlink/message.h"
#include "netlink/request.h"

struct nl_sock;

namespace portreeve::netlink {

struct FreeSocket {
  void operator()(nl_sock* socket) const;
};
using SocketPointer = std::unique_ptr<nl_sock, FreeSocket>;

class RequestSocket {
 public:
  // `protocol` is NETLINK_ROUTE or NETLINK_GENERIC.
  static Result<RequestSocket> open(int protocol);

  // Each request is acknowledged. `doing` says in words what is tried ("make bridge vSwitch1"), for the error.
  Result<> change(Request request, const std::string& doing);

  // All objects of a dump that `parse(Bytes body) -> Result<T, Malformed>` can read. When the kernel says that they
  // changed meanwhile (NLM_F_DUMP_INTR), so that some may be missing, it is asked again.
  template <class Parse>
  auto dump(Request request, const std::string& doing, Parse parse)
      -> Result<std::vector<typename decltype(parse(Bytes()))::value_type>> {
    std::vector<typename decltype(parse(Bytes()))::value_type> objects;
    PORTREEVE_TRY_VOID(repeat(
        request, doing, [&] { objects.clear(); },
        [&](const Message& message) {
          auto object = parse(message.body);
          if (object) objects.push_back(std::move(*object));
          return object.has_value();
        }));
    return objects;
  }

  // The one object that a request asks for; NotFound where there is none.
  template <class Parse>
  auto get(Request request, const std::string& doing, Parse parse)
      -> Result<typename decltype(parse(Bytes()))::value_type> {
    PORTREEVE_TRY(auto objects, dump(std::move(request), doing, parse));
    if (objects.empty()) return Error{ErrorKind::NotFound, "cannot " + doing + ": the kernel gave no answer"};
    return std::move(objects.front());
  }

  [[nodiscard]] int descriptor() const;  // owned by this
  // Requests that asked for a change, since the socket was opened.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  // A number that no other network namespace of this boot has or had; 0 where the kernel does not tell.
  [[nodiscard]] std::uint64_t network_namespace() const;

 private:
  using Visit = std::function<bool(const Message&)>;  // false: cannot be read

  explicit RequestSocket(SocketPointer socket) : socket_(std::move(socket)) {}
  Result<> repeat(Request& request, const std::string& doing, const std::function<void()>& restart, const Visit& visit);
  Result<bool> exchange(Request& request, const std::string& doing, const Visit& visit);

  SocketPointer socket_;
  std::uint64_t changes_ = 0;
};

}  // namespace portreeve::netlink
