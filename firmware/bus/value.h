// What a property, a dictionary's entry or a member of a JSON object holds, and how each of the three is written.
// Texts that are not UTF-8 (the kernel lets an interface be named so) are made printable: D-Bus would refuse the
// message.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace portreeve::bus {

// Views into a snapshot that outlives them.
using Value = std::variant<const std::string*, bool, std::uint8_t, std::uint32_t, std::uint64_t, double,
                           const std::vector<std::string>*>;

const char* signature(const Value& value);
bool equal(const Value& a, const Value& b);

// These return what sd-bus returns: negative where the message takes no more.
int append(sd_bus_message* message, const Value& value);
int append_text(sd_bus_message* message, const std::string& text);
int append_texts(sd_bus_message* message, const std::vector<std::string>& texts);
int append_entry(sd_bus_message* message, const char* key, const Value& value);  // {sv}

void append_json(std::string& json, const Value& value);

struct Unref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;
using Slot = std::unique_ptr<sd_bus_slot, Unref>;

}  // namespace portreeve::bus
