#include "firmware/layer2/arp.h"

#include <algorithm>

namespace portreeve::layer2 {
namespace {

constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kRequest = 1;
constexpr std::uint16_t kReply = 2;

struct Packet {
  MacAddress destination;  // of the Ethernet header
  std::uint16_t operation = 0;
  MacAddress sender_mac;
  std::uint32_t sender = 0;
  MacAddress target_mac;
  std::uint32_t target = 0;
};

MacAddress read_mac(Reader& in) { return MacAddress::from_octets(in.take(6)).value_or(MacAddress{}); }

// None: not ARP for IPv4 over Ethernet (RFC 826), or from a station that cannot be: a group or nobody.
std::optional<Packet> parse(Bytes frame) {
  Reader in(frame);
  Packet packet;
  packet.destination = read_mac(in);
  in.skip(6);
  const bool arp =
      in.u16() == kArpEtherType && in.u16() == kEthernet && in.u16() == kIpv4 && in.u8() == 6 && in.u8() == 4;
  packet.operation = in.u16();
  packet.sender_mac = read_mac(in);
  packet.sender = in.u32();
  packet.target_mac = read_mac(in);
  packet.target = in.u32();
  // What follows is padding to Ethernet's 60 octets.
  if (!in.good() || !arp || (packet.operation != kRequest && packet.operation != kReply)) return std::nullopt;
  if (packet.sender_mac.is_multicast() || packet.sender_mac.is_zero()) return std::nullopt;
  return packet;
}

ArpFrame build(const Packet& packet) {
  ArpFrame frame{};
  Writer out(frame);
  out.bytes(packet.destination.octets);
  out.bytes(packet.sender_mac.octets);
  out.u16(kArpEtherType);
  out.u16(kEthernet);
  out.u16(kIpv4);
  out.u8(6);
  out.u8(4);
  out.u16(packet.operation);
  out.bytes(packet.sender_mac.octets);
  out.u32(packet.sender);
  out.bytes(packet.target_mac.octets);
  out.u32(packet.target);
  return frame;
}

// RFC 5227 §2.3: sender and target address are both the announced one, the target's MAC is zero.
ArpFrame announcement(const MacAddress& mac, std::uint32_t address) {
  return build({MacAddress::broadcast(), kRequest, mac, address, MacAddress{}, address});
}

// RFC 5944 §4.6: the reply form names the MAC as target too.
ArpFrame announcement_as_reply(const MacAddress& mac, std::uint32_t address) {
  return build({MacAddress::broadcast(), kReply, mac, address, mac, address});
}

}  // namespace

std::vector<ArpFrame> gratuitous(const MacAddress& mac, const IpAddress& address) {
  if (!address.is_v4()) return {};
  return {announcement(mac, address.v4_value()), announcement_as_reply(mac, address.v4_value())};
}

void Arp::add(const IpAddress& address, TimePoint now) {
  if (!address.is_v4()) return;
  const auto [it, added] = addresses_.try_emplace(address.v4_value());
  if (added) schedule(it->first, it->second, kRounds, now);
}

void Arp::remove(const IpAddress& address) {
  if (!address.is_v4()) return;
  const auto it = addresses_.find(address.v4_value());
  if (it == addresses_.end()) return;
  unschedule(it->first, it->second);
  addresses_.erase(it);
}

void Arp::announce_all(TimePoint now) {
  for (auto& [value, address] : addresses_) {
    schedule(value, address, kRounds, address.announced ? std::max(now, *address.announced + kRoundInterval) : now);
  }
}

Arp::Reaction Arp::received(Bytes frame, TimePoint now) {
  Reaction reaction;
  const auto packet = parse(frame);
  if (!packet || packet->sender_mac == mac_) return reaction;
  // RFC 5227 §2.4: a sender address that is ours is a claim, in requests and replies alike.
  if (const auto claimed = addresses_.find(packet->sender); claimed != addresses_.end()) {
    note_claim(claimed->first, claimed->second, packet->sender_mac, now, reaction);
  }
  // An announcement of another's (sender and target the same) asks nothing.
  if (packet->operation != kRequest || packet->sender == packet->target) return reaction;
  if (packet->destination != mac_ && packet->destination != MacAddress::broadcast()) return reaction;
  if (!addresses_.contains(packet->target)) return reaction;
  // A probe (sender 0.0.0.0) is answered like any other: that is how its sender learns that the address is taken.
  reaction.reply = build({packet->sender_mac, kReply, mac_, packet->target, packet->sender_mac, packet->sender});
  return reaction;
}

std::optional<TimePoint> Arp::next_announcement() const {
  std::optional<TimePoint> next;
  for (const Due* const queue : {&first_, &repeated_}) {
    if (!queue->empty() && (!next || queue->begin()->first < *next)) next = queue->begin()->first;
  }
  if (!next) return std::nullopt;
  return std::max(*next, not_before_);
}

std::vector<ArpFrame> Arp::announcements(TimePoint now) {
  std::vector<ArpFrame> frames;
  if (now < not_before_) return frames;
  for (Due* const queue : {&first_, &repeated_}) {
    while (!queue->empty() && queue->begin()->first <= now && frames.size() < 2 * kBatch) {
      const Value value = queue->begin()->second;
      Address& address = addresses_.find(value)->second;
      frames.push_back(announcement(mac_, value));
      frames.push_back(announcement_as_reply(mac_, value));
      address.announced = now;
      schedule(value, address, address.rounds - 1, now + kRoundInterval);
    }
  }
  if (!frames.empty()) not_before_ = now + kBatchInterval;
  return frames;
}

void Arp::schedule(Value value, Address& address, int rounds, TimePoint due) {
  unschedule(value, address);
  address.rounds = rounds;
  address.due = due;
  if (rounds > 0) queue_of(address).emplace(due, value);
}

void Arp::unschedule(Value value, const Address& address) {
  if (address.rounds > 0) queue_of(address).erase({address.due, value});
}

void Arp::note_claim(Value value, Address& address, const MacAddress& by, TimePoint now, Reaction& reaction) {
  reaction.claimed = true;
  // RFC 5227 §2.4 (c): an address that is not ours to give up is defended, but at most once an interval, or two such
  // stations would answer each other for ever.
  if (!address.defended || now >= *address.defended + kDefendInterval) {
    address.defended = now;
    reaction.defence = announcement(mac_, value);
  }
  if (reported_ && now < *reported_ + kReportInterval) {
    ++unreported_;
    return;
  }
  reported_ = now;
  reaction.report = Claim{IpAddress::v4(value), by, std::exchange(unreported_, 0)};
}

}  // namespace portreeve::layer2
