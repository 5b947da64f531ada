"""A DHCP server (RFC 2131) for a lab: dhcp_server.py INTERFACE ADDRESS PREFIX_LENGTH FIRST_ADDRESS SECONDS. Each MAC
address gets the next address from the first on; it names itself as router and two name servers, and writes a line a message."""
import ipaddress
import itertools
import socket
import struct
import sys

NAME_SERVERS = ("192.0.2.53", "192.0.2.54")
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5


def options_of(message):
    options, at = {}, 240
    while at < len(message) and message[at] != 255:
        if message[at] == 0:
            at += 1
            continue
        length = message[at + 1]
        options[message[at]] = message[at + 2:at + 2 + length]
        at += 2 + length
    return options


def option(code, octets):
    return bytes([code, len(octets)]) + octets


def serve(interface, own, length, first, seconds):
    addresses, leases = itertools.count(int(ipaddress.ip_address(first))), {}
    mask = ipaddress.ip_network(f"0.0.0.0/{length}").netmask.packed
    here = socket.inet_aton(own)
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    end.bind(("0.0.0.0", 67))
    while True:
        message = end.recv(2048)
        kind, mac = options_of(message)[53][0], message[28:34]
        print(kind, mac.hex(":"), flush=True)
        if kind not in (DISCOVER, REQUEST):
            continue
        if mac not in leases:
            leases[mac] = struct.pack(">I", next(addresses))
        reply = bytearray(message[:236])
        reply[0], reply[16:20], reply[20:24] = 2, leases[mac], here
        options = (option(53, bytes([OFFER if kind == DISCOVER else ACK])) + option(54, here) +
                   option(51, struct.pack(">I", int(seconds))) + option(1, mask) + option(3, here) +
                   option(6, b"".join(map(socket.inet_aton, NAME_SERVERS))))
        end.sendto(bytes(reply) + b"\x63\x82\x53\x63" + options + b"\xff", ("255.255.255.255", 68))


if __name__ == "__main__":
    serve(*sys.argv[1:])
