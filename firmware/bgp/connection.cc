#include "firmware/bgp/connection.h"

#include <array>
#include <string>

namespace portreeve::bgp {
namespace {

// A peer that sends nothing but faulty UPDATEs must not fill the log, nor cost a copy for each.
constexpr Duration kComplaintEvery = std::chrono::seconds(10);

}  // namespace

Connection::~Connection() { leave(); }

Connection::Orders Connection::handle(const Event& event, TimePoint now, Jitter& jitter) {
  Orders orders;
  const SessionState before = session_.state;
  apply(step(config_, session_, event, now, jitter), before, now, {}, orders);
  return orders;
}

Connection::Orders Connection::connected(EventType event, const LocalEnd& local, TimePoint now, Jitter& jitter) {
  inbox_.clear();
  outbox_ = Outbox();
  local_ = local;
  choose_router_id();
  return handle({event}, now, jitter);
}

// An identifier need only be our own (RFC 6286 §2.1): where none is configured, it is an address of this connection.
void Connection::choose_router_id() {
  if (configured_router_id_.is_unspecified() && local_.ipv4) config_.open.router_id = *local_.ipv4;
}

void Connection::hold_idle_until(TimePoint time) {
  if (session_.state == SessionState::Idle) session_.timers.idle_hold = time;
}

void Connection::configure(const SessionConfig& config, const ExportConfig& exported) {
  if (!config.prefix_limit) prefixes_.clear();
  const bool counts_now = config.prefix_limit && !config_.prefix_limit;
  config_ = config;
  configured_router_id_ = config.open.router_id;
  choose_router_id();
  if (counts_now && session_.state == SessionState::Established) ask_for_routes();
  if (session_.agreed) set_keepalive_time(session_, config_.open.keepalive_time);
  if (exported_ == exported) return;
  exported_ = exported;
  if (part_) static_cast<void>(routes_.reattribute(*part_, exports()));
}

void Connection::moved(const LocalEnd& local) {
  if (local_ == local) return;
  local_ = local;
  if (!part_) return;
  const std::vector<ExportAttributes> families = exports();
  note_carried(families);
  static_cast<void>(routes_.reattribute(*part_, families));
}

Connection::Orders Connection::received(Bytes& octets, TimePoint now, Jitter& jitter) {
  Orders orders;
  const auto take = [&](MessageType type, Bytes body) {
    const SessionState before = session_.state;
    Step done = receive(config_, session_, type, body, now, jitter);
    const bool counted = config_.prefix_limit && type == MessageType::Update && !done.close;
    if (counted) {
      const bool as_withdrawal = done.remark && done.remark->treatment == Treatment::TreatAsWithdraw;
      prefixes_.note(body, session_.agreed->families, as_withdrawal);
    }
    if (!apply(std::move(done), before, now, body, orders)) return false;
    const auto excess = counted ? over_limit() : std::nullopt;
    if (!excess) return before == SessionState::OpenConfirm || session_.state != SessionState::OpenConfirm;
    const SessionState established = session_.state;
    return apply(step(config_, session_, {EventType::Reset, &*excess}, now, jitter), established, now, body, orders);
  };
  const auto refused = inbox_.feed(Bytes(octets), take, &octets);
  if (orders.close) octets = {};
  if (refused) {
    const SessionState before = session_.state;
    apply(step(config_, session_, {EventType::BgpHeaderError, &*refused}, now, jitter), before, now, {}, orders);
  }
  return orders;
}

Connection::Orders Connection::expire(TimePoint now, Jitter& jitter) {
  Orders orders;
  for (auto due = next_deadline(); due && *due <= now; due = next_deadline()) {
    const SessionState before = session_.state;
    apply(bgp::expire(config_, session_, now, jitter), before, now, {}, orders);
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
  if (step.refresh && part_) routes_.refresh(*part_, *step.refresh, session_.agreed->enhanced_refresh);
  if (step.remark && (!complained_at_ || now - *complained_at_ >= kComplaintEvery)) {
    complained_at_ = now;
    orders.complaint = Complaint{*step.remark, Octets(body.begin(), body.end())};
  }
  return !step.close;
}

// What the peer announced before there was a limit was not counted. A peer without route refresh is counted from here.
void Connection::ask_for_routes() {
  if (!session_.agreed->route_refresh) return;
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    if (!session_.agreed->families.has(family)) continue;
    outbox_.push(Bytes(encode_route_refresh({unicast(family), RouteRefresh::Request})));
    ++session_.sent.route_refresh;
  }
}

// RFC 4486 §4: the data is AFI, SAFI and the limit.
std::optional<Notification> Connection::over_limit() const {
  if (!config_.prefix_limit || session_.state != SessionState::Established) return std::nullopt;
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    if (prefixes_.count(family) <= *config_.prefix_limit) continue;
    std::array<std::byte, 7> data{};
    Writer writer(data);
    writer.u16(unicast(family).afi);
    writer.u8(unicast(family).safi);
    writer.u32(*config_.prefix_limit);
    return Notification{ErrorCode::Cease, subcode::MaximumPrefixes, data,
                        std::to_string(prefixes_.count(family)) + " " + family_name(family) + " prefixes, " +
                            std::to_string(*config_.prefix_limit) + " are allowed"};
  }
  return std::nullopt;
}

// A family that was agreed on, and for which there is a next hop. Where the peer takes IPv6 next hops for IPv4 routes
// (RFC 8950), it gets the one that the session itself proves to work.
std::vector<ExportAttributes> Connection::exports() const {
  const Negotiated& agreed = *session_.agreed;
  std::vector<ExportAttributes> families;
  const auto add = [&](Family family, const IpAddress& next_hop) {
    ExportAttributes attributes;
    attributes.family = family;
    attributes.local_as = session_.offered->local_as;
    attributes.internal = agreed.internal;
    attributes.four_octet_as = agreed.four_octet_as;
    attributes.next_hop = next_hop;
    if (!next_hop.is_v4()) attributes.link_local = local_.link_local;
    attributes.second_as = exported_.second_as;
    attributes.policy = exported_.policy;
    families.push_back(std::move(attributes));
  };
  if (agreed.families.ipv4) {
    const auto& next_hop = agreed.extended_next_hop && local_.ipv6 ? local_.ipv6 : local_.ipv4;
    if (next_hop) add(Family::IPv4, *next_hop);
  }
  if (agreed.families.ipv6 && local_.ipv6) add(Family::IPv6, *local_.ipv6);
  return families;
}

void Connection::take_part() {
  const std::vector<ExportAttributes> families = exports();
  note_carried(families);
  part_ = routes_.attach(families);
  // RFC 4724 §2: a peer waits for the End-of-RIB of every family that was agreed on, also of one for which there is no
  // next hop of ours.
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    if (!session_.agreed->families.has(family) || carries_.has(family)) continue;
    outbox_.push(Bytes(end_of_rib(family).octets));
    ++session_.sent.update;
  }
}

void Connection::note_carried(const std::vector<ExportAttributes>& families) {
  for (const ExportAttributes& one : families) {
    (one.family == Family::IPv4 ? carries_.ipv4 : carries_.ipv6) = true;
  }
}

void Connection::leave() {
  if (part_) routes_.detach(*part_);
  part_.reset();
  carries_ = {};
  prefixes_.clear();
}

Bytes Connection::to_write(TimePoint now, Jitter& jitter) {
  if (outbox_.empty() && part_) {
    if (auto chunk = routes_.next(*part_)) {
      note_updates_sent(session_, chunk->messages, now, jitter);
      session_.sent.route_refresh += chunk->refresh_marks;
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
