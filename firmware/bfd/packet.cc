#include "firmware/bfd/packet.h"

namespace portreeve::bfd {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr unsigned kVersionShift = 5;
constexpr unsigned kStateShift = 6;
constexpr std::uint8_t kDiagnosticMask = 0x1F;

// RFC 5880 §4.1, the second octet below the state.
constexpr std::uint8_t kPoll = 0x20;
constexpr std::uint8_t kFinal = 0x10;
constexpr std::uint8_t kControlPlaneIndependent = 0x08;
constexpr std::uint8_t kAuthentication = 0x04;
constexpr std::uint8_t kDemand = 0x02;
constexpr std::uint8_t kMultipoint = 0x01;

// A packet with authentication has at least its type and length (§4.1, §6.8.6).
constexpr std::size_t kAuthenticatedOctets = kPacketOctets + 2;

constexpr std::uint8_t bit(bool set, std::uint8_t mask) { return set ? mask : std::uint8_t{0}; }

}  // namespace

const char* state_name(State state) {
  switch (state) {
    case State::AdminDown:
      return "AdminDown";
    case State::Down:
      return "Down";
    case State::Init:
      return "Init";
    case State::Up:
      return "Up";
  }
  return "";
}

std::string describe(Diagnostic diagnostic) {
  switch (diagnostic) {
    case Diagnostic::None:
      return "No Diagnostic";
    case Diagnostic::DetectionTimeExpired:
      return "Control Detection Time Expired";
    case Diagnostic::EchoFailed:
      return "Echo Function Failed";
    case Diagnostic::NeighborSignaledDown:
      return "Neighbor Signaled Session Down";
    case Diagnostic::ForwardingPlaneReset:
      return "Forwarding Plane Reset";
    case Diagnostic::PathDown:
      return "Path Down";
    case Diagnostic::ConcatenatedPathDown:
      return "Concatenated Path Down";
    case Diagnostic::AdministrativelyDown:
      return "Administratively Down";
    case Diagnostic::ReverseConcatenatedPathDown:
      return "Reverse Concatenated Path Down";
  }
  return "Diagnostic " + std::to_string(static_cast<unsigned>(diagnostic));
}

const char* describe(Discard reason) {
  switch (reason) {
    case Discard::Version:
      return "the version is not 1";
    case Discard::Length:
      return "the length is wrong";
    case Discard::DetectMultiplier:
      return "the detection multiplier is 0";
    case Discard::Multipoint:
      return "it is of a multipoint session";
    case Discard::MyDiscriminator:
      return "it has no discriminator of its sender";
    case Discard::YourDiscriminator:
      return "it has no discriminator of ours, and its sender is not Down";
    case Discard::Authentication:
      return "it is authenticated, which is not supported";
  }
  return "";
}

Result<Packet, Discard> decode(Bytes payload) {
  Reader reader(payload);
  const std::uint8_t first = reader.u8();
  const std::uint8_t second = reader.u8();
  const std::uint8_t multiplier = reader.u8();
  const std::uint8_t length = reader.u8();
  const Packet packet{
      .diagnostic = static_cast<Diagnostic>(first & kDiagnosticMask),
      .state = static_cast<State>(second >> kStateShift),
      .poll = (second & kPoll) != 0,
      .final = (second & kFinal) != 0,
      .control_plane_independent = (second & kControlPlaneIndependent) != 0,
      .demand = (second & kDemand) != 0,
      .detect_multiplier = multiplier,
      .my_discriminator = reader.u32(),
      .your_discriminator = reader.u32(),
      .desired_min_tx = Interval(reader.u32()),
      .required_min_rx = Interval(reader.u32()),
      .required_min_echo_rx = Interval(reader.u32()),
  };
  // RFC 5880 §6.8.6, in its order. What follows the length that the packet says is not ours to look at.
  if (reader.good() && first >> kVersionShift != kVersion) return Discard::Version;
  const bool authenticated = (second & kAuthentication) != 0;
  if (!reader.good() || length < (authenticated ? kAuthenticatedOctets : kPacketOctets) || length > payload.size()) {
    return Discard::Length;
  }
  if (packet.detect_multiplier == 0) return Discard::DetectMultiplier;
  if ((second & kMultipoint) != 0) return Discard::Multipoint;
  if (packet.my_discriminator == 0) return Discard::MyDiscriminator;
  const bool down = packet.state == State::Down || packet.state == State::AdminDown;
  if (packet.your_discriminator == 0 && !down) return Discard::YourDiscriminator;
  if (authenticated) return Discard::Authentication;
  return packet;
}

std::array<std::byte, kPacketOctets> encode(const Packet& packet) {
  std::array<std::byte, kPacketOctets> octets{};
  Writer writer(octets);
  const auto diagnostic = static_cast<unsigned>(packet.diagnostic) & kDiagnosticMask;
  writer.u8(static_cast<std::uint8_t>(unsigned{kVersion} << kVersionShift | diagnostic));
  const unsigned flags = bit(packet.poll, kPoll) | bit(packet.final, kFinal) |
                         bit(packet.control_plane_independent, kControlPlaneIndependent) | bit(packet.demand, kDemand);
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(packet.state) << kStateShift | flags));
  writer.u8(packet.detect_multiplier);
  writer.u8(kPacketOctets);
  writer.u32(packet.my_discriminator);
  writer.u32(packet.your_discriminator);
  writer.u32(packet.desired_min_tx.count());
  writer.u32(packet.required_min_rx.count());
  writer.u32(packet.required_min_echo_rx.count());
  return octets;
}

}  // namespace portreeve::bfd
