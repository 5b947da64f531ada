// The parameters of the cmdlets for BGP. Names and ranges are the attributes' of a document (a test compares them).
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

inline constexpr std::string_view kPeerKinds[] = {"external", "internal"};
inline constexpr std::string_view kConnectModes[] = {"Active", "Passive", "Both"};
inline constexpr std::string_view kFamilies[] = {"IPv4", "IPv6", "Both"};
inline constexpr std::string_view kAuthentications[] = {"MD5", "TCP-AO"};

inline constexpr Parameter kSetPeer[] = {
    {.name = "PeerAddress",
     .help = "The router's address, not this device's.",
     .type = ParameterType::IpAddress,
     .mandatory = true,
     .values = ValueSource::PeerAddresses,
     .set = 1},
    {.name = "Interface",
     .help = "The switch's interface, on which the router is found by its IPv6 router advertisements.",
     .mandatory = true,
     .values = ValueSource::SwitchInterfaces,
     .set = 2},
    {.name = "PeerAsn",
     .help = "The router's AS number; external: any but ours, internal: ours.",
     .type = ParameterType::Asn,
     .mandatory = true,
     .words = kPeerKinds},
    {.name = "SelfAsn", .help = "The appliance's AS number.", .type = ParameterType::Asn, .mandatory = true},
    {.name = "SwitchName",
     .help = "The switch through which the router is reached.",
     .mandatory = true,
     .values = ValueSource::SwitchNames},
    {.name = "HoldTimeInSeconds",
     .help = "The hold time offered to the router (RFC 4271 §4.2); 0: none; 90 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 3,
     .maximum = 65535,
     .or_zero = true},
    {.name = "LocalAsn",
     .help = "What this session calls the appliance instead of SelfAsn, while an AS is migrated (RFC 7705).",
     .type = ParameterType::Asn},
    {.name = "LocalAsnReplacesSelf",
     .help = "Whether AS_PATH holds LocalAsn alone; false: LocalAsn, then SelfAsn; $false where it is left out.",
     .type = ParameterType::Boolean},
    {.name = "KeepaliveTimeInSeconds",
     .help = "How often a KEEPALIVE is sent, less than the hold time; else a third of the negotiated one.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 21845},
    {.name = "ConnectRetryTimeInSeconds",
     .help = "The longest wait between attempts to connect; 30 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 65535},
    {.name = "IdleHoldTimeInSeconds",
     .help = "The first wait after a session has ended; 1 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 3600},
    {.name = "DampPeerOscillations",
     .help = "Whether the wait doubles each time (RFC 4271 §8.1.1); $true where it is left out.",
     .type = ParameterType::Boolean},
    {.name = "DelayOpenTimeInSeconds",
     .help = "How long the router's OPEN is waited for before ours is sent (RFC 4271 §8.1.1); 0 where it is left out.",
     .type = ParameterType::Number,
     .maximum = 240},
    {.name = "ConnectMode",
     .help = "Who connects. Passive and Both need a BGPSpeaker for the switch; Active where it is left out.",
     .type = ParameterType::Word,
     .words = kConnectModes},
    {.name = "PeerPort",
     .help = "The router's TCP port; 179 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 65535},
    {.name = "LocalAddress",
     .help = "The switch's address to connect from; else the kernel's choice.",
     .type = ParameterType::IpAddress},
    {.name = "EbgpMultihop",
     .help = "Over how many hops an external router is reached: the TTL of what is sent; 1 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 255},
    {.name = "GtsmHops",
     .help = "Only packets that come over at most this many links are taken (RFC 5082).",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 254},
    {.name = "PasswordFile",
     .help = "The file that holds the password. At most one of PasswordFile and PasswordCredential is given."},
    {.name = "PasswordCredential", .help = "The systemd credential that holds the password."},
    {.name = "Authentication",
     .help = "How the password guards the connection. Only MD5 (RFC 2385) is taken; MD5 where it is left out.",
     .type = ParameterType::Word,
     .words = kAuthentications},
    {.name = "GracefulRestart",
     .help = "Whether the router keeps the routes over a restart that PrepareRestart announced (RFC 4724); $false "
             "where it is left out.",
     .type = ParameterType::Boolean},
    {.name = "RestartTimeInSeconds",
     .help = "How long the router keeps the routes while the session is away; 120 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 4095},
    {.name = "BFDProfile",
     .help = "BFD watches the way to the router by this profile; without one there is no BFD.",
     .values = ValueSource::BfdProfileNames},
    {.name = "Description", .help = "For people."},
    {.name = "Enabled",
     .help = "Whether there shall be a session; $true where it is left out.",
     .type = ParameterType::Boolean},
    {.name = "MaxPrefixes",
     .help = "A router that sends more prefixes loses its session; none where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 4294967295},
    {.name = "AddressFamilies",
     .help = "Which addresses are announced; Both where it is left out.",
     .type = ParameterType::Word,
     .words = kFamilies},
    {.name = "LocalPreference",
     .help = "LOCAL_PREF of announcements; internal routers only; 100 where it is left out.",
     .type = ParameterType::Number,
     .maximum = 4294967295},
    {.name = "MultiExitDiscriminator",
     .help = "MULTI_EXIT_DISC of announcements; none where it is left out.",
     .type = ParameterType::Number,
     .maximum = 4294967295},
    {.name = "GracefulShutdown",
     .help = "Whether routers shall prefer other ways, because this one is about to go (RFC 8326); $false where it is "
             "left out.",
     .type = ParameterType::Boolean},
    {.name = "Community",
     .help = "A community of announcements (RFC 1997); at most 63; several with commas between.",
     .type = ParameterType::TextList},
    {.name = "LargeCommunity",
     .help = "A large community of announcements (RFC 8092); at most 63; several with commas between.",
     .type = ParameterType::TextList},
    {.name = "ExtendedCommunity",
     .help = "An extended community of announcements (RFC 4360); at most 63; several with commas between.",
     .type = ParameterType::TextList},
};

inline constexpr Parameter kSetSpeaker[] = {
    {.name = "SwitchName",
     .help = "The switch whose peers may connect.",
     .mandatory = true,
     .values = ValueSource::SwitchNames},
    {.name = "ListenAddress",
     .help = "The switch's address to listen on; all of them where it is left out.",
     .type = ParameterType::IpAddress},
    {.name = "ListenPort",
     .help = "The TCP port to listen on; 179 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 65535},
    {.name = "RouterId",
     .help = "The BGP identifier towards all peers of the switch; else the switch's first IPv4 address."},
};

inline constexpr Parameter kSetBfdProfile[] = {
    {.name = "Name", .help = "The profile.", .mandatory = true, .values = ValueSource::BfdProfileNames},
    {.name = "ReceiveIntervalInMilliseconds",
     .help = "How often packets of the peer are wanted at least (RFC 5880: Required Min RX Interval); 300 where it is "
             "left out.",
     .type = ParameterType::Number,
     .minimum = 10,
     .maximum = 60000},
    {.name = "TransmitIntervalInMilliseconds",
     .help = "How often packets are sent at most (RFC 5880: Desired Min TX Interval); 300 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 10,
     .maximum = 60000},
    {.name = "DetectMultiplier",
     .help = "After how many packets that did not come the way counts as down; 3 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 2,
     .maximum = 255},
    {.name = "PassiveMode",
     .help = "Whether the peer has to send the first packet; $false where it is left out.",
     .type = ParameterType::Boolean},
    {.name = "MinimumTtl",
     .help = "The least TTL of packets that are taken; over several hops only (RFC 5883); 254 where it is left out.",
     .type = ParameterType::Number,
     .minimum = 1,
     .maximum = 255},
    {.name = "StrictMode",
     .help = "Whether the BGP session waits until BFD is up; $false where it is left out.",
     .type = ParameterType::Boolean},
};

inline constexpr Parameter kGetPeers[] = {
    {"SwitchName", "The switch whose peers are wanted.", ParameterType::Text, true, true, ValueSource::SwitchNames},
};

inline constexpr Parameter kGetPeerStatus[] = {
    {"SwitchName", "The switch whose peers are wanted. All switches where it is left out.", ParameterType::Text, false,
     true, ValueSource::SwitchNames},
    {"PeerAddress", "The peer's address, or its interface; '*' and '?' stand for any characters.", ParameterType::Text,
     false, true, ValueSource::PeerAddresses},
};

inline constexpr Parameter kRemovePeer[] = {
    {"PeerAddress", "The peer's address.", ParameterType::IpAddress, true, false, ValueSource::PeerAddresses, 1},
    {"Interface", "The interface of a peer that has no address.", ParameterType::Text, true, false,
     ValueSource::SwitchInterfaces, 2},
    {"SwitchName", "The peer's switch.", ParameterType::Text, true, false, ValueSource::SwitchNames},
};

inline constexpr Parameter kGetSpeaker[] = {
    {"SwitchName", "The switch; '*' and '?' stand for any characters. All switches where it is left out.",
     ParameterType::Text, false, true, ValueSource::SpeakerNames},
};

inline constexpr Parameter kRemoveSpeaker[] = {
    {"SwitchName", "The speaker's switch.", ParameterType::Text, true, true, ValueSource::SpeakerNames},
};

inline constexpr Parameter kGetBfdProfile[] = {
    {"Name", "The profile; '*' and '?' stand for any characters. All profiles where it is left out.",
     ParameterType::Text, false, true, ValueSource::BfdProfileNames},
};

inline constexpr Parameter kRemoveBfdProfile[] = {
    {"Name", "The profile.", ParameterType::Text, true, true, ValueSource::BfdProfileNames},
};

}  // namespace portreeve::shell
