#include "firmware/appliance/allocation.h"

#include <algorithm>
#include <utility>

namespace portreeve::appliance {
namespace {

// Takes the request's name along; it has to be given back.
Result<services::Request> request_of(bus::ServiceRequest& asked) {
  services::Request request;
  request.local_address = asked.local_address;
  for (const std::string& text : asked.addresses) {
    PORTREEVE_TRY(const IpAddress address, IpAddress::parse(text));
    request.addresses.push_back(address);
  }
  request.name = std::move(asked.name);
  request.pool = std::move(asked.pool);
  return request;
}

bus::ServiceReply reply_of(std::string name, const services::Registry::Outcome& outcome) {
  bus::ServiceReply reply{.name = std::move(name), .addresses = {}, .refusal = {}};
  if (!outcome) {
    reply.refusal = outcome.error();
    return reply;
  }
  for (const IpAddress& address : *outcome) reply.addresses.push_back(address.to_string());
  return reply;
}

}  // namespace

Allocation::Allocation(services::Registry& registry, std::vector<bus::ServiceRequest> requests, Post post, Done done)
    : registry_(registry), requests_(std::move(requests)), post_(std::move(post)), done_(std::move(done)) {
  outcomes_.reserve(requests_.size());
}

void Allocation::begin(services::Registry& registry, std::vector<bus::ServiceRequest> requests, Post post, Done done) {
  const std::shared_ptr<Allocation> allocation(
      new Allocation(registry, std::move(requests), std::move(post), std::move(done)));
  allocation->decide_slice();
}

void Allocation::decide_slice() {
  const std::size_t begin = outcomes_.size();
  const std::size_t end = std::min(begin + kSlice, requests_.size());
  ++writes_under_way_;
  decide(begin, end);
  if (end < requests_.size()) post_([self = shared_from_this()] { self->decide_slice(); });
}

void Allocation::decide(std::size_t begin, std::size_t end) {
  std::vector<services::Request> slice;
  slice.reserve(end - begin);
  std::vector<std::optional<Error>> unread(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    Result<services::Request> request = request_of(requests_[i]);
    if (request)
      slice.push_back(std::move(*request));
    else
      unread[i - begin] = request.error();
  }
  // The registry says "stored" only in a later turn.
  auto decided = registry_.allocate(
      slice, [self = shared_from_this(), begin, end](const Result<>& result) { self->stored(begin, end, result); });
  std::size_t next = 0;  // of the slice
  for (std::size_t i = begin; i < end; ++i) {
    if (unread[i - begin]) {
      outcomes_.emplace_back(std::move(*unread[i - begin]));
      continue;
    }
    requests_[i].name = std::move(slice[next].name);
    outcomes_.push_back(std::move(decided[next++]));
  }
}

void Allocation::stored(std::size_t begin, std::size_t end, const Result<>& result) {
  for (std::size_t i = begin; i < end && !result; ++i) {
    if (outcomes_[i]) outcomes_[i] = result.error();
  }
  if (--writes_under_way_ == 0 && outcomes_.size() == requests_.size()) write_replies();
}

void Allocation::write_replies() {
  if (replies_.empty()) replies_.reserve(requests_.size());
  const std::size_t end = std::min(replies_.size() + kRepliesSlice, requests_.size());
  for (std::size_t i = replies_.size(); i < end; ++i) {
    replies_.push_back(reply_of(std::move(requests_[i].name), outcomes_[i]));
  }
  if (end < requests_.size())
    post_([self = shared_from_this()] { self->write_replies(); });
  else
    done_(std::move(replies_));
}

}  // namespace portreeve::appliance
