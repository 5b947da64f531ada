// Reading what callers send: a{sv} dictionaries against a table of the keys allowed, straight from the message.
// Whatever is unknown, doubled, missing or of the wrong type is refused with the key's name and what is allowed;
// whether a value makes sense is for the schema to say.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/bus/control.h"
#include "hal/base/result.h"

namespace portreeve::bus {

inline constexpr std::size_t kLargestDocument = std::size_t{16} << 20U;

Result<Attributes> read_attributes(sd_bus_message* message, std::span<const AttributeKey> keys);
// Of Apply and Restore: the seconds within which the change has to be confirmed.
Result<std::optional<std::uint32_t>> read_confirm_timeout(sd_bus_message* message);
Result<std::string> read_document(sd_bus_message* message);
Result<std::string> read_text(sd_bus_message* message);
Result<std::uint64_t> read_id(sd_bus_message* message);
Result<std::vector<std::string>> read_texts(sd_bus_message* message);

// A name and its dictionary, as AllocateService takes them.
Result<ServiceRequest> read_service_request(sd_bus_message* message);
// The array of AllocateServices, in portions: enter it once, then read until there are no more.
Result<> enter_service_requests(sd_bus_message* message);
Result<std::optional<ServiceRequest>> next_service_request(sd_bus_message* message);

}  // namespace portreeve::bus
