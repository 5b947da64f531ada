#include "firmware/appliance/allocation.h"

#include <algorithm>
#include <utility>

namespace portreeve::appliance {
namespace {

Result<services::Request> request_of(const bus::ServiceRequest& asked) {
  services::Request request{
      .name = asked.name, .pool = asked.pool, .addresses = {}, .local_address = asked.local_address};
  for (const std::string& text : asked.addresses) {
    PORTREEVE_TRY(const IpAddress address, IpAddress::parse(text));
    request.addresses.push_back(address);
  }
  return request;
}

bus::ServiceReply reply_of(const std::string& name, const services::Registry::Outcome& outcome) {
  bus::ServiceReply reply{.name = name, .addresses = {}, .refusal = {}};
  if (!outcome) {
    reply.refusal = outcome.error();
    return reply;
  }
  for (const IpAddress& address : *outcome) reply.addresses.push_back(address.to_string());
  return reply;
}

}  // namespace

Allocation::Allocation(services::Registry& registry, std::span<const bus::ServiceRequest> requests, Post post,
                       Done done)
    : registry_(registry),
      requests_(requests.begin(), requests.end()),
      replies_(requests.size()),
      post_(std::move(post)),
      done_(std::move(done)) {}

void Allocation::begin(services::Registry& registry, std::span<const bus::ServiceRequest> requests, Post post,
                       Done done) {
  const std::shared_ptr<Allocation> allocation(new Allocation(registry, requests, std::move(post), std::move(done)));
  allocation->decide_slice();
}

void Allocation::decide_slice() {
  const std::size_t end = std::min(decided_ + kSlice, requests_.size());
  std::vector<services::Request> slice;
  std::vector<std::size_t> places;  // of the slice's requests in the call
  for (std::size_t i = decided_; i < end; ++i) {
    Result<services::Request> request = request_of(requests_[i]);
    if (request) {
      slice.push_back(std::move(*request));
      places.push_back(i);
    } else {
      replies_[i] = {.name = requests_[i].name, .addresses = {}, .refusal = request.error()};
    }
  }
  decided_ = end;
  ++writes_under_way_;
  // The registry says "stored" only in a later turn.
  const auto outcomes = registry_.allocate(
      slice, [self = shared_from_this(), places](const Result<>& result) { self->stored(places, result); });
  for (std::size_t i = 0; i < outcomes.size(); ++i) replies_[places[i]] = reply_of(slice[i].name, outcomes[i]);
  if (decided_ < requests_.size()) post_([self = shared_from_this()] { self->decide_slice(); });
}

void Allocation::stored(const std::vector<std::size_t>& places, const Result<>& result) {
  for (const std::size_t place : places) {
    bus::ServiceReply& reply = replies_[place];
    if (!result && !reply.refusal) reply = {.name = reply.name, .addresses = {}, .refusal = result.error()};
  }
  if (--writes_under_way_ == 0 && decided_ == requests_.size()) done_(std::move(replies_));
}

}  // namespace portreeve::appliance
