#include "firmware/bgp/connection.h"

namespace portreeve::bgp {
namespace {

// A peer that sends nothing but faulty UPDATEs must not fill the log, nor cost a copy for each.
constexpr Duration kComplaintEvery = std::chrono::seconds(10);

}  // namespace

Connection::~Connection() { leave(); }

Connection::Orders Connection::handle(const Event& event, TimePoint now, Random& random) {
  Orders orders;
  const SessionState before = session_.state;
  apply(step(config_, session_, event, now, random), before, now, {}, orders);
  return orders;
}

Connection::Orders Connection::connected(const LocalEnd& local, TimePoint now, Random& random) {
  inbox_.clear();
  outbox_ = Outbox();
  local_ = local;
  return handle({EventType::TcpConnectionAcknowledged}, now, random);
}

Connection::Orders Connection::received(Bytes octets, TimePoint now, Random& random) {
  Orders orders;
  const auto refused = inbox_.feed(octets, [&](MessageType type, Bytes body) {
    const SessionState before = session_.state;
    return apply(receive(config_, session_, type, body, now, random), before, now, body, orders);
  });
  if (refused) {
    const SessionState before = session_.state;
    apply(step(config_, session_, {EventType::BgpHeaderError, &*refused}, now, random), before, now, {}, orders);
  }
  return orders;
}

Connection::Orders Connection::expire(TimePoint now, Random& random) {
  Orders orders;
  for (auto due = next_deadline(); due && *due <= now; due = next_deadline()) {
    const SessionState before = session_.state;
    apply(bgp::expire(config_, session_, now, random), before, now, {}, orders);
  }
  return orders;
}

bool Connection::apply(Step step, SessionState before, TimePoint now, Bytes body, Orders& orders) {
  if (before != session_.state) orders.transitions.push_back({before, session_.state});
  if (step.fault) orders.fault = std::move(step.fault);
  if (!step.send.empty()) outbox_.push(Bytes(step.send));
  if (step.close) {
    leave();
    orders.close = true;
    // A connection that ends without a word of ours has none to finish either.
    if (!step.send.empty()) orders.last_words = outbox_.last_words();
    outbox_ = Outbox();
    inbox_.clear();
  }
  if (step.connect) orders.connect = true;
  if (session_.state == SessionState::Established && !part_) take_part();
  if (step.refresh && part_) routes_.refresh(*part_, *step.refresh);
  if (step.remark && (!complained_at_ || now - *complained_at_ >= kComplaintEvery)) {
    complained_at_ = now;
    orders.complaint = Complaint{*step.remark, Octets(body.begin(), body.end())};
  }
  return !step.close;
}

void Connection::take_part() {
  std::vector<ExportAttributes> families;
  const Negotiated& agreed = *session_.agreed;
  const Family family = local_.address.family();
  const auto& next_hop = family == Family::IPv4 ? local_.ipv4 : local_.ipv6;
  if (agreed.families.has(family) && next_hop) {
    families.push_back({family, config_.open.local_as, agreed.internal, agreed.four_octet_as, *next_hop,
                        family == Family::IPv6 ? local_.link_local : std::nullopt});
    (family == Family::IPv4 ? carries_.ipv4 : carries_.ipv6) = true;
  }
  part_ = routes_.attach(families);
}

void Connection::leave() {
  if (part_) routes_.detach(*part_);
  part_.reset();
  carries_ = {};
}

Bytes Connection::to_write(TimePoint now, Random& random) {
  if (outbox_.empty() && part_) {
    if (auto chunk = routes_.next(*part_)) {
      note_updates_sent(session_, chunk->messages, now, random);
      outbox_.push(std::move(chunk));
    }
  }
  return outbox_.next();
}

void Connection::wrote(std::size_t octets) { outbox_.wrote(octets); }

void Connection::note_transmission(std::uint64_t acknowledged, std::uint64_t outstanding, TimePoint now) {
  bgp::note_transmission(session_, acknowledged, outstanding, now);
}

bool Connection::wants_to_write() const { return !outbox_.empty() || (part_ && routes_.pending(*part_)); }

bool Connection::drained() const { return session_.state == SessionState::Established && !wants_to_write(); }

std::size_t Connection::routes_sent() const { return part_ ? routes_.sent(*part_) : 0; }

}  // namespace portreeve::bgp
